import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { ownAccount } from './own-account.ts'

/** A place where an account is signed in. */
export type OpenSession = {
  id: string
  ip: string | null
  userAgent: string | null
  createdAt: Date
  lastSeenAt: Date
  /** Its end, if it is not used again before. */
  expiresAt: Date
}

/** The operator names the account; everybody else means their own. */
type Whose = { accountId?: string | undefined }

const sessionsOf = sql(
  'sessions.list',
  {
    id: 'uuid',
    ip: 'text?',
    userAgent: 'text?',
    createdAt: 'timestamptz',
    lastSeenAt: 'timestamptz',
    expiresAt: 'timestamptz',
  },
  'select id, ip, user_agent, created_at, last_seen_at, expires_at from reeve.sessions_of($1)',
)

/** Where an account is signed in now, the newest first; a hundred at most. */
export async function listSessions(tx: Transaction, whose: Whose = {}): Promise<OpenSession[]> {
  return tx.rows(sessionsOf, [ownAccount(tx, whose.accountId)])
}

/** Ends one session, at once. A session of somebody else is not there. */
export async function revokeSession(tx: Transaction, one: Whose & { sessionId: string }): Promise<void> {
  const ended = await endSessions(tx, ownAccount(tx, one.accountId), { only: one.sessionId }, 'revoked')
  if (ended === 0) {
    throw new Refusal(
      'not_found',
      'there is no such session',
      'list the sessions again: this one has ended already',
    )
  }
}

/** Ends all sessions but the one that asks; returns how many. */
export async function revokeOtherSessions(tx: Transaction, kept: { sessionId: string }): Promise<number> {
  return endSessions(tx, ownAccount(tx), { allBut: kept.sessionId }, 'revoked')
}

/** Ends all sessions, the one that asks too; returns how many. */
export async function revokeAllSessions(tx: Transaction, whose: Whose = {}): Promise<number> {
  return endSessions(tx, ownAccount(tx, whose.accountId), {}, 'revoked')
}

/** Ends the session that asks. One that has ended already is no reason to complain. */
export async function signOut(tx: Transaction, current: { sessionId: string }): Promise<void> {
  await endSessions(tx, ownAccount(tx), { only: current.sessionId }, 'signed_out')
}

const revoke = sql(
  'sessions.revoke',
  { ended: 'int4' },
  'select reeve.sessions_revoke($1, $2, $3, $4) as ended',
)

/** Why a session ended before its time. */
export type EndReason = 'signed_out' | 'revoked' | 'password_changed'

/** For verbs that know whose sessions they end: one, all but one, or all. */
export async function endSessions(
  tx: Transaction,
  accountId: string,
  which: { only?: string; allBut?: string },
  reason: EndReason,
): Promise<number> {
  const answer = await tx.row(revoke, [accountId, which.only ?? null, which.allBut ?? null, reason])
  return answer!.ended
}
