import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { deleteUser } from './delete.ts'
import { listUsers } from './list.ts'
import { readUser } from './read.ts'
import { resumeUser, suspendUser } from './suspend.ts'

const { database, admin } = await testDatabase()
const suspend = ({ context }: Person, userId: string, reason?: string) =>
  inTenant(database, context, (tx) => suspendUser(tx, userId, reason))
const resume = ({ context }: Person, userId: string) =>
  inTenant(database, context, (tx) => resumeUser(tx, userId))
const remove = ({ context }: Person, userId: string) =>
  inTenant(database, context, (tx) => deleteUser(tx, userId))
const look = ({ context }: Person) => inTenant(database, context, (tx) => listUsers(tx, { limit: 1 }))

test('an admin shuts somebody out and lets them back in; a member may do neither', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const [mia, tom] = [await aUser(database, acme), await aUser(database, acme)]

  const out = await suspend(boss, mia.userId, 'left the company')
  expect(out).toMatchObject({ isActive: false, suspensionReason: 'left the company' })
  expect(out.suspendedAt).toBeInstanceOf(Date)
  await expect(suspend(tom, boss.userId)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(resume(tom, mia.userId)).rejects.toMatchObject({ code: 'not_allowed' })

  const back = await resume(boss, mia.userId)
  expect(back).toMatchObject({ isActive: true, suspendedAt: null, suspensionReason: null })
  expect(back.roles).toMatchObject([{ name: 'member' }])
})

test('a suspended person finds no tenant from the next request on, and finds it again when let in', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  await look(mia)

  await suspend(acme.owner, mia.userId)
  await expect(look(mia)).rejects.toMatchObject({ code: 'not_found' })
  await resume(acme.owner, mia.userId)
  expect((await look(mia)).items).toHaveLength(1)
})

test('a session of somebody suspended leads to no user of that tenant any more', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  const token = Buffer.alloc(32, 7)
  await admin.query('select reeve.session_open($1, $2, $3, null, null, 3600, 3600)', [
    ...[uuidV7(), mia.accountId, token],
  ])
  const check = async () => {
    const { rows } = await database.pool.query('select user_id from reeve.sessions_check($1, $2)', [
      ...[[token], [acme.tenantId]],
    ])
    return rows
  }

  expect(await check()).toEqual([{ user_id: mia.userId }])
  await suspend(acme.owner, mia.userId)
  expect(await check()).toEqual([{ user_id: null }])
})

test('who is suspended already keeps the first reason and the first who', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const mia = await aUser(database, acme)
  const first = await suspend(boss, mia.userId, 'first')

  expect(await suspend(acme.owner, mia.userId, 'second')).toEqual(first)
  const { rows } = await admin.query('select suspended_by from users where id = $1', [mia.userId])
  expect(rows).toEqual([{ suspended_by: boss.userId }])
})

test('a reason of more than 200 characters is refused, and nobody is suspended', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  await expect(suspend(acme.owner, mia.userId, 'x'.repeat(201))).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await look(mia)
})

test('a deleted person is gone, and the traces they left stay without their name', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const mia = await aUser(database, acme)
  await suspend(boss, mia.userId, 'a while')
  await admin.query(
    `insert into posts (tenant_id, user_id, title, content) values ($1, $2, 'Kept', 'Words')`,
    [acme.tenantId, boss.userId],
  )

  await remove(acme.owner, boss.userId)

  await expect(look(boss)).rejects.toMatchObject({ code: 'not_found' })
  const { rows } = await admin.query('select title, user_id from posts where tenant_id = $1', [acme.tenantId])
  expect(rows).toEqual([{ title: 'Kept', user_id: null }])
  const left = await inTenant(database, acme.owner.context, (tx) => readUser(tx, mia.userId))
  expect(left).toMatchObject({ isActive: false, suspensionReason: 'a while' })
  await expect(remove(acme.owner, boss.userId)).rejects.toMatchObject({ code: 'not_found' })
})

test('a member deletes nobody, not even themselves; people of other tenants are not there', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const [mia, tom] = [await aUser(database, acme), await aUser(database, acme)]
  const hidden = await aUser(database, other)

  await expect(remove(mia, tom.userId)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(remove(mia, mia.userId)).rejects.toMatchObject({ code: 'not_allowed' })
  for (const act of [remove, suspend, resume]) {
    await expect(act(acme.owner, hidden.userId)).rejects.toMatchObject({ code: 'not_found' })
  }
})
