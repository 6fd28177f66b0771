import {
  asOperator,
  inTenant,
  type Context,
  type Database,
  type Transaction,
} from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { ownAccount } from '../sessions/own-account.ts'
import { foundTenant } from '../tenants/create.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { readAccount } from './accounts.ts'

export type OwnTenant = { id: string; slug: string; name: string; userId: string; roles: string[] }

const tenantsOf = sql(
  'accounts.own_tenants',
  { id: 'uuid', slug: 'text', name: 'text', userId: 'uuid', roles: 'text[]' },
  'select tenant_id as id, slug, name, user_id, roles from reeve.tenants_of($1)',
)

/** The tenants in which the account of this transaction is an active user; a hundred at most. */
export async function listOwnTenants(tx: Transaction): Promise<OwnTenant[]> {
  return tx.rows(tenantsOf, [ownAccount(tx)])
}

/** Another tenant for somebody who has an account, with them as its owner. */
export async function foundOwnTenant(
  database: Database,
  founder: Omit<Context, 'tenantId'>,
  wanted: { name: string; slug?: string | undefined },
): Promise<Tenant> {
  const [tenantId, userId] = [uuidV7(), uuidV7()]
  return inTenant(database, { ...founder, tenantId }, async (tx) => {
    const { id: accountId, email, name } = await readAccount(tx)
    return foundTenant(tx, { tenantId, ...wanted, owner: { userId, accountId, email, name } })
  })
}

/** A tenant for somebody else's account, who will own it. For the operator alone. */
export async function foundTenantFor(
  database: Database,
  operator: { name: string; requestId: string },
  { accountId, ...wanted }: { accountId: string; name: string; slug?: string | undefined },
): Promise<Tenant> {
  const [tenantId, userId] = [uuidV7(), uuidV7()]
  return asOperator(database, { ...operator, tenantId }, async (tx) => {
    const { email, name } = await readAccount(tx, { accountId })
    return foundTenant(tx, { tenantId, ...wanted, owner: { userId, accountId, email, name } })
  })
}
