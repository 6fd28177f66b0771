import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'

const pendingByEmail = sql(
  'invitations.pending_by_email',
  { id: 'uuid' },
  `select id from invitations
   where tenant_id = $1 and email = lower($2) and accepted_at is null and revoked_at is null`,
)

/** The id of the invitation that waits for an answer from this address; an id means itself. */
export async function findInvitation(tx: Transaction, named: string): Promise<string | undefined> {
  authorize(tx, 'invitations:read')
  if (isId(named)) return named
  return (await tx.row(pendingByEmail, [tx.context.tenantId, spelledName(named)]))?.id
}
