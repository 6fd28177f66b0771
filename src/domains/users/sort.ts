import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { pageOf, type Page } from '../page.ts'
import { userColumns, userFields, type Person } from './user.ts'

/** What people can be sorted by; a minus in front turns it round. Where two are alike, their ids decide. */
export const userSorts = ['createdAt', '-createdAt', 'name', '-name', 'email', '-email'] as const
export type UserSort = (typeof userSorts)[number]

/** Each walks an index. `first` and `last` are where that begins when no page came before. */
const columns = {
  createdAt: { column: 'u.created_at', type: 'timestamptz', first: `'-infinity'`, last: `'infinity'` },
  name: { column: 'u.name', type: 'text', first: `''`, last: greatest('name') },
  email: { column: 'u.email', type: 'text', first: `''`, last: greatest('email') },
} as const
type Sorted = keyof typeof columns

/** Text has no greatest value, so the greatest that is there is looked up. */
function greatest(column: string): string {
  return `(select max(m.${column}) from users m where m.tenant_id = $1)`
}

const conditions = { all: '', active: 'and u.is_active', suspended: 'and not u.is_active' } as const
type Condition = keyof typeof conditions

function sortedBy(name: Sorted, way: 'up' | 'down', whom: Condition) {
  const { column, type, first, last } = columns[name]
  const [beyond, start, least, order] =
    way === 'up'
      ? ['>', first, '00000000-0000-0000-0000-000000000000', 'asc']
      : ['<', last, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'desc']
  return sql(
    `users.${whom}_by_${name.toLowerCase()}_${way}`,
    { ...userColumns, place: 'text' },
    `select ${userFields}, ${column}::text as place from users u
     where u.tenant_id = $1 ${conditions[whom]}
       and (${column}, u.id) ${beyond} (${orElse(`$2::${type}`, start)}, ${orElse('$3::uuid', `'${least}'`)})
     order by ${column} ${order}, u.id ${order} limit $4`,
  )
}

/**
 * What `coalesce` says, in words that an index may be asked with: behind row-level security only what cannot leak may be,
 * and of `coalesce` PostgreSQL does not know that.
 */
function orElse(value: string, other: string): string {
  return `case when ${value} is null then ${other} else ${value} end`
}

type Statement = ReturnType<typeof sortedBy>
const statements = new Map<string, Statement>()
for (const name of Object.keys(columns) as Sorted[]) {
  for (const whom of Object.keys(conditions) as Condition[]) {
    statements.set(`${name} ${whom}`, sortedBy(name, 'up', whom))
    statements.set(`-${name} ${whom}`, sortedBy(name, 'down', whom))
  }
}

type Wanted = { sort: UserSort; isActive?: boolean | undefined; after?: string | undefined; limit: number }

/** A page of the people in another order than the usual one, without their roles. */
export async function sortedPeople(
  tx: Transaction,
  { sort, isActive, after, limit }: Wanted,
): Promise<Page<Person>> {
  const whom = isActive === undefined ? 'all' : isActive ? 'active' : 'suspended'
  const statement = statements.get(`${sort} ${whom}`)!
  const [place, id] = after === undefined ? [null, null] : placeOf(after)
  const found = await tx.rows(statement, [tx.context.tenantId, place, id, limit + 1])
  const { items, next } = pageOf(found, limit, ({ place, id }) => `${place} ${id}`)
  return { items: items.map(({ place: _, ...person }) => person), next }
}

function placeOf(key: string): [string, string] {
  const [, place, id] = /^(.*) ([0-9a-f-]{36})$/s.exec(key) ?? []
  if (place !== undefined && id !== undefined) return [place, id]
  throw new Refusal('invalid_cursor', 'this is no place in a sorted list', 'begin without one')
}
