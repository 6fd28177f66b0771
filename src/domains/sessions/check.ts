import { ask } from '../../database/ask.ts'
import { coalesced } from '../../database/coalesce.ts'
import type { Database } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { hashToken, isToken } from '../../foundation/secret.ts'
import { touchSession } from './touch.ts'

/** A live session. `userId` is who the account is in the tenant that was asked about. */
export type Session = {
  sessionId: string
  accountId: string
  userId?: string | undefined
  /** Its end, if it is not used again before. */
  expiresAt: Date
}

/**
 * Whose session a token opens, and as which active user of a tenant. Undefined: the session has ended, or there never
 * was one. Look-ups of the same moment share one round trip; what is not a token of ours costs none.
 */
export async function checkSession(
  database: Database,
  token: string,
  tenantId?: string,
): Promise<Session | undefined> {
  if (!isToken('rv_s', token)) return undefined
  const tenant = tenantId !== undefined && uuid.test(tenantId) ? tenantId : null
  const found = await lookUp(database, { tokenHash: hashToken(token), tenant })
  if (!found) return undefined
  const { sessionId, accountId, userId, expiresAt, stale } = found
  if (stale) touchSession(database, sessionId)
  return { sessionId, accountId, expiresAt, ...(userId === null ? {} : { userId }) }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

type Key = { tokenHash: Buffer; tenant: string | null }
type Found = RowOf<typeof checkAll> | undefined

const checkAll = sql(
  'sessions.check',
  {
    ord: 'int4',
    sessionId: 'uuid',
    accountId: 'uuid',
    userId: 'uuid?',
    expiresAt: 'timestamptz',
    stale: 'bool',
  },
  'select ord, session_id, account_id, user_id, expires_at, stale from reeve.sessions_check($1, $2)',
)

const lookUp = coalesced(async (database: Database, keys: readonly Key[]): Promise<Found[]> => {
  const hashes = keys.map(({ tokenHash }) => tokenHash)
  const tenants = keys.map(({ tenant }) => tenant)
  const found: Found[] = keys.map(() => undefined)
  for (const row of await ask(database, checkAll, [hashes, tenants])) found[row.ord - 1] = row
  return found
})
