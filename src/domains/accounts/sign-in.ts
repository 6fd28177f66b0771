import { outsideTenants, type Context, type Database } from '../../database/database.ts'
import { DatabaseFailure } from '../../database/failure.ts'
import { orReplay } from '../../database/replay.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { openSession, type Lifetime, type OpenedSession, type Visit } from '../sessions/open.ts'
import { credentialByEmail, replaceHash } from './account.ts'
import { refuseUnreadablePassword } from './password-rules.ts'
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts'

type Known = { accountId: string; email: string; name: string; hash: string }

export type SignedIn = OpenedSession & {
  account: { id: string; email: string; name: string }
  /** Where the account is an active user: a hundred at most. */
  tenants: RowOf<typeof tenantsOf>[]
}

/**
 * Opens a session for whoever knows the password of an account. An unknown address, an account without a password,
 * one that is disabled and a wrong password are refused alike (`sign_in_failed`), after the same work.
 */
export async function signIn(
  database: Database,
  given: { email: string; password: string },
  visit: Visit,
  lifetime?: Lifetime,
): Promise<SignedIn> {
  const email = normalizeEmail(given.email)
  refuseUnreadablePassword(given.password)

  // Twice, for between proof and session the hash may have been replaced: by a change, or only by a better one.
  return orReplay(database, visit, async () => {
    const signedIn =
      (await attempt(database, email, given.password, visit, lifetime)) ??
      (await attempt(database, email, given.password, visit, lifetime))
    return signedIn ?? fail()
  })
}

/** Undefined: the hash that was proven is no longer in place. */
async function attempt(
  database: Database,
  email: string,
  password: string,
  visit: Visit,
  lifetime: Lifetime | undefined,
): Promise<SignedIn | undefined> {
  const known = await prove(database, email, password)
  const { accountId, name } = known
  const context = contextOf(accountId, visit)
  const signedIn = await outsideTenants(database, { ...context, once: visit.once }, async (tx) => {
    const session = await openSession(tx, known, visit, lifetime)
    if (!session) throw new HashReplaced()
    const account = { id: accountId, email, name }
    return { ...session, account, tenants: await tx.rows(tenantsOf, [accountId]) }
  }).catch(failWhereDisabled)
  if (signedIn) await rehash(database, context, known, password)
  return signedIn
}

/** Thrown, so that nothing is kept of an attempt that came to nothing. */
class HashReplaced extends Error {}

/** One verification, whatever the address. */
async function prove(database: Database, email: string, password: string): Promise<Known> {
  const credential = await credentialByEmail(database, email)
  const right = await verifyPassword(password, credential?.hash)
  if (!right || !credential?.hash || credential.disabled) return fail()
  return { ...credential, hash: credential.hash }
}

const tenantsOf = sql(
  'accounts.tenants',
  { tenantId: 'uuid', userId: 'uuid', name: 'text', slug: 'text' },
  'select tenant_id, user_id, name, slug from reeve.tenants_of($1)',
)

/** Replaces a hash of other making while we know the password. The old one still serves if that fails. */
async function rehash(
  database: Database,
  context: Omit<Context, 'tenantId'>,
  { accountId, hash }: Known,
  password: string,
): Promise<void> {
  if (!needsRehash(hash)) return
  try {
    const better = await hashPassword(password)
    await outsideTenants(database, context, (tx) => replaceHash(tx, accountId, { old: hash, new: better }))
  } catch {
    // The next sign-in tries again.
  }
}

/** Disabled since the proof: RV003 is what the database says to a session for no account. */
function failWhereDisabled(error: unknown): undefined {
  if (error instanceof HashReplaced) return undefined
  if (error instanceof DatabaseFailure && error.sqlstate === 'RV003') return fail()
  throw error
}

function fail(): never {
  throw new Refusal(
    'sign_in_failed',
    'the e-mail address or the password is not right',
    'check both; without an account, sign up first',
  )
}

function contextOf(accountId: string, { requestId, ip }: Visit): Omit<Context, 'tenantId'> {
  return { actor: { kind: 'account', accountId }, requestId, ip }
}
