import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { userColumns, userFields, type Person } from './user.ts'

// Under row-level security `like` cannot use an index, for it is not leakproof: the function declares the tenant itself.
const search = sql(
  'users.search',
  userColumns,
  `select ${userFields}
   from reeve.users_search($4, $5, $6, $2, $3) as match (id)
   join users u on u.tenant_id = $1 and u.id = match.id
   where u.tenant_id = $1
   order by u.id desc limit $3`,
)

export type Search = {
  q: string
  isActive: boolean | undefined
  roleId: string | undefined
  after: string
  size: number
}

/**
 * The people in whose name, user name or address these characters stand, in whatever case. Two characters count at the
 * beginning and end of words only, three or more anywhere.
 */
export async function matches(tx: Transaction, wanted: Search): Promise<Person[]> {
  const q = wanted.q.normalize('NFC').trim()
  if (!searchable.test(q) || [...q].length > longestQuery) throw unsearchable()
  return tx.rows(search, [
    tx.context.tenantId,
    wanted.after,
    wanted.size,
    q,
    wanted.isActive ?? null,
    wanted.roleId ?? null,
  ])
}

/** Two letters or digits in a row: less does not narrow an index down. */
const searchable = /[\p{L}\p{M}\p{N}]{2}/u
/** What is longer than an address is in nobody's. */
const longestQuery = 255

function unsearchable(): Refusal {
  return new Refusal(
    'invalid_request',
    'this cannot be searched for',
    `give at least two letters or digits in a row, and at most ${longestQuery} characters in all`,
  )
}
