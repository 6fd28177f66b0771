import { selfOf, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'

export type NewAssignment = {
  userId: string
  roleId: string
  /** From now on, unless it shall begin later. */
  validFrom?: Date | undefined
  /** For good, unless it shall end. */
  validUntil?: Date | null | undefined
}

/** Somebody has a role. `assignedBy` is null for the tenant's birth, the operator, and who was deleted since. */
export type Assignment = {
  userId: string
  roleId: string
  assignedAt: Date
  assignedBy: string | null
  validFrom: Date
  validUntil: Date | null
}

const findAssignment = sql(
  'roles.find_assignment',
  {
    userId: 'uuid',
    roleId: 'uuid',
    assignedAt: 'timestamptz',
    assignedBy: 'uuid?',
    validFrom: 'timestamptz',
    validUntil: 'timestamptz?',
  },
  `select user_id, role_id, assigned_at, assigned_by, valid_from, valid_until
   from user_roles where tenant_id = $1 and user_id = $2 and role_id = $3`,
)

/**
 * Gives somebody a role, for good or for a time; who has it already has it for that time from now on. Nobody gives a
 * role that permits more than their own do (`not_allowed`).
 */
export async function assignRole(tx: Transaction, wanted: NewAssignment): Promise<Assignment> {
  authorize(tx, 'roles:assign')
  queueAssignment(tx, wanted)
  const assignment = await tx.row(findAssignment, [tx.context.tenantId, wanted.userId, wanted.roleId])
  return assignment!
}

// The same again changes nothing. Without a beginning, one that lies ahead becomes now and one that is past stays.
const assign = sql(
  'roles.assign',
  {},
  `insert into user_roles as held (tenant_id, user_id, role_id, assigned_by, valid_from, valid_until)
   values ($1, $2, $3, $4, coalesce($5, now()), $6)
   on conflict (tenant_id, user_id, role_id) do update set
     assigned_at = excluded.assigned_at,
     assigned_by = excluded.assigned_by,
     valid_from  = case when $5::timestamptz is null then least(held.valid_from, excluded.valid_from) else $5 end,
     valid_until = excluded.valid_until
   where held.valid_until is distinct from excluded.valid_until
      or held.valid_from > excluded.valid_from
      or held.valid_from < $5`,
)

/** Sends an assignment along, for verbs that have asked for `roles:assign`. */
export function queueAssignment(tx: Transaction, wanted: NewAssignment): void {
  const { userId, roleId, validFrom, validUntil } = wanted
  for (const time of [validFrom, validUntil]) if (time) refuseUntellable(time)
  tx.queue(assign, [tx.context.tenantId, userId, roleId, selfOf(tx), validFrom, validUntil])
}

/** PostgreSQL keeps years before 1 and after 9999, but nobody who reads the list of people could write them down. */
function refuseUntellable(time: Date): void {
  const year = time.getUTCFullYear()
  if (year >= 1 && year <= 9999) return
  throw new Refusal(
    'invalid_request',
    'a role begins and ends in the years 1 to 9999, in UTC',
    'leave the end out for a role that is given for good',
  )
}

const unassign = sql(
  'roles.unassign',
  {},
  'delete from user_roles where tenant_id = $1 and user_id = $2 and role_id = $3',
)

/** Takes a role away from somebody. The last owner stays one (`last_owner`). */
export async function unassignRole(
  tx: Transaction,
  { userId, roleId }: { userId: string; roleId: string },
): Promise<void> {
  authorize(tx, 'roles:assign')
  if ((await tx.run(unassign, [tx.context.tenantId, userId, roleId])) === 0) throw notAssigned()
}

function notAssigned(): Refusal {
  return new Refusal('not_found', 'this person does not have this role', 'look at the roles they have')
}
