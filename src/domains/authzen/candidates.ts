import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { beforeEveryId } from '../page.ts'
import { peopleAfter, peopleCalled } from './people.ts'
import { isOwnType, type OwnType } from './policy.ts'

/** Who or what may be meant, with the names by which to ask about it, and where a list goes on behind it. */
export type Candidate = { key: string; ids: string[] }
/** So many candidates behind a key; fewer only at the end. */
export type Source = (after: string | undefined, size: number) => Promise<Candidate[]>

const listEntities = sql(
  'authzen.entities_after',
  { id: 'text' },
  'select id from entities where tenant_id = $1 and type = $2 and id > $3 order by id limit $4',
)
const ownLists = {
  role: list('roles'),
  post: list('posts'),
  comment: list('comments'),
  invitation: list('invitations'),
}

/** Those of a type who may ask. Users of Reeve come first; others of that type are what is stored alone. */
export function subjectCandidates(tx: Transaction, type: string, usersOnly: boolean): Source {
  if (type !== 'user') return usersOnly ? async () => [] : entitiesOf(tx, type)
  return async (after = 'p', size) => {
    const people = after.startsWith('p') ? await peopleAfter(tx, after.slice(1) || beforeEveryId, size) : []
    const first = people.map(({ id, email }) => ({ key: `p${id}`, ids: usersOnly ? [id] : [id, email] }))
    if (usersOnly || first.length === size) return first
    const stored = await entitiesOf(tx, type)(
      after.startsWith('e') ? after.slice(1) : '',
      size - first.length,
    )
    const personOf = await peopleCalled(
      tx,
      stored.map(({ key }) => key),
    )
    // who is a user of Reeve stands among these already: nobody is told twice
    return [...first, ...stored.map(({ key }) => ({ key: `e${key}`, ids: personOf(key) ? [] : [key] }))]
  }
}

/** The things of a type: Reeve's own, where roles decide; else what is stored, and whoever is a user of Reeve. */
export function resourceCandidates(tx: Transaction, type: string, byRoles: boolean): Source {
  if (!byRoles || !isOwnType(type)) return subjectCandidates(tx, type, false)
  if (type === 'tenant' || type === 'audit_log') {
    return async (after) => (after === undefined ? [oneOf(tx.context.tenantId)] : [])
  }
  return async (after, size) =>
    (await ownAfter(tx, type, after || beforeEveryId, size)).map(({ id }) => oneOf(id))
}

function entitiesOf(tx: Transaction, type: string): Source {
  return async (after, size) => {
    const rows = await tx.rows(listEntities, [tx.context.tenantId, type, after ?? '', size])
    return rows.map(({ id }) => oneOf(id))
  }
}

function ownAfter(
  tx: Transaction,
  type: Exclude<OwnType, 'tenant' | 'audit_log'>,
  after: string,
  size: number,
): Promise<{ id: string }[]> {
  if (type === 'user') return peopleAfter(tx, after, size)
  return tx.rows(ownLists[type], [tx.context.tenantId, after, size])
}

function oneOf(id: string): Candidate {
  return { key: id, ids: [id] }
}

function list(table: string) {
  return sql(
    `authzen.${table}_after`,
    { id: 'uuid' },
    `select id from ${table} where tenant_id = $1 and id > $2 order by id limit $3`,
  )
}
