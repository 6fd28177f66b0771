import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { loadSet, queueJudgement, type SeparationSet } from './set.ts'

export type SetMember = { setId: string; roleId: string }

const add = sql(
  'separation.add_role',
  {},
  'insert into separation_set_roles (tenant_id, set_id, role_id) values ($1, $2, $3) on conflict do nothing',
)

/** Puts a role into a set: AddSsdRoleMember. The same again changes nothing. */
export async function addToSet(tx: Transaction, { setId, roleId }: SetMember): Promise<SeparationSet> {
  authorize(tx, 'roles:separate')
  tx.queue(add, [tx.context.tenantId, setId, roleId])
  queueJudgement(tx)
  return loadSet(tx, setId)
}

const take = sql(
  'separation.take_role',
  {},
  'delete from separation_set_roles where tenant_id = $1 and set_id = $2 and role_id = $3',
)

/** Takes a role out of a set: DeleteSsdRoleMember. As many as would be too many stay in it (`invalid_request`). */
export async function takeFromSet(tx: Transaction, { setId, roleId }: SetMember): Promise<SeparationSet> {
  authorize(tx, 'roles:separate')
  if ((await tx.run(take, [tx.context.tenantId, setId, roleId])) === 0) throw notInSet()
  queueJudgement(tx)
  return loadSet(tx, setId)
}

function notInSet(): Refusal {
  return new Refusal('not_found', 'this role is not in this set', 'look at the roles that are')
}
