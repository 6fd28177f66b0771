import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'

// Compared as the id that it is, it is found by the key; compared as text, by reading everybody.
const byEmail = sql(
  'users.by_email',
  { id: 'uuid' },
  'select id from users where tenant_id = $1 and (email = lower($2) or id = $3)',
)

/** The id of the person of the declared tenant whom an address or an id means. */
export async function findUser(tx: Transaction, named: string): Promise<string | undefined> {
  authorize(tx, 'users:read')
  const found = await tx.row(byEmail, [tx.context.tenantId, spelledName(named), isId(named) ? named : null])
  return found?.id
}
