import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { noSuchRole } from './read.ts'

const remove = sql('roles.delete', {}, 'delete from roles where tenant_id = $1 and id = $2')

/** Deletes a role that nobody has, no other inherits from, and no invitation gives (else `still_in_use`). A system role stays (`system_role`). */
export async function deleteRole(tx: Transaction, roleId: string): Promise<void> {
  authorize(tx, 'roles:delete')
  if ((await tx.run(remove, [tx.context.tenantId, roleId])) === 0) noSuchRole()
}
