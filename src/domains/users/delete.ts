import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { noSuchUser } from './read.ts'

const remove = sql('users.delete', {}, 'delete from users where tenant_id = $1 and id = $2')

/**
 * Deletes somebody from the declared tenant, for good. What they wrote stays, without their name on it; what they did
 * stays in the audit log. The last owner cannot be deleted (`last_owner`).
 */
export async function deleteUser(tx: Transaction, userId: string): Promise<void> {
  authorize(tx, 'users:delete', userId)
  if ((await tx.run(remove, [tx.context.tenantId, userId])) === 0) noSuchUser()
}
