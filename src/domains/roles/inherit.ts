import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { loadRole } from './read.ts'
import type { Role } from './role.ts'

/** The role above has all that the junior permits. */
export type Inheritance = { roleId: string; juniorId: string }

// What a role inherits stands in another table, so the role itself is written where that changes.
const touch = sql(
  'roles.touch_above',
  {},
  'update roles set updated_at = now() where tenant_id = $1 and id = $2',
)

const inherit = sql(
  'roles.inherit',
  {},
  'insert into role_inheritance (tenant_id, role_id, junior_id) values ($1, $2, $3) on conflict do nothing',
)

/**
 * Lays a role above another: AddInheritance of ANSI INCITS 359. The same again changes nothing. Refuses a circle
 * (`role_circle`), what would bring separated duties together in somebody (`duties_separated`), and who does not hold all
 * that is given this way (`not_allowed`).
 */
export async function inheritRole(tx: Transaction, { roleId, juniorId }: Inheritance): Promise<Role> {
  authorize(tx, 'roles:update')
  const { tenantId } = tx.context
  // the role first and the tenant's guard behind it, in the order of everybody who changes what a role permits
  tx.queue(touch, [tenantId, roleId])
  tx.queue(inherit, [tenantId, roleId, juniorId])
  return loadRole(tx, roleId)
}

const disinherit = sql(
  'roles.disinherit',
  {},
  'delete from role_inheritance where tenant_id = $1 and role_id = $2 and junior_id = $3',
)

/** Takes the role from above the other: DeleteInheritance. What it reaches another way it keeps. */
export async function disinheritRole(tx: Transaction, { roleId, juniorId }: Inheritance): Promise<Role> {
  authorize(tx, 'roles:update')
  const { tenantId } = tx.context
  tx.queue(touch, [tenantId, roleId])
  if ((await tx.run(disinherit, [tenantId, roleId, juniorId])) === 0) throw notAbove()
  return loadRole(tx, roleId)
}

function notAbove(): Refusal {
  return new Refusal('not_found', 'this role does not inherit from that one', 'look at what it inherits')
}
