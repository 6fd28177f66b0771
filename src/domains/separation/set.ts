import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'

/** Roles of which so many (the cardinality) are too many for one person. Whoever inherits from a role has it, too. */
export type SeparationSet = {
  id: string
  name: string
  cardinality: number
  roleIds: string[]
  createdAt: Date
  updatedAt: Date
}

export const setColumns = {
  id: 'uuid',
  name: 'text',
  cardinality: 'int4',
  roleIds: 'uuid[]',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const

/** For statements in which separation_sets is `s` and the tenant `$1`. */
export const setFields = `s.id, s.name, s.cardinality,
  array(
    select m.role_id from separation_set_roles m
    where m.tenant_id = $1 and m.set_id = s.id
    order by 1
  ) as role_ids,
  s.created_at, s.updated_at`

const find = sql(
  'separation.find',
  setColumns,
  `select ${setFields} from separation_sets s where s.tenant_id = $1 and s.id = $2`,
)

/** For verbs that have asked for permission already. */
export async function loadSet(tx: Transaction, setId: string): Promise<SeparationSet> {
  const set = await tx.row(find, [tx.context.tenantId, setId])
  return set ?? noSuchSet()
}

export function noSuchSet(): never {
  throw new Refusal('not_found', 'no set here has this id', 'list the sets of the tenant, and ask again')
}

// What a set promises is looked at when a transaction commits, for a set gets its roles one after the other. The verbs ask
// at once, so that whoever is refused is told by the verb.
const judge = sql(
  'separation.judge',
  {},
  'set constraints separation_sets_keep_sound, separation_set_roles_keep_sound immediate',
)

/** Sends along that the sets be judged now: `duties_separated` where somebody has too many of the roles already. */
export function queueJudgement(tx: Transaction): void {
  tx.queue(judge, [])
}
