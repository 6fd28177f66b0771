import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { tenantColumns, tenantFields, type Tenant } from './tenant.ts'

/** The declared tenant. */
export async function readTenant(tx: Transaction): Promise<Tenant> {
  authorize(tx, 'tenant:read')
  return loadTenant(tx)
}

const findTenant = sql('tenants.find', tenantColumns, `select ${tenantFields} from tenants where id = $1`)

/** The declared tenant, for verbs that have asked for permission already. */
export async function loadTenant(tx: Transaction): Promise<Tenant> {
  const tenant = await tx.row(findTenant, [tx.context.tenantId])
  return tenant ?? noSuchTenant()
}

/** Refuses, in the words that everybody gets who has no business in a tenant, be it there or not. */
export function noSuchTenant(): never {
  throw new Refusal('not_found', 'there is no such tenant', 'check the id, or ask to be invited')
}
