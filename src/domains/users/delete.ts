import { selfOf, type Transaction } from '../../database/database.ts'
import { DatabaseFailure } from '../../database/failure.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { noSuchUser } from './read.ts'

// With them goes who asked, and so whether they could still ask.
const revokeWhatTheySent = sql(
  'users.revoke_invitations',
  {},
  `update invitations set revoked_at = now(), revoked_by = $3
   where tenant_id = $1 and invited_by = $2 and accepted_at is null and revoked_at is null`,
)
const remove = sql('users.delete', {}, 'delete from users where tenant_id = $1 and id = $2')

/**
 * Deletes somebody from the declared tenant, for good. What they wrote stays, without their name on it; what they did
 * stays in the audit log, and invitations of theirs that are pending are revoked. The last owner cannot be deleted
 * (`last_owner`).
 */
export async function deleteUser(tx: Transaction, userId: string): Promise<void> {
  const { tenantId } = tx.context
  authorize(tx, 'users:delete', userId)
  tx.queue(revokeWhatTheySent, [tenantId, userId, selfOf(tx)])
  const deleted = await tx.run(remove, [tenantId, userId]).catch(onceMore)
  if (deleted === 0) noSuchUser()
}

/**
 * Whatever bears their name loses it before they go. Where something still does, they did it in this very moment, and
 * another attempt finds it.
 */
function onceMore(error: unknown): never {
  if (!(error instanceof DatabaseFailure) || error.kind !== 'constraint_in_use') throw error
  throw new DatabaseFailure(
    'transaction_serialization',
    undefined,
    { constraint: error.constraint },
    { cause: error },
  )
}
