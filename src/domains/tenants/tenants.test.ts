import { expect, test } from 'vitest'
import { asOperator, inTenant, type Context } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { deleteTenant } from './delete.ts'
import { listAllTenants } from './list.ts'
import { readTenant } from './read.ts'
import { updateTenant, type TenantChanges } from './update.ts'

const { database, admin } = await testDatabase()
const read = (context: Context) => inTenant(database, context, readTenant)
const change = (context: Context, changes: TenantChanges) =>
  inTenant(database, context, (tx) => updateTenant(tx, changes))
const remove = (context: Context) => inTenant(database, context, deleteTenant)
const root = { name: 'root', requestId: 'test' }

test('whoever belongs to a tenant reads it; for everyone else it is not there', async () => {
  const acme = await aTenant(database, 'Acme')
  const viewer = await aUser(database, acme, { roles: ['viewer'] })
  const nobody = await aUser(database, acme, { roles: [] })
  const outsider = { ...(await aTenant(database)).owner.context, tenantId: acme.tenantId }

  expect(await read(viewer.context)).toMatchObject({ id: acme.tenantId, name: 'Acme' })
  await expect(read(nobody.context)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(read(outsider)).rejects.toMatchObject({ code: 'not_found' })
})

test('an admin renames the tenant, a member may not', async () => {
  const acme = await aTenant(database)
  const admin = await aUser(database, acme, { roles: ['admin'] })
  const member = await aUser(database, acme)

  const renamed = await change(admin.context, { name: 'Ünion 株式会社' })
  expect(renamed).toMatchObject({ name: 'Ünion 株式会社', slug: expect.stringMatching(/^acme-/) })
  await expect(change(member.context, { name: 'Mine' })).rejects.toMatchObject({ code: 'not_allowed' })
  expect((await read(acme.owner.context)).name).toBe('Ünion 株式会社')
})

test('a short name can be changed, but not to one that another tenant has', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const taken = (await change(other.owner.context, { slug: 'the-other' })).slug

  expect((await change(acme.owner.context, { slug: 'the-one' })).slug).toBe('the-one')
  await expect(change(acme.owner.context, { slug: taken })).rejects.toMatchObject({ code: 'name_taken' })
  await expect(change(acme.owner.context, { slug: 'No Slug' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('a deleted tenant is gone for everybody at once, its owner included, and keeps its short name', async () => {
  const acme = await aTenant(database)
  const admin = await aUser(database, acme, { roles: ['admin'] })
  await change(acme.owner.context, { slug: 'farewell' })

  await expect(remove(admin.context)).rejects.toMatchObject({ code: 'not_allowed' })
  await remove(acme.owner.context)

  await expect(read(acme.owner.context)).rejects.toMatchObject({ code: 'not_found' })
  await expect(remove(acme.owner.context)).rejects.toMatchObject({ code: 'not_found' })
  const other = await aTenant(database)
  await expect(change(other.owner.context, { slug: 'farewell' })).rejects.toMatchObject({
    code: 'name_taken',
  })
})

test('the operator still sees a deleted tenant, and who deleted it is known', async () => {
  const acme = await aTenant(database)
  await remove(acme.owner.context)

  const seen = await asOperator(database, { ...root, tenantId: acme.tenantId }, readTenant)
  expect(seen.deletedAt).toBeInstanceOf(Date)
  const { rows } = await admin.query('select deleted_by from tenants where id = $1', [acme.tenantId])
  expect(rows[0].deleted_by).toBe(acme.owner.userId)
})

test('the operator tenant cannot be deleted, neither from inside nor by the operator', async () => {
  const home = await aTenant(database)
  await admin.query('update tenants set is_operator = true where id = $1', [home.tenantId])

  await expect(remove(home.owner.context)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(
    asOperator(database, { ...root, tenantId: home.tenantId }, deleteTenant),
  ).rejects.toMatchObject({ code: 'not_allowed' })
  expect((await read(home.owner.context)).deletedAt).toBeNull()
})

test('the operator lists all tenants page by page; an owner does not', async () => {
  const { owner } = await aTenant(database)
  const { rows } = await admin.query('select id from tenants order by id desc')

  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await asOperator(database, root, (tx) => listAllTenants(tx, { limit: 3, after }))
    seen.push(...page.items.map((tenant) => tenant.id))
    after = page.next ?? undefined
  } while (after !== undefined)

  expect(seen).toEqual(rows.map((row) => row.id))
  await expect(
    inTenant(database, owner.context, (tx) => listAllTenants(tx, { limit: 3 })),
  ).rejects.toMatchObject({ code: 'not_allowed' })
})
