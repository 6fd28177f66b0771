import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'

const byName = sql(
  'separation.by_name',
  { id: 'uuid' },
  'select id from separation_sets where tenant_id = $1 and (name = $2 or id = $3)',
)

/** The id of the set of the declared tenant that a name or an id means. */
export async function findSet(tx: Transaction, named: string): Promise<string | undefined> {
  authorize(tx, 'roles:read')
  const found = await tx.row(byName, [tx.context.tenantId, spelledName(named), isId(named) ? named : null])
  return found?.id
}
