import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { queueEndOfOtherGrants, queueGrants, readGrants } from './grants.ts'
import { loadRole } from './read.ts'
import type { Role } from './role.ts'

// What a role permits stands in another table, so the role itself is written where that changes: its time of the last
// change, and what a transaction runs into that has seen it as it was.
const touchRole = sql(
  'roles.touch',
  {},
  `update roles set updated_at = now()
   where tenant_id = $1 and id = $2
     and array(
       select rp.permission || ' ' || rp.scope from role_permissions rp
       where rp.tenant_id = $1 and rp.role_id = $2 order by 1
     ) is distinct from array(
       select (wanted.permission || ' ' || wanted.scope) collate "C"
       from unnest($3::text[], $4::text[]) as wanted (permission, scope) order by 1
     )`,
)
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
  tx.queue(touchRole, [tx.context.tenantId, roleId, grants.permissions, grants.scopes])
  queueEndOfOtherGrants(tx, roleId, grants)
  queueGrants(tx, roleId, grants)
  return loadRole(tx, roleId)
}
