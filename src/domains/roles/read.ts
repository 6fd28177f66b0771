import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { roleColumns, roleFields, type Role } from './role.ts'

/** One role of the declared tenant, with what it permits. */
export async function readRole(tx: Transaction, roleId: string): Promise<Role> {
  authorize(tx, 'roles:read')
  return loadRole(tx, roleId)
}

const findRole = sql(
  'roles.find',
  roleColumns,
  `select ${roleFields} from roles r where r.tenant_id = $1 and r.id = $2`,
)

/** The same for verbs that have asked for permission already. */
export async function loadRole(tx: Transaction, roleId: string): Promise<Role> {
  const role = await tx.row(findRole, [tx.context.tenantId, roleId])
  return role ?? noSuchRole()
}

/** Refuses, in the words that everybody gets whose id is not known here. */
export function noSuchRole(): never {
  throw new Refusal('not_found', 'no role here has this id', 'list the roles of the tenant, and ask again')
}
