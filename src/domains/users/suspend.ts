import { selfOf, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { loadUser } from './read.ts'
import type { UserWithProfile } from './user.ts'

const suspend = sql(
  'users.suspend',
  {},
  `update users set suspended_at = now(), suspended_by = $3, suspension_reason = $4
   where tenant_id = $1 and id = $2 and suspended_at is null`,
)
const resume = sql(
  'users.resume',
  {},
  `update users set suspended_at = null, suspended_by = null, suspension_reason = null
   where tenant_id = $1 and id = $2 and suspended_at is not null`,
)

/**
 * Shuts somebody out of the declared tenant: their next request finds no tenant. Who was suspended already stays so,
 * for the first reason. The last owner cannot be (`last_owner`).
 */
export async function suspendUser(
  tx: Transaction,
  userId: string,
  reason: string | null = null,
): Promise<UserWithProfile> {
  authorize(tx, 'users:suspend')
  tx.queue(suspend, [tx.context.tenantId, userId, selfOf(tx), reason])
  return loadUser(tx, userId)
}

/** Lets somebody back in, with the roles they had. */
export async function resumeUser(tx: Transaction, userId: string): Promise<UserWithProfile> {
  authorize(tx, 'users:suspend')
  tx.queue(resume, [tx.context.tenantId, userId])
  return loadUser(tx, userId)
}
