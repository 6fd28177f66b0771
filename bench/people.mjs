// Whom everybody asks about. Reeve has so many people in tenants; of the first tenant, which a fifth of all are in, a
// sample of five thousand asks and is asked about. The others have as many people, and as many who ask.
import { hashPassword } from '../dist/domains/accounts/passwords.js'
import { hashToken } from '../dist/foundation/secret.js'
import { query } from './place.mjs'

const asking = 5_000
/** So many of them sign in with a password; all the same, for what is measured is the work. */
const signingIn = 500
export const password = 'correct horse battery'

/** The token of the n-th of those who ask, 1 to as many as there are. */
export function tokenOf(n) {
  return `rv_s_${String(n).padStart(43, 'b')}`
}

/** The same in SQL, for pgbench: what is kept of it. */
export const tokenHashInSql = `sha256(('rv_s_' || lpad(:n::text, 43, 'b'))::bytea)`

/** Opens sessions for the sample and sets the password of those who sign in. Returns whom to ask about. */
export async function prepare(url) {
  const [{ id: tenantId }] = await query(url, `select id from tenants where slug = 'tenant-1'`)
  const people = await query(
    url,
    `select id as "userId", account_id as "accountId", email from users
     where tenant_id = $1 and is_active and account_id is not null order by hashtext(email) limit $2`,
    [tenantId, asking],
  )
  const accounts = people.map(({ accountId }) => accountId)
  await query(url, 'delete from sessions where account_id = any ($1)', [accounts])
  await query(
    url,
    `insert into sessions (account_id, token_hash, idle_seconds, expires_at)
     select account_id, token_hash, 86400, now() + interval '30 days' from unnest($1::uuid[], $2::bytea[]) s (account_id, token_hash)`,
    [accounts, people.map((_, i) => hashToken(tokenOf(i + 1)))],
  )
  await query(url, 'update credentials set hash = $1 where account_id = any ($2)', [
    await hashPassword(password),
    accounts.slice(0, signingIn),
  ])
  await query(url, 'vacuum (analyze)')
  return { tenantId, people, signingIn: people.slice(0, signingIn).map(({ email }) => email) }
}
