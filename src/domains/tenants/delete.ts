import { selfOf, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { loadTenant } from './read.ts'

const markDeleted = sql(
  'tenants.delete',
  {},
  `update tenants set deleted_at = now(), deleted_by = $2
   where id = $1 and deleted_at is null and not is_operator`,
)

/**
 * Closes the declared tenant to everybody at once. Its rows and its short name remain until it is purged. The operator
 * tenant stays, for without it nobody could run the installation.
 */
export async function deleteTenant(tx: Transaction): Promise<void> {
  authorize(tx, 'tenant:delete')
  tx.queue(markDeleted, [tx.context.tenantId, selfOf(tx)])
  const { isOperator } = await loadTenant(tx)
  if (isOperator) throw operatorTenantStays()
}

function operatorTenantStays(): Refusal {
  return new Refusal(
    'not_allowed',
    'the operator tenant cannot be deleted',
    'delete the tenants that it looks after, or reset the installation',
  )
}
