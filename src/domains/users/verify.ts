import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { loadUser } from './read.ts'
import type { UserWithProfile } from './user.ts'

const verify = sql(
  'users.verify',
  {},
  'update users set is_verified = true where tenant_id = $1 and id = $2 and not is_verified',
)

/** Vouches for somebody's address. Being allowed to change one's own details is not enough for it. */
export async function verifyUser(tx: Transaction, userId: string): Promise<UserWithProfile> {
  authorize(tx, 'users:update')
  tx.queue(verify, [tx.context.tenantId, userId])
  return loadUser(tx, userId)
}
