import { expect, test } from 'vitest'
import { outsideTenants } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { signUp } from './sign-up.ts'
import { foundOwnTenant, listOwnTenants } from './tenants.ts'

const { database } = await testDatabase()

test('whoever has an account founds another tenant, owns it, and finds it among theirs', async () => {
  const person = {
    email: 'kim@example.com',
    password: 'tvqk zmwp hxrd',
    name: 'Kim Smith',
    tenantName: 'Acme',
  }
  const { account, tenant } = await signUp(database, person, { requestId: 'test' })
  const context = { actor: { kind: 'account', accountId: account.id }, requestId: 'test' } as const

  const second = await foundOwnTenant(database, context, { name: 'Globex' })

  const own = await outsideTenants(database, context, listOwnTenants)
  expect(own).toEqual([
    { id: tenant.id, slug: 'acme', name: 'Acme', userId: expect.any(String), roles: ['owner'] },
    { id: second.id, slug: 'globex', name: 'Globex', userId: expect.any(String), roles: ['owner'] },
  ])
})
