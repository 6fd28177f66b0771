import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'
import { loadTenant } from './read.ts'
import type { Tenant } from './tenant.ts'

export type TenantChanges = { name?: string | undefined; slug?: string | undefined }

const changeTenant = sql(
  'tenants.update',
  {},
  'update tenants set name = coalesce($2, name), slug = coalesce($3, slug) where id = $1',
)

/** Gives the declared tenant another name or short name; what is left out stays. A taken short name is refused. */
export async function updateTenant(tx: Transaction, changes: TenantChanges): Promise<Tenant> {
  authorize(tx, 'tenant:update')
  tx.queue(changeTenant, [tx.context.tenantId, changes.name && spelledName(changes.name), changes.slug])
  return loadTenant(tx)
}
