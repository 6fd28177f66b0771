import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { operatorOnly } from '../access/operator.ts'

const bySlug = sql(
  'tenants.by_slug',
  { id: 'uuid', closed: 'bool' },
  'select id, deleted_at is not null as closed from tenants where slug = $1 or id = $2',
)

/** The tenant that a short name or an id means; a deleted one too (`closed`). For the operator alone. */
export async function findTenant(
  tx: Transaction,
  named: string,
): Promise<{ id: string; closed: boolean } | undefined> {
  operatorOnly(tx)
  return tx.row(bySlug, [named.trim().toLowerCase(), isId(named) ? named : null])
}
