import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'
import { loadRole } from './read.ts'
import type { Role } from './role.ts'

/** What is left out stays; null clears. */
export type RoleChanges = { name?: string | undefined; description?: string | null | undefined }

const changeRole = sql(
  'roles.update',
  {},
  `update roles set
     name        = coalesce($3, name),
     description = case when $4 then $5 else description end
   where tenant_id = $1 and id = $2`,
)

/** Gives a role another name or description. A system role keeps its name (`system_role`). */
export async function updateRole(tx: Transaction, roleId: string, changes: RoleChanges): Promise<Role> {
  const name = changes.name && spelledName(changes.name)
  authorize(tx, 'roles:update')
  tx.queue(changeRole, [
    tx.context.tenantId,
    roleId,
    name,
    changes.description !== undefined,
    changes.description,
  ])
  return loadRole(tx, roleId)
}
