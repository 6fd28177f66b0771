import type { Transaction } from '../../database/database.ts'
import type { Once } from '../../database/once.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { hashToken, makeToken } from '../../foundation/secret.ts'

/** How somebody came to us, as far as it is kept with the session; and the key under which it is done once. */
export type Visit = {
  requestId: string
  ip?: string | undefined
  userAgent?: string | undefined
  once?: Once | undefined
}

/** A session ends after so long without use, and at its end whatever happens. */
export type Lifetime = { idleSeconds: number; longestSeconds: number }

const day = 24 * 60 * 60
const ordinaryLifetime: Lifetime = { idleSeconds: 7 * day, longestSeconds: 30 * day }

/** The token is shown this once; we keep its hash alone. */
export type OpenedSession = { sessionId: string; token: string; expiresAt: Date }

// Signing in and changing the password take this in turn. Whoever proved to know a password that is being replaced
// comes either before the change, which then ends the session, or after it, and finds another hash.
const lockPassword = sql(
  'sessions.lock_password',
  {},
  `select from pg_advisory_xact_lock(hashtextextended('reeve.password:' || $1::text, 0))`,
)

const insertSession = sql(
  'sessions.open',
  { expiresAt: 'timestamptz?' },
  `select reeve.session_open($1, a.account_id, $3, $4::inet, $5, $6, $7) as expires_at
   from reeve.account_by_id($2) a
   where a.hash = $8`,
)

/**
 * Signs an account in whose password was just proven, by the hash that it was proven against. Undefined: the password
 * has been changed since, so nothing was proven.
 */
export async function openSession(
  tx: Transaction,
  proven: { accountId: string; hash: string },
  visit: Visit,
  lifetime: Lifetime = ordinaryLifetime,
): Promise<OpenedSession | undefined> {
  const sessionId = uuidV7()
  const token = makeToken('rv_s')
  const values = [sessionId, proven.accountId, hashToken(token), visit.ip ?? null, visit.userAgent ?? null]
  takePasswordTurn(tx, proven.accountId)
  const opened = await tx.row(insertSession, [
    ...values,
    lifetime.idleSeconds,
    lifetime.longestSeconds,
    proven.hash,
  ])
  return opened ? { sessionId, token, expiresAt: opened.expiresAt! } : undefined
}

/** Waits for whoever opens a session of this account, or changes its password, in another transaction. */
export function takePasswordTurn(tx: Transaction, accountId: string): void {
  tx.queue(lockPassword, [accountId])
}
