import { expect, test } from 'vitest'
import { asOperator, inTenant, type Actor, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { decide } from '../access/access.ts'
import { foundTenant, tenantsPerAccount, type NewTenant } from './create.ts'

const { database, admin } = await testDatabase()
const addAccount = sql('test.account', {}, 'select from reeve.account_create($1, $2, $3)')
let serial = 0

test('a tenant is born with its system roles and an owner who may do everything', async () => {
  const ada = await anAccount()
  const tenant = await found(ada, { name: 'Ada & Co' })
  expect(tenant).toMatchObject({ name: 'Ada & Co', slug: 'ada-co', isOperator: false, deletedAt: null })

  const roles = await admin.query('select name from roles where tenant_id = $1 order by name', [tenant.id])
  expect(roles.rows.map((role) => role.name)).toEqual(['admin', 'member', 'owner', 'viewer'])
  const [owner] = (await admin.query('select * from users where tenant_id = $1', [tenant.id])).rows
  expect(owner).toMatchObject({ account_id: ada.accountId, email: ada.email, is_verified: false })
  const decision = await within(tenant.id, ada, (tx) =>
    decide(tx, { userId: owner.id, permission: 'tenant:delete' }),
  )
  expect(decision).toMatchObject({ allowed: true, because: { role: 'owner', permission: '*:*' } })
})

test('a short name that is taken is refused where it was wished, and gives way where it was made', async () => {
  const [ada, ben] = [await anAccount(), await anAccount()]
  await found(ada, { name: 'Harbour', slug: 'harbour' })

  await expect(found(ben, { name: 'Harbour', slug: 'harbour' })).rejects.toMatchObject({ code: 'name_taken' })
  expect((await found(ben, { name: 'Harbour' })).slug).toMatch(/^harbour-[0-9a-f]{8}$/)
  const owned = await admin.query('select from users where account_id = $1', [ben.accountId])
  expect(owned.rowCount).toBe(1)
})

test('eight who found the same name at the same moment all get a tenant', async () => {
  const accounts = await Promise.all(Array.from({ length: 8 }, anAccount))
  const tenants = await Promise.all(accounts.map((account) => found(account, { name: 'Rush' })))

  expect(new Set(tenants.map((tenant) => tenant.slug)).size).toBe(8)
})

test.each([
  { slug: 'Not A Slug' },
  { slug: 'a--b' },
  { slug: '-a' },
  { slug: 'a'.repeat(64) },
  { name: ' ' },
  { name: 'a\nb' },
])('%j is refused, and nothing is left of the attempt', async (wish) => {
  const ada = await anAccount()
  await expect(found(ada, { name: 'Fine', ...wish })).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await admin.query('select from users where account_id = $1', [ada.accountId])).rowCount).toBe(0)
})

test('an account founds for itself and for nobody else; the operator founds for anybody', async () => {
  const [ada, ben] = [await anAccount(), await anAccount()]
  const tenantId = uuidV7()
  const forBen = (tx: Transaction) => foundTenant(tx, { tenantId, name: 'Gift', owner: aUserOf(ben) })

  await expect(within(tenantId, ada, forBen)).rejects.toMatchObject({ code: 'not_allowed' })
  const inside: Actor = { kind: 'user', userId: uuidV7(), accountId: ben.accountId }
  const context = { tenantId, actor: inside, requestId: 'test' }
  await expect(inTenant(database, context, forBen)).rejects.toMatchObject({ code: 'not_allowed' })

  const given = await asOperator(database, { name: 'root', requestId: 'test', tenantId }, forBen)
  expect(given.id).toBe(tenantId)
})

test('nobody founds a tenant other than the declared one', async () => {
  const ada = await anAccount()
  const elsewhere = { tenantId: uuidV7(), name: 'Elsewhere', owner: aUserOf(ada) }
  await expect(within(uuidV7(), ada, (tx) => foundTenant(tx, elsewhere))).rejects.toMatchObject({
    code: 'not_allowed',
  })
})

test('an account belongs to a hundred tenants and no more, also when it founds two at once', async () => {
  const ada = await anAccount()
  for (let n = 1; n < tenantsPerAccount; n++) await found(ada, { name: 'Chain' })

  const both = await Promise.allSettled([found(ada, { name: 'Chain' }), found(ada, { name: 'Chain' })])
  expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  await expect(found(ada, { name: 'Chain' })).rejects.toMatchObject({ code: 'too_many_tenants' })
  expect((await admin.query('select from users where account_id = $1', [ada.accountId])).rowCount).toBe(
    tenantsPerAccount,
  )
})

type Account = { accountId: string; email: string }

async function anAccount(): Promise<Account> {
  const account = { accountId: uuidV7(), email: `ada${++serial}@example.com` }
  await within(uuidV7(), account, (tx) => tx.run(addAccount, [account.accountId, account.email, 'Ada']))
  return account
}

function found(account: Account, tenant: Pick<NewTenant, 'name' | 'slug'>) {
  const tenantId = uuidV7()
  return within(tenantId, account, (tx) => foundTenant(tx, { tenantId, owner: aUserOf(account), ...tenant }))
}

function within<T>(tenantId: string, { accountId }: Account, work: (tx: Transaction) => Promise<T>) {
  const actor: Actor = { kind: 'account', accountId }
  return inTenant(database, { tenantId, actor, requestId: 'test' }, work)
}

function aUserOf(account: Account): NewTenant['owner'] {
  return { ...account, userId: uuidV7(), name: 'Ada' }
}
