import { expect, test } from 'vitest'
import { inTenant, type Context } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { createRole } from '../roles/create.ts'
import { createUser, type NewUser } from './create.ts'
import { readUser } from './read.ts'
import { updateUser, type UserChanges } from './update.ts'
import { verifyUser } from './verify.ts'

const { database, admin } = await testDatabase()
const add = ({ context }: Person, person: NewUser) =>
  inTenant(database, context, (tx) => createUser(tx, person))
const read = (context: Context, userId: string) => inTenant(database, context, (tx) => readUser(tx, userId))
const change = ({ context }: Person, userId: string, changes: UserChanges) =>
  inTenant(database, context, (tx) => updateUser(tx, userId, changes))
const verify = ({ context }: Person, userId: string) =>
  inTenant(database, context, (tx) => verifyUser(tx, userId))

const kim = { email: ' Kim@Example.com', name: 'Kim 김민준' }

test('an admin adds somebody, with details, profile and roles; a member may not', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const roleIds = await rolesCalled(acme.tenantId, ['member', 'viewer'])

  const added = await add(boss, {
    ...kim,
    username: 'KIM',
    phone: '+82 2-312-3456',
    avatarUrl: 'https://example.com/kim.png',
    profile: { bio: 'Paints.', timeZone: 'Asia/Seoul' },
    roleIds: [...roleIds, ...roleIds],
  })
  expect(added).toMatchObject({
    ...{ email: 'kim@example.com', name: 'Kim 김민준', username: 'kim', phone: '+82 2-312-3456' },
    ...{ accountId: null, isActive: true, isVerified: false, lastLoginAt: null, suspendedAt: null },
    profile: { bio: 'Paints.', locale: null, timeZone: 'Asia/Seoul' },
    roles: [
      { name: 'member', validUntil: null, inForce: true },
      { name: 'viewer', validUntil: null, inForce: true },
    ],
  })
  expect(await read(boss.context, added.id)).toEqual(added)

  const member = await aUser(database, acme)
  await expect(add(member, { ...kim, email: 'other@example.com' })).rejects.toMatchObject({
    code: 'not_allowed',
  })
})

test('whoever may add people but not assign roles adds them without roles only', async () => {
  const acme = await aTenant(database)
  const clerk = await aUser(database, acme, {
    roles: [await aRole(acme, ['users:create', 'posts:read'])],
  })
  const [reader] = await rolesCalled(acme.tenantId, [await aRole(acme, ['posts:read'])])

  expect((await add(clerk, kim)).roles).toEqual([])
  await expect(
    add(clerk, { name: 'Lee', email: 'lee@example.com', roleIds: [reader!] }),
  ).rejects.toMatchObject({ code: 'not_allowed' })
  expect(await countOf(acme.tenantId, 'lee@example.com')).toBe(0)
})

test('nobody adds somebody with a role that permits more than their own', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const [owner] = await rolesCalled(acme.tenantId, ['owner'])

  await expect(add(boss, { ...kim, roleIds: [owner!] })).rejects.toMatchObject({ code: 'not_allowed' })
  expect(await countOf(acme.tenantId, 'kim@example.com')).toBe(0)
  expect((await add(acme.owner, { ...kim, roleIds: [owner!] })).roles).toMatchObject([{ name: 'owner' }])
})

test('an address or user name is somebody’s only once in a tenant, and free in the next', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  await add(acme.owner, { ...kim, username: 'kim' })

  await expect(add(acme.owner, { ...kim, email: 'KIM@EXAMPLE.COM' })).rejects.toMatchObject({
    code: 'email_taken',
  })
  await expect(add(acme.owner, { ...kim, email: 'kim2@example.com', username: 'Kim' })).rejects.toMatchObject(
    { code: 'name_taken' },
  )
  expect(await add(other.owner, { ...kim, username: 'kim' })).toMatchObject({ username: 'kim' })
})

test('of eight who add the same address at once, one does', async () => {
  const acme = await aTenant(database)
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => add(acme.owner, kim)))

  expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  for (const one of tries)
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'email_taken' })
})

const unusable: [string, Partial<NewUser>][] = [
  ['an address without @', { email: 'no address' }],
  ['an address of 262 characters', { email: `${'a'.repeat(250)}@example.com` }],
  ['an empty name', { name: ' ' }],
  ['a name with a bell in it', { name: 'a\u0007b' }],
  ['a name with a NUL in it', { name: 'a\u0000b' }],
  ['a name of 121 characters', { name: 'ü'.repeat(121) }],
  ['a user name of two words', { username: 'two words' }],
  ['a user name of 61 characters', { username: 'u'.repeat(61) }],
  ['a telephone number in words', { phone: 'call me' }],
  ['a telephone number of 21 digits', { phone: '0'.repeat(21) }],
  ['a picture that is a script', { avatarUrl: 'javascript:alert(1)' }],
  ['a picture’s address of 520 characters', { avatarUrl: `https://example.com/${'a'.repeat(500)}` }],
  ['a biography of 2001 characters', { profile: { bio: 'b'.repeat(2001) } }],
]
test.each(unusable)('%s is refused', async (_, wrong) => {
  const acme = await aTenant(database)
  await expect(add(acme.owner, { ...kim, ...wrong })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await countOf(acme.tenantId, 'kim@example.com')).toBe(0)
})

test('a name may have 120 characters of any script', async () => {
  const acme = await aTenant(database)
  expect((await add(acme.owner, { ...kim, name: '🙂'.repeat(120) })).name).toBe('🙂'.repeat(120))
})

test('people of another tenant are not there: not to read, to change or to vouch for', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const hidden = await aUser(database, other)

  for (const userId of [hidden.userId, uuidV7()]) {
    await expect(read(acme.owner.context, userId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(change(acme.owner, userId, { name: 'X' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(change(acme.owner, userId, { profile: { bio: 'X' } })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(verify(acme.owner, userId)).rejects.toMatchObject({ code: 'not_found' })
  }
  const intruder = { ...acme.owner.context, tenantId: other.tenantId }
  await expect(read(intruder, hidden.userId)).rejects.toMatchObject({ code: 'not_found' })
})

test('what is left out of a change stays, and null clears', async () => {
  const acme = await aTenant(database)
  const before = await add(acme.owner, {
    ...kim,
    ...{ username: 'kim', phone: '123', profile: { bio: 'Paints.', locale: 'ko' } },
  })

  const after = await change(acme.owner, before.id, { username: null, profile: { bio: null } })
  expect(after).toEqual({
    ...before,
    ...{ username: null, profile: { bio: null, locale: 'ko', timeZone: null } },
    updatedAt: after.updatedAt,
  })
  expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime())
  expect(await change(acme.owner, before.id, {})).toEqual(after)
})

test('whoever was granted changes of their own changes their own details and nobody else’s', async () => {
  const acme = await aTenant(database)
  const self = await aRole(acme, ['users:update:own'])
  const [ann, bob] = [
    await aUser(database, acme, { roles: [self] }),
    await aUser(database, acme, { roles: ['viewer'] }),
  ]

  const renamed = await change(ann, ann.userId, { name: 'Ann', profile: { locale: 'en' } })
  expect(renamed).toMatchObject({ name: 'Ann', profile: { locale: 'en' } })
  await expect(change(ann, bob.userId, { name: 'Bob' })).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(change(bob, bob.userId, { name: 'Bob' })).rejects.toMatchObject({ code: 'not_allowed' })
})

test('a new address is not verified until somebody else vouches for it', async () => {
  const acme = await aTenant(database)
  const self = await aRole(acme, ['users:update:own'])
  const ann = await aUser(database, acme, { roles: [self] })

  expect((await verify(acme.owner, ann.userId)).isVerified).toBe(true)
  expect((await change(ann, ann.userId, { name: 'Ann', email: ann.email })).isVerified).toBe(true)
  expect((await change(ann, ann.userId, { email: 'ann@example.com' })).isVerified).toBe(false)
  await expect(verify(ann, ann.userId)).rejects.toMatchObject({ code: 'not_allowed' })
})

test('a name typed with combining marks is kept composed', async () => {
  const acme = await aTenant(database)
  const added = await add(acme.owner, { ...kim, name: ' E\u0301mile ' })
  expect(added.name).toBe('\u00c9mile')
  expect((await change(acme.owner, added.id, { name: 'Zoe\u0308' })).name).toBe('Zo\u00eb')
})

test('the log says who added and who changed whom, and what', async () => {
  const acme = await aTenant(database)
  const added = await add(acme.owner, kim)
  await change(acme.owner, added.id, { name: 'Kimberly', phone: null })

  const { rows } = await admin.query(
    `select action, user_id, old_values, new_values from audit_logs
     where tenant_id = $1 and entity_type = 'user' and entity_id = $2 order by id`,
    [acme.tenantId, added.id],
  )
  expect(rows).toMatchObject([
    { action: 'user.created', user_id: acme.owner.userId, new_values: { name: 'Kim 김민준' } },
    { action: 'user.updated', user_id: acme.owner.userId, old_values: { name: 'Kim 김민준' } },
  ])
  expect(rows[1].new_values).toEqual({ name: 'Kimberly' })
})

async function rolesCalled(tenantId: string, names: string[]): Promise<string[]> {
  const { rows } = await admin.query(
    'select id from roles where tenant_id = $1 and name = any ($2) order by name',
    [tenantId, names],
  )
  return rows.map((role) => role.id)
}

/** A role that permits exactly this; its name. */
async function aRole({ owner }: Tenant, permissions: string[]): Promise<string> {
  const name = permissions.join(' ')
  await inTenant(database, owner.context, (tx) => createRole(tx, { name, permissions }))
  return name
}

async function countOf(tenantId: string, email: string): Promise<number> {
  const found = await admin.query('select from users where tenant_id = $1 and email = $2', [tenantId, email])
  return found.rowCount!
}
