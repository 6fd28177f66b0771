import { expect, test } from 'vitest'
import { asOperator, inTenant, outsideTenants, type Context } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { assignRole } from '../roles/assign.ts'
import { createRole } from '../roles/create.ts'
import { authorize, decide, type Permission } from './access.ts'
import { operatorOnly } from './operator.ts'

const { database, admin } = await testDatabase()
const nothing = sql('test.nothing', {}, 'select')
const leaveTrace = sql('test.trace', {}, `update tenants set name = 'Traced' where id = $1`)

const may = (context: Context, permission: Permission, owner?: string) =>
  inTenant(database, context, (tx) => {
    authorize(tx, permission, owner)
    return tx.run(nothing, [])
  })
const ask = ({ owner }: Tenant, userId: string, permission: Permission, of?: string) =>
  inTenant(database, owner.context, (tx) => decide(tx, { userId, permission, owner: of }))

test.each<[string, Permission, boolean]>([
  ['posts:update', 'posts:update', true],
  ['posts:update', 'posts:read', false],
  ['posts:update', 'comments:update', false],
  ['posts:*', 'posts:update', true],
  ['posts:*', 'posts:anything', true],
  ['posts:*', 'comments:update', false],
  ['*:read', 'audit:read', true],
  ['*:read', 'audit:write', false],
  ['*:*', 'tenant:delete', true],
  ['*:*', 'anything:whatever', true],
  ['posts:update', 'posts:*', false],
  ['posts:update', '*:update', false],
  ['posts:*', '*:*', false],
])('whoever holds %s asks for %s: %s', async (held, wanted, allowed) => {
  const acme = await aTenant(database)
  const ann = await someone(acme, [held])

  const decision = await ask(acme, ann.userId, wanted)
  expect(decision.allowed).toBe(allowed)
  expect(decision.because).toMatchObject(
    allowed
      ? { kind: 'granted', permission: held, scope: 'any' }
      : { kind: 'not_granted', permission: wanted },
  )
  if (allowed) await may(ann.context, wanted)
  else await expect(may(ann.context, wanted)).rejects.toMatchObject({ code: 'not_allowed' })
})

test('a permission for their own counts for what they made, and for nothing else', async () => {
  const acme = await aTenant(database)
  const ann = await someone(acme, ['posts:update:own'])

  expect(await ask(acme, ann.userId, 'posts:update', ann.userId)).toMatchObject({
    allowed: true,
    because: { kind: 'granted', permission: 'posts:update', scope: 'own' },
  })
  await may(ann.context, 'posts:update', ann.userId)
  for (const owner of [acme.owner.userId, undefined]) {
    expect(await ask(acme, ann.userId, 'posts:update', owner)).toMatchObject({
      allowed: false,
      because: { kind: 'not_own', permission: 'posts:update', scope: 'own' },
    })
    await expect(may(ann.context, 'posts:update', owner)).rejects.toMatchObject({ code: 'not_allowed' })
  }
})

test('of several grants the one that permits speaks, the wider before the narrower', async () => {
  await admin.query(`insert into permissions values ('*:update', '*', 'update', 'Added by the application')`)
  const acme = await aTenant(database)
  const ann = await someone(acme, ['posts:update:own', 'posts:*:own', '*:update'])

  expect((await ask(acme, ann.userId, 'posts:update', acme.owner.userId)).because).toMatchObject({
    ...{ kind: 'granted', permission: '*:update', scope: 'any' },
  })
  expect((await ask(acme, ann.userId, 'posts:delete', ann.userId)).because).toMatchObject({
    ...{ kind: 'granted', permission: 'posts:*', scope: 'own' },
  })
})

test('a role counts from its first moment to its last', async () => {
  const acme = await aTenant(database)
  const ann = await someone(acme, [])
  const { id: roleId, name: role } = await aRole(acme, ['posts:update'])
  const during = async (validFrom: Date, validUntil?: Date) => {
    await inTenant(database, acme.owner.context, (tx) =>
      assignRole(tx, { userId: ann.userId, roleId, validFrom, validUntil }),
    )
    return ask(acme, ann.userId, 'posts:update')
  }

  expect(await during(inHours(-2), inHours(-1))).toMatchObject({
    allowed: false,
    because: { kind: 'not_granted' },
  })
  await expect(may(ann.context, 'posts:update')).rejects.toMatchObject({ code: 'not_allowed' })
  expect(await during(inHours(1))).toMatchObject({ allowed: false })
  expect(await during(inHours(1), inHours(2))).toMatchObject({ allowed: false })
  expect(await during(inHours(-1), inHours(1))).toMatchObject({ allowed: true, because: { role, roleId } })
  expect(await during(inHours(-1))).toMatchObject({ allowed: true })
  await may(ann.context, 'posts:update')
})

test('a suspended person may nothing, and is told that there is no tenant', async () => {
  const acme = await aTenant(database)
  const ann = await someone(acme, ['*:*'])
  await admin.query('update users set suspended_at = now() where id = $1', [ann.userId])

  expect(await ask(acme, ann.userId, 'posts:read')).toEqual({
    allowed: false,
    because: { kind: 'suspended' },
  })
  await expect(may(ann.context, 'posts:read')).rejects.toMatchObject({ code: 'not_found' })
})

test('the owner of one tenant is nobody in the next, and neither is an invented user', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]

  expect(await ask(acme, other.owner.userId, 'posts:read')).toEqual({
    allowed: false,
    because: { kind: 'no_such_user' },
  })
  const intruder = { ...other.owner.context, tenantId: acme.tenantId }
  await expect(may(intruder, 'posts:read')).rejects.toMatchObject({ code: 'not_found' })
  const nowhere = { ...other.owner.context, tenantId: uuidV7() }
  await expect(may(nowhere, 'posts:read')).rejects.toMatchObject({ code: 'not_found' })
  const invented = uuidV7()
  const ghost: Context = {
    ...acme.owner.context,
    actor: { kind: 'user', userId: invented, accountId: invented },
  }
  await expect(may(ghost, 'posts:read')).rejects.toMatchObject({ code: 'not_found' })
})

test('in a deleted tenant nobody may do anything', async () => {
  const acme = await aTenant(database)
  await admin.query('update tenants set deleted_at = now() where id = $1', [acme.tenantId])
  await expect(may(acme.owner.context, 'tenant:read')).rejects.toMatchObject({ code: 'not_found' })
})

test('the operator may do everything, in the tenant they name', async () => {
  const acme = await aTenant(database)
  const operator = { name: 'root', requestId: 'test', tenantId: acme.tenantId }
  await asOperator(database, operator, (tx) => {
    operatorOnly(tx)
    authorize(tx, 'tenant:delete')
    return tx.run(nothing, [])
  })
  const asOwner = inTenant(database, acme.owner.context, async (tx) => operatorOnly(tx))
  await expect(asOwner).rejects.toMatchObject({ code: 'not_allowed' })
})

test('an account that acts as no user, or nobody at all, is a mistake in the program and may do nothing', async () => {
  const acme = await aTenant(database)
  const account: Context = {
    ...acme.owner.context,
    actor: { kind: 'account', accountId: acme.owner.accountId },
  }
  await expect(may(account, 'posts:read')).rejects.toMatchObject({ code: 'internal', sqlstate: 'RV006' })
  const nobody: Context = { ...acme.owner.context, actor: { kind: 'nobody' } }
  await expect(may(nobody, 'posts:read')).rejects.toMatchObject({ code: 'internal', sqlstate: 'RV006' })
  const unbound = outsideTenants(database, { actor: { kind: 'nobody' }, requestId: 'test' }, (tx) => {
    authorize(tx, 'posts:read')
    return tx.run(nothing, [])
  })
  await expect(unbound).rejects.toMatchObject({ sqlstate: 'RV006' })
})

test('after a no, the statement behind it is not executed', async () => {
  const acme = await aTenant(database)
  const ann = await someone(acme, ['posts:read'])
  const sly = inTenant(database, ann.context, async (tx) => {
    authorize(tx, 'tenant:update')
    await tx.run(leaveTrace, [acme.tenantId]).catch(() => {})
  })

  await expect(sly).rejects.toThrow()
  const { rows } = await admin.query('select name from tenants where id = $1', [acme.tenantId])
  expect(rows).toEqual([{ name: 'Acme' }])
})

test('a question that never travelled with a statement is asked before the commit', async () => {
  const acme = await aTenant(database)
  const ann = await someone(acme, [])
  const late = inTenant(database, ann.context, async (tx) => authorize(tx, 'tenant:update'))
  await expect(late).rejects.toMatchObject({ code: 'not_allowed' })
})

async function someone(acme: Tenant, permissions: string[]): Promise<Person> {
  const role = await aRole(acme, permissions)
  return aUser(database, acme, { roles: [role.name] })
}

function aRole({ owner }: Tenant, permissions: string[]) {
  return inTenant(database, owner.context, (tx) => createRole(tx, { name: uuidV7(), permissions }))
}

function inHours(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000)
}
