import { ask } from '../../database/ask.ts'
import { coalesced } from '../../database/coalesce.ts'
import type { Database } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { hashToken, isToken } from '../../foundation/secret.ts'
import { touchSession } from './touch.ts'

/** Who somebody is in one tenant. A permission over their own things alone ends in `:own`. */
export type Membership = {
  tenantId: string
  userId: string
  name: string
  slug: string
  roles: string[]
  permissions: string[]
}
/** A live session with the account that it is of, and who that is in each of its tenants (a hundred at most). */
export type Whoami = {
  sessionId: string
  account: { id: string; email: string; name: string }
  /** Its end, if it is not used again before. */
  expiresAt: Date
  tenants: Membership[]
}

/**
 * Whose session a token opens, and what they may do where. Undefined: the session has ended, or there never was one.
 * Questions of the same moment share one round trip.
 */
export async function whoAmI(database: Database, token: string): Promise<Whoami | undefined> {
  if (!isToken('rv_s', token)) return undefined
  const found = await lookUp(database, hashToken(token))
  const [first] = found
  if (!first) return undefined
  if (first.stale) touchSession(database, first.sessionId)
  return {
    sessionId: first.sessionId,
    account: { id: first.accountId, email: first.email, name: first.accountName },
    expiresAt: first.expiresAt,
    tenants: found.flatMap(membershipOf),
  }
}

function membershipOf({ tenantId, userId, slug, tenantName, roles, permissions }: Row): Membership[] {
  if (tenantId === null) return []
  const lists = { roles: listOf(roles, '\x1f'), permissions: listOf(permissions, ' ') }
  return [{ tenantId, userId: userId!, slug: slug!, name: tenantName!, ...lists }]
}

/** Sorted, and each once: two roles may permit the same. */
function listOf(text: string | null, separator: string): string[] {
  return text === null ? [] : [...new Set(text.split(separator))].toSorted()
}

type Row = RowOf<typeof whoAll>

const whoAll = sql(
  'sessions.who',
  {
    ord: 'int4',
    sessionId: 'uuid',
    accountId: 'uuid',
    email: 'text',
    accountName: 'text',
    expiresAt: 'timestamptz',
    stale: 'bool',
    tenantId: 'uuid?',
    userId: 'uuid?',
    slug: 'text?',
    tenantName: 'text?',
    roles: 'text?',
    permissions: 'text?',
  },
  `select ord, session_id, account_id, email, account_name, expires_at, stale, tenant_id, user_id, slug, tenant_name,
     roles, permissions
   from reeve.sessions_who($1)`,
)

const lookUp = coalesced(async (database: Database, hashes: readonly Buffer[]): Promise<Row[][]> => {
  const found: Row[][] = hashes.map(() => [])
  for (const row of await ask(database, whoAll, [hashes])) found[row.ord - 1]!.push(row)
  return found
})
