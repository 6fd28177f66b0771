import { expect, test } from 'vitest'
import { inTenant, type Context, type Transaction } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { listPermissions } from '../permissions/list.ts'
import { createSet, deleteSet } from '../separation/sets.ts'
import { assignRole, unassignRole } from './assign.ts'
import { createRole, type NewRole } from './create.ts'
import { deleteRole } from './delete.ts'
import { disinheritRole, inheritRole } from './inherit.ts'
import { listRoles } from './list.ts'
import { setRolePermissions } from './permissions.ts'
import { readRole } from './read.ts'
import { updateRole, type RoleChanges } from './update.ts'

const { database, admin } = await testDatabase()
const create = ({ context }: Person, role: NewRole) =>
  inTenant(database, context, (tx) => createRole(tx, role))
const read = (context: Context, roleId: string) => inTenant(database, context, (tx) => readRole(tx, roleId))
const list = ({ context }: Person, page: { limit: number; after?: string | undefined } = { limit: 100 }) =>
  inTenant(database, context, (tx) => listRoles(tx, page))
const change = ({ context }: Person, roleId: string, changes: RoleChanges) =>
  inTenant(database, context, (tx) => updateRole(tx, roleId, changes))
const permit = ({ context }: Person, roleId: string, permissions: string[]) =>
  inTenant(database, context, (tx) => setRolePermissions(tx, roleId, permissions))
const remove = ({ context }: Person, roleId: string) =>
  inTenant(database, context, (tx) => deleteRole(tx, roleId))

test('an admin makes a role of permissions they have; a member makes none', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const member = await aUser(database, acme)

  const editor = await create(boss, {
    name: ' Editor ',
    description: 'Edits.',
    permissions: ['posts:*', 'comments:update:own', 'comments:read', 'posts:*'],
  })
  expect(editor).toMatchObject({ name: 'Editor', description: 'Edits.', isSystem: false })
  expect(editor.permissions).toEqual(['comments:read', 'comments:update:own', 'posts:*'])
  expect(await read(member.context, editor.id)).toEqual(editor)
  await expect(create(member, { name: 'Mine' })).rejects.toMatchObject({ code: 'not_allowed' })
})

test('nobody makes a role that permits more than they have, not even for their own objects', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })

  for (const permission of ['tenant:delete', 'tenant:delete:own', 'tenant:*', '*:read', '*:*']) {
    await expect(create(boss, { name: 'Sly', permissions: [permission] })).rejects.toMatchObject({
      code: 'not_allowed',
    })
  }
  expect((await list(boss)).items.map((role) => role.name)).not.toContain('Sly')
  expect((await create(acme.owner, { name: 'All', permissions: ['*:*'] })).permissions).toEqual(['*:*'])
})

test('a permission that is not in the catalogue is refused by its name', async () => {
  const { owner } = await aTenant(database)
  const wrong = create(owner, { name: 'Fly', permissions: ['posts:read', 'posts:fly', 'posts:read:mine'] })

  await expect(wrong).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'there is no permission "posts:fly", "posts:read:mine"',
  })
  for (const nonsense of ['', ':own', 'posts', "'; drop table roles; --", 'posts:read:own:own']) {
    await expect(create(owner, { name: 'Fly', permissions: [nonsense] })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  }
})

test('a name is a role’s only once in a tenant, and at most 50 characters of it', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  await create(acme.owner, { name: 'Editor' })

  await expect(create(acme.owner, { name: 'Editor' })).rejects.toMatchObject({ code: 'name_taken' })
  await expect(create(acme.owner, { name: 'owner' })).rejects.toMatchObject({ code: 'name_taken' })
  await expect(create(acme.owner, { name: 'x'.repeat(51) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(create(acme.owner, { name: ' ' })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await create(other.owner, { name: 'Editor' })).toMatchObject({ name: 'Editor' })
})

test('roles are listed page by page, those of the tenant’s birth first', async () => {
  const acme = await aTenant(database)
  for (const name of ['One', 'Two', 'Three']) await create(acme.owner, { name })
  const nobody = await aUser(database, acme, { roles: [] })

  const first = await list(acme.owner, { limit: 4 })
  const second = await list(acme.owner, { limit: 4, after: first.next! })
  expect(first.items.every((role) => role.isSystem)).toBe(true)
  expect(second.items.map((role) => role.name)).toEqual(['One', 'Two', 'Three'])
  expect(second.next).toBeNull()
  await expect(list(nobody)).rejects.toMatchObject({ code: 'not_allowed' })
})

test('a role of one’s own can be renamed and described; a system role only described', async () => {
  const acme = await aTenant(database)
  const editor = await create(acme.owner, { name: 'Editor', description: 'Edits.' })
  const viewer = await roleCalled(acme, 'viewer')

  expect(await change(acme.owner, editor.id, { name: 'Author' })).toMatchObject({
    ...{ name: 'Author', description: 'Edits.' },
  })
  expect(await change(acme.owner, editor.id, { description: null })).toMatchObject({
    ...{ name: 'Author', description: null },
  })
  await expect(change(acme.owner, editor.id, { name: 'viewer' })).rejects.toMatchObject({
    code: 'name_taken',
  })
  await expect(change(acme.owner, viewer, { name: 'Guest' })).rejects.toMatchObject({ code: 'system_role' })
  expect(await change(acme.owner, viewer, { description: 'Looks.' })).toMatchObject({ description: 'Looks.' })
  const member = await aUser(database, acme)
  await expect(change(member, editor.id, { name: 'Mine' })).rejects.toMatchObject({ code: 'not_allowed' })
})

test('what a role permits is replaced as a whole, and the log shows only what changed', async () => {
  const acme = await aTenant(database)
  const editor = await create(acme.owner, { name: 'Editor', permissions: ['posts:read', 'posts:create'] })

  const after = await permit(acme.owner, editor.id, ['posts:read', 'posts:update:own'])
  expect(after.permissions).toEqual(['posts:read', 'posts:update:own'])
  await permit(acme.owner, editor.id, ['posts:update:own', 'posts:read'])

  const { rows } = await admin.query(
    `select action, coalesce(old_values, new_values) ->> 'permission' as permission from audit_logs
     where tenant_id = $1 and entity_type = 'role_permission' and entity_id = $2 order by id offset 2`,
    [acme.tenantId, editor.id],
  )
  expect(rows).toEqual([
    { action: 'role_permission.deleted', permission: 'posts:create' },
    { action: 'role_permission.created', permission: 'posts:update' },
  ])
  expect((await permit(acme.owner, editor.id, [])).permissions).toEqual([])
})

test('who changes a role keeps in it what they do not have, but adds nothing of the kind', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { roles: ['admin'] })
  const role = await create(acme.owner, { name: 'Closer', permissions: ['tenant:delete'] })

  const kept = await permit(boss, role.id, ['tenant:delete', 'posts:read'])
  expect(kept.permissions).toEqual(['posts:read', 'tenant:delete'])
  await expect(permit(boss, role.id, ['tenant:delete', 'tenant:*'])).rejects.toMatchObject({
    code: 'not_allowed',
  })
  expect((await read(boss.context, role.id)).permissions).toEqual(kept.permissions)
})

test('the role owner keeps everything; other system roles may be given more or less', async () => {
  const acme = await aTenant(database)
  const [owner, viewer] = [await roleCalled(acme, 'owner'), await roleCalled(acme, 'viewer')]

  await expect(permit(acme.owner, owner, ['posts:read'])).rejects.toMatchObject({ code: 'system_role' })
  expect((await permit(acme.owner, viewer, ['posts:read'])).permissions).toEqual(['posts:read'])
})

test('of two replacements at once, one whole set remains', async () => {
  const acme = await aTenant(database)
  const sets = [
    ['posts:read', 'posts:create', 'posts:delete'],
    ['comments:read', 'comments:create', 'posts:read'],
  ]
  for (let round = 0; round < 10; round++) {
    const role = await create(acme.owner, { name: `Round ${round}`, permissions: ['posts:update'] })
    await Promise.all(sets.map((set) => permit(acme.owner, role.id, set)))
    const { permissions } = await read(acme.owner.context, role.id)
    expect(sets.map((set) => set.toSorted())).toContainEqual(permissions)
  }
})

test('a role that somebody has or an invitation gives stays; one that nobody has goes', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  const [used, promised, idle] = [
    await create(acme.owner, { name: 'Used', permissions: ['posts:read'] }),
    await create(acme.owner, { name: 'Promised' }),
    await create(acme.owner, { name: 'Idle', permissions: ['posts:read'] }),
  ]
  await inTenant(database, acme.owner.context, (tx) =>
    assignRole(tx, { userId: mia.userId, roleId: used.id }),
  )
  await admin.query(
    `insert into invitations (tenant_id, email, role_id, token_hash, expires_at)
     values ($1, 'new@example.com', $2, sha256('token'), now() + interval '1 day')`,
    [acme.tenantId, promised.id],
  )

  await expect(remove(acme.owner, used.id)).rejects.toMatchObject({ code: 'still_in_use' })
  await expect(remove(acme.owner, promised.id)).rejects.toMatchObject({ code: 'still_in_use' })
  await expect(remove(mia, idle.id)).rejects.toMatchObject({ code: 'not_allowed' })
  await remove(acme.owner, idle.id)
  await expect(read(acme.owner.context, idle.id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(remove(acme.owner, await roleCalled(acme, 'viewer'))).rejects.toMatchObject({
    code: 'system_role',
  })
})

test('roles of another tenant are not there', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const hidden = await create(other.owner, { name: 'Hidden', permissions: ['posts:read'] })

  for (const roleId of [hidden.id, uuidV7()]) {
    const refused = { code: 'not_found' }
    await expect(read(acme.owner.context, roleId)).rejects.toMatchObject(refused)
    await expect(change(acme.owner, roleId, { name: 'X' })).rejects.toMatchObject(refused)
    await expect(permit(acme.owner, roleId, ['posts:read'])).rejects.toMatchObject(refused)
    await expect(permit(acme.owner, roleId, [])).rejects.toMatchObject(refused)
    await expect(remove(acme.owner, roleId)).rejects.toMatchObject(refused)
  }
  expect((await read(other.owner.context, hidden.id)).permissions).toEqual(['posts:read'])
})

test('the catalogue of permissions is for whoever may see roles', async () => {
  const acme = await aTenant(database)
  const [member, viewer] = [await aUser(database, acme), await aUser(database, acme, { roles: ['viewer'] })]

  const catalogue = await inTenant(database, member.context, listPermissions)
  expect(catalogue).toContainEqual({
    ...{ name: 'posts:publish', resource: 'posts', action: 'publish' },
    description: 'Publish and archive posts',
  })
  expect(catalogue.map((permission) => permission.name)).toEqual(
    catalogue.map((permission) => permission.name).toSorted(),
  )
  await expect(inTenant(database, viewer.context, listPermissions)).rejects.toMatchObject({
    code: 'not_allowed',
  })
})

async function roleCalled({ tenantId }: Tenant, name: string): Promise<string> {
  const { rows } = await admin.query('select id from roles where tenant_id = $1 and name = $2', [
    tenantId,
    name,
  ])
  return rows[0].id
}

test('a role that others inherit from, or that a set separates, is not deleted from under them', async () => {
  const tenant = await aTenant(database)
  const act = <T>(work: (tx: Transaction) => Promise<T>) => inTenant(database, tenant.owner.context, work)
  const make = (name: string) => act((tx) => createRole(tx, { name, permissions: ['posts:read'] }))
  const [above, below, other] = [await make('above'), await make('below'), await make('other')]
  await act((tx) => inheritRole(tx, { roleId: above.id, juniorId: below.id }))
  const set = await act((tx) => createSet(tx, { name: 'apart', roleIds: [above.id, other.id] }))

  await expect(act((tx) => deleteRole(tx, below.id))).rejects.toMatchObject({ code: 'still_in_use' })
  await expect(act((tx) => deleteRole(tx, other.id))).rejects.toMatchObject({ code: 'still_in_use' })

  await act((tx) => disinheritRole(tx, { roleId: above.id, juniorId: below.id }))
  await act((tx) => deleteSet(tx, set.id))
  for (const { id } of [above, below, other]) await act((tx) => deleteRole(tx, id))
})

test('nobody lays a role above one that permits more than they have, nor takes it away', async () => {
  const tenant = await aTenant(database)
  const as =
    (context: Context) =>
    <T>(work: (tx: Transaction) => Promise<T>) =>
      inTenant(database, context, work)
  const owner = as(tenant.owner.context)
  const keeper = await owner((tx) =>
    createRole(tx, { name: 'keeper', permissions: ['roles:read', 'roles:update'] }),
  )
  const powerful = await owner((tx) => createRole(tx, { name: 'powerful', permissions: ['tenant:delete'] }))
  const adam = await aUser(database, tenant, { name: 'Adam', roles: [] })
  await owner((tx) => assignRole(tx, { userId: adam.userId, roleId: keeper.id }))
  const edge = { roleId: keeper.id, juniorId: powerful.id }

  await expect(as(adam.context)((tx) => inheritRole(tx, edge))).rejects.toMatchObject({ code: 'not_allowed' })
  await owner((tx) => inheritRole(tx, edge))
  await owner((tx) => unassignRole(tx, { userId: adam.userId, roleId: keeper.id }))
  const other = await owner((tx) =>
    createRole(tx, { name: 'other', permissions: ['roles:read', 'roles:update'] }),
  )
  await owner((tx) => assignRole(tx, { userId: adam.userId, roleId: other.id }))
  await expect(as(adam.context)((tx) => disinheritRole(tx, edge))).rejects.toMatchObject({
    code: 'not_allowed',
  })
})
