import { expect, test } from 'vitest'
import { asOperator, inTenant } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { listUsers } from '../users/list.ts'
import { assignRole, unassignRole, type NewAssignment } from './assign.ts'

const { database, admin } = await testDatabase()
const assign = ({ context }: Person, wanted: NewAssignment) =>
  inTenant(database, context, (tx) => assignRole(tx, wanted))
const unassign = ({ context }: Person, wanted: { userId: string; roleId: string }) =>
  inTenant(database, context, (tx) => unassignRole(tx, wanted))
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)

test('an admin gives a role and takes it away again; a member can do neither', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const [mia, tom] = [await aUser(database, acme), await aUser(database, acme)]
  const wanted = { userId: mia.userId, roleId: await roleCalled(acme, 'viewer') }

  const given = await assign(boss, wanted)
  expect(given).toMatchObject({ ...wanted, assignedBy: boss.userId, validUntil: null })
  await expect(assign(tom, wanted)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(unassign(tom, wanted)).rejects.toMatchObject({ code: 'not_allowed' })

  await unassign(boss, wanted)
  await expect(unassign(boss, wanted)).rejects.toMatchObject({ code: 'not_found' })
})

test('nobody gives a role that permits more than their own do, themselves included', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const roleId = await roleCalled(acme, 'owner')

  await expect(assign(boss, { userId: boss.userId, roleId })).rejects.toMatchObject({ code: 'not_allowed' })
  expect(await assign(acme.owner, { userId: boss.userId, roleId })).toMatchObject({ roleId })
})

test('a role that its giver holds only for a time past or to come is not theirs to give', async () => {
  const acme = await aTenant(database)
  const roleId = await roleCalled(acme, 'owner')
  const [mia, late, early] = [
    await aUser(database, acme),
    await aUser(database, acme, { roles: ['admin'] }),
    await aUser(database, acme, { roles: ['admin'] }),
  ]
  await assign(acme.owner, { userId: late.userId, roleId, validFrom: inDays(-2), validUntil: inDays(-1) })
  await assign(acme.owner, { userId: early.userId, roleId, validFrom: inDays(1) })

  for (const giver of [late, early]) {
    await expect(assign(giver, { userId: mia.userId, roleId })).rejects.toMatchObject({ code: 'not_allowed' })
  }
})

test('the same again changes nothing and is not logged', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme, { roles: [] })
  const wanted = { userId: mia.userId, roleId: await roleCalled(acme, 'viewer'), validUntil: inDays(7) }

  const first = await assign(acme.owner, wanted)
  expect(await assign(acme.owner, wanted)).toEqual(first)
  expect(await logged(acme, mia)).toEqual(['user_role.created'])
})

test('another time replaces the one before, and no time means for good from now on', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme, { roles: [] })
  const wanted = { userId: mia.userId, roleId: await roleCalled(acme, 'viewer') }

  const future = { ...wanted, validFrom: inDays(10), validUntil: inDays(20) }
  expect(await assign(acme.owner, future)).toMatchObject({
    ...{ validFrom: future.validFrom, validUntil: future.validUntil },
  })
  const forGood = await assign(acme.owner, wanted)
  expect(forGood.validFrom.getTime()).toBeLessThanOrEqual(Date.now())
  expect(forGood.validUntil).toBeNull()
  const again = await assign(acme.owner, { ...wanted, validUntil: inDays(30) })
  expect(again.validFrom).toEqual(forGood.validFrom)
  expect(await logged(acme, mia)).toEqual(['user_role.created', 'user_role.updated', 'user_role.updated'])
})

test('a time that ends before it begins is refused', async () => {
  const acme = await aTenant(database)
  const roleId = await roleCalled(acme, 'viewer')
  const { userId } = await aUser(database, acme)
  const backwards = { userId, roleId, validFrom: inDays(2), validUntil: inDays(1) }

  await expect(assign(acme.owner, backwards)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(assign(acme.owner, { userId, roleId, validUntil: inDays(-1) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('neither people nor roles of another tenant can be joined', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const [mia, hidden] = [await aUser(database, acme), await aUser(database, other)]
  const [ours, theirs] = [await roleCalled(acme, 'viewer'), await roleCalled(other, 'viewer')]

  for (const [userId, roleId] of [
    [mia.userId, theirs],
    [hidden.userId, ours],
    [hidden.userId, theirs],
    [uuidV7(), ours],
    [mia.userId, uuidV7()],
  ] as [string, string][]) {
    await expect(assign(acme.owner, { userId, roleId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(unassign(acme.owner, { userId, roleId })).rejects.toMatchObject({ code: 'not_found' })
  }
})

test('what the operator gives has no giver, and is logged under the operator’s name', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme, { roles: [] })
  const wanted = { userId: mia.userId, roleId: await roleCalled(acme, 'owner') }
  const given = await asOperator(
    database,
    { name: 'root', requestId: 'test', tenantId: acme.tenantId },
    (tx) => assignRole(tx, wanted),
  )

  expect(given.assignedBy).toBeNull()
  const { rows } = await admin.query(
    `select operator, user_id from audit_logs where tenant_id = $1 and entity_id = $2 and entity_type = 'user_role'`,
    [acme.tenantId, mia.userId],
  )
  expect(rows).toEqual([{ operator: 'root', user_id: null }])
})

test('an end that nobody could write down is refused, and everybody can still be listed', async () => {
  const acme = await aTenant(database)
  const wanted = { userId: acme.owner.userId, roleId: await roleCalled(acme, 'viewer') }
  const refused = { code: 'invalid_request', remedy: expect.stringMatching(/leave the end out/) }

  await expect(
    assign(acme.owner, { ...wanted, validUntil: new Date(Date.UTC(10_000, 0)) }),
  ).rejects.toMatchObject(refused)
  await expect(assign(acme.owner, { ...wanted, validFrom: new Date('0000-12-31') })).rejects.toMatchObject(
    refused,
  )
  await assign(acme.owner, { ...wanted, validUntil: new Date(Date.UTC(9999, 11, 31)) })

  const { items } = await inTenant(database, acme.owner.context, (tx) => listUsers(tx, { limit: 20 }))
  expect(items[0]!.roles).toContainEqual(expect.objectContaining({ validUntil: '9999-12-31T00:00:00.000Z' }))
})

async function logged({ tenantId }: Tenant, { userId }: Person): Promise<string[]> {
  const { rows } = await admin.query(
    `select action from audit_logs where tenant_id = $1 and entity_id = $2 and entity_type = 'user_role' order by id`,
    [tenantId, userId],
  )
  return rows.map((row) => row.action)
}

async function roleCalled({ tenantId }: Tenant, name: string): Promise<string> {
  const { rows } = await admin.query('select id from roles where tenant_id = $1 and name = $2', [
    tenantId,
    name,
  ])
  return rows[0].id
}
