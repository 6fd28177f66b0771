import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { operatorOnly } from '../access/operator.ts'
import { beyondEveryId, pageOf, type Page, type PageRequest } from '../page.ts'
import { tenantColumns, tenantFields, type Tenant } from './tenant.ts'

const listTenants = sql(
  'tenants.list',
  tenantColumns,
  `select ${tenantFields} from tenants where id < $1 order by id desc limit $2`,
)

/** All tenants of the installation, the newest first, the deleted ones too. For the operator alone. */
export async function listAllTenants(tx: Transaction, { limit, after }: PageRequest): Promise<Page<Tenant>> {
  operatorOnly(tx)
  const found = await tx.rows(listTenants, [after ?? beyondEveryId, limit + 1])
  return pageOf(found, limit, (tenant) => tenant.id)
}
