import { ask } from '../../database/ask.ts'
import { coalesced } from '../../database/coalesce.ts'
import type { Database } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { hashToken, isToken } from '../../foundation/secret.ts'
import { roleSets, type Held, type RoleSet } from './role-sets.ts'
import { touchSession } from './touch.ts'

/** Who somebody is in one tenant. A permission over their own things alone ends in `:own`. */
export type Membership = {
  tenantId: string
  userId: string
  name: string
  slug: string
  roles: readonly string[]
  permissions: readonly string[]
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
  if (!found) return undefined
  const { stale, ...who } = found
  if (stale) touchSession(database, who.sessionId)
  return who
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
    policyVersion: 'int8?',
    roleIds: 'text?',
  },
  `select ord, session_id, account_id, email, account_name, expires_at, stale, tenant_id, user_id, slug, tenant_name,
     policy_version, role_ids
   from reeve.sessions_who($1)`,
)

type Found = Whoami & { stale: boolean }

const lookUp = coalesced(
  async (database: Database, hashes: readonly Buffer[]): Promise<(Found | undefined)[]> => {
    const rows = await ask(database, whoAll, [hashes])
    const setOf = await roleSets(database, rows.filter(isMember))
    const found: (Found | undefined)[] = hashes.map(() => undefined)
    for (const row of rows) {
      const who = (found[row.ord - 1] ??= whoIs(row))
      if (isMember(row)) who.tenants.push(membershipOf(row, setOf(row)))
    }
    return found
  },
)

function whoIs({ sessionId, accountId, email, accountName, expiresAt, stale }: Row): Found {
  return { sessionId, account: { id: accountId, email, name: accountName }, expiresAt, tenants: [], stale }
}

type Member = Row & Held & { userId: string; slug: string; tenantName: string }

/** A session whose account is nobody anywhere has one row, without a tenant. */
function isMember(row: Row): row is Member {
  return row.tenantId !== null
}

function membershipOf({ tenantId, userId, slug, tenantName }: Member, set: RoleSet): Membership {
  return { tenantId, userId, slug, name: tenantName, roles: set.roles, permissions: set.permissions }
}
