import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { queueEndOfOtherGrants, queueGrants, readGrants } from './grants.ts'
import { loadRole } from './read.ts'
import type { Role } from './role.ts'

const lockRole = sql('roles.lock', {}, 'select from roles where tenant_id = $1 and id = $2 for no key update')

/**
 * What a role permits from now on: exactly this. Two replacements at once happen one after the other, and the audit log
 * shows only what changed. Nobody adds more than they have (`not_allowed`); the role owner keeps everything
 * (`system_role`).
 */
export async function setRolePermissions(
  tx: Transaction,
  roleId: string,
  permissions: readonly string[],
): Promise<Role> {
  authorize(tx, 'roles:update')
  tx.queue(lockRole, [tx.context.tenantId, roleId])
  const grants = await readGrants(tx, permissions)
  queueEndOfOtherGrants(tx, roleId, grants)
  queueGrants(tx, roleId, grants)
  return loadRole(tx, roleId)
}
