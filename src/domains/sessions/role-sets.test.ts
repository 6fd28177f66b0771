import { expect, test } from 'vitest'
import { inTenant, openDatabase, type QueryLog } from '../../database/database.ts'
import { hashToken, makeToken } from '../../foundation/secret.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { assignRole, unassignRole } from '../roles/assign.ts'
import { createRole } from '../roles/create.ts'
import { deleteRole } from '../roles/delete.ts'
import { setRolePermissions } from '../roles/permissions.ts'
import { updateRole } from '../roles/update.ts'
import { whoAmI } from './who-am-i.ts'

const { access, admin } = await testDatabase()
const lines: Parameters<QueryLog>[0][] = []
const database = openDatabase(access, (line) => lines.push(line))
const acme = await aTenant(database, 'Acme')
const { context } = acme.owner
async function signedIn({ accountId }: Person): Promise<string> {
  const token = makeToken('rv_s')
  await admin.query(
    `insert into sessions (account_id, token_hash, idle_seconds, expires_at) values ($1, $2, 3600, now() + interval '1 day')`,
    [accountId, hashToken(token)],
  )
  return token
}
const asOwner = <T>(work: Parameters<typeof inTenant<T>>[2]) => inTenant(database, context, work)
const aRole = (name: string, ...permissions: string[]) =>
  asOwner((tx) => createRole(tx, { name, permissions }))
async function standing(token: string) {
  const who = await whoAmI(database, token)
  const { roles, permissions } = who!.tenants[0]!
  return { roles, permissions }
}
const asked = () => lines.filter(({ statement }) => statement === 'sessions.roles_told').length

const editor = await aRole('editor', 'posts:update', 'posts:read')
const mia = await aUser(database, acme, { name: 'Mia', roles: [] })
await asOwner((tx) => assignRole(tx, { userId: mia.userId, roleId: editor.id }))
const token = await signedIn(mia)

test('what a role permits is asked for once, until it changes', async () => {
  const before = await standing(token)
  expect(before).toEqual({ roles: ['editor'], permissions: ['posts:read', 'posts:update'] })

  const questions = asked()
  for (let times = 0; times < 5; times++) expect(await standing(token)).toEqual(before)
  expect(asked()).toBe(questions)
})

test('the next question after a change is answered as it is now', async () => {
  await asOwner((tx) => setRolePermissions(tx, editor.id, ['posts:read']))
  expect(await standing(token)).toEqual({ roles: ['editor'], permissions: ['posts:read'] })

  await asOwner((tx) => updateRole(tx, editor.id, { name: 'reader' }))
  expect(await standing(token)).toEqual({ roles: ['reader'], permissions: ['posts:read'] })

  const writer = await aRole('writer', 'posts:create')
  await asOwner((tx) => assignRole(tx, { userId: mia.userId, roleId: writer.id }))
  expect(await standing(token)).toEqual({
    roles: ['reader', 'writer'],
    permissions: ['posts:create', 'posts:read'],
  })

  await asOwner((tx) => unassignRole(tx, { userId: mia.userId, roleId: writer.id }))
  await asOwner((tx) => deleteRole(tx, writer.id))
  expect(await standing(token)).toEqual({ roles: ['reader'], permissions: ['posts:read'] })
})

test('a change made in psql counts too, and so does one of a scope', async () => {
  await standing(token)
  await admin.query(
    `insert into role_permissions (tenant_id, role_id, permission) values ($1, $2, 'users:read')`,
    [...[acme.tenantId, editor.id]],
  )
  expect((await standing(token)).permissions).toEqual(['posts:read', 'users:read'])

  await admin.query(
    `update role_permissions set scope = 'own' where role_id = $1 and permission = 'posts:read'`,
    [editor.id],
  )
  expect((await standing(token)).permissions).toEqual(['posts:read:own', 'users:read'])

  await admin.query(`delete from role_permissions where role_id = $1`, [editor.id])
  expect((await standing(token)).permissions).toEqual([])
})

test('what is being changed and not yet committed is told to nobody, nor what was taken back', async () => {
  const before = await standing(token)
  const change = asOwner(async (tx) => {
    await setRolePermissions(tx, editor.id, ['posts:delete'])
    expect(await standing(token)).toEqual(before)
    throw new Error('changed my mind')
  })
  await expect(change).rejects.toThrow('changed my mind')
  expect(await standing(token)).toEqual(before)
})

test('while roles change under fifty who ask, nobody is told what was so before they asked', async () => {
  const last = 39
  const told = { changes: 0 }
  const change = async () => {
    for (let i = 0; i <= last; i++) {
      await asOwner((tx) => setRolePermissions(tx, editor.id, [`posts:${i % 2 ? 'read' : 'create'}`]))
      await asOwner((tx) => updateRole(tx, editor.id, { name: `editor ${i}` }))
      told.changes = i
    }
  }
  const ask = async () => {
    while (told.changes < last) {
      const least = told.changes
      const { roles } = await standing(token)
      const [, number] = /^editor (\d+)$/.exec(roles[0]!) ?? []
      if (number !== undefined) expect(Number(number)).toBeGreaterThanOrEqual(least)
    }
  }
  await Promise.all([change(), ...Array.from({ length: 50 }, ask)])
  expect(await standing(token)).toEqual({ roles: [`editor ${last}`], permissions: ['posts:read'] })
})

test('what all share nobody can change', async () => {
  const { permissions } = await standing(token)
  expect(() => (permissions as string[]).push('*:*')).toThrow(TypeError)
  expect((await standing(token)).permissions).not.toContain('*:*')
})

test('the count of changes never falls, whoever writes it', async () => {
  const back = admin.query(
    'update tenant_guards set policy_version = policy_version - 1 where tenant_id = $1',
    [acme.tenantId],
  )
  await expect(back).rejects.toMatchObject({ code: 'RV004' })
})
