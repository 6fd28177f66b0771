import { expect, test } from 'vitest'
import {
  closeDatabase,
  inTenant,
  openDatabase,
  outsideTenants,
  type QueryLog,
} from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { makeToken } from '../../foundation/secret.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { checkSession } from './check.ts'
import { openSession, type Lifetime } from './open.ts'
import { revokeSession } from './sessions.ts'

const { access, admin } = await testDatabase()
const lines: Parameters<QueryLog>[0][] = []
const database = openDatabase(access, (line) => lines.push(line))
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')

const someHash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
const setPassword = sql('test.set_password', {}, 'select from reeve.password_replace($1, null, $2)')

/** Somebody is signed in; how they proved who they are is another test's matter. */
async function signedIn({ accountId }: Person, lifetime?: Lifetime) {
  const context = { actor: { kind: 'account', accountId }, requestId: 'test' } as const
  const visit = { requestId: 'test', ip: '2001:db8::7', userAgent: 'x'.repeat(600) }
  const session = await outsideTenants(database, context, (tx) => {
    tx.queue(setPassword, [accountId, someHash])
    return openSession(tx, { accountId, hash: someHash }, visit, lifetime)
  })
  return { ...session!, context, accountId }
}
const age = (sessionId: string, change: string) =>
  admin.query(`update sessions set ${change} where id = $1`, [sessionId])

test('a token says which session and account it is, and in a tenant which user', async () => {
  const { token, sessionId } = await signedIn(acme.owner)

  const session = await checkSession(database, token, acme.tenantId)

  expect(session).toEqual({
    ...{ sessionId, accountId: acme.owner.accountId, userId: acme.owner.userId },
    expiresAt: expect.any(Date),
  })
  expect(await checkSession(database, token)).not.toHaveProperty('userId')
})

test('in a tenant that does not know the account, and in none that exists, it is nobody', async () => {
  const { token } = await signedIn(acme.owner)

  for (const tenantId of [globex.tenantId, uuidV7(), 'not-a-uuid', `${acme.tenantId}'`]) {
    const session = await checkSession(database, token, tenantId)
    expect(session).toMatchObject({ accountId: acme.owner.accountId })
    expect(session).not.toHaveProperty('userId')
  }
})

test('a suspended user is nobody in that tenant, from then on', async () => {
  const mia = await aUser(database, acme)
  const { token } = await signedIn(mia)
  expect(await checkSession(database, token, acme.tenantId)).toHaveProperty('userId', mia.userId)

  await admin.query('update users set suspended_at = now() where id = $1', [mia.userId])

  expect(await checkSession(database, token, acme.tenantId)).not.toHaveProperty('userId')
})

test('a token that we never gave opens nothing', async () => {
  expect(await checkSession(database, makeToken('rv_s'))).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['another kind of token', makeToken('rv_i')],
  ['a token and a bit', `${makeToken('rv_s')}x`],
  ['a token and a NUL', `${makeToken('rv_s').slice(0, -1)}\0`],
  ['SQL', `rv_s_${`' or 1=1 --`.padEnd(43, ' ')}`],
  ['a megabyte', `rv_s_${'a'.repeat(1_000_000)}`],
])('%s is no token, and the database never hears of it', async (_, text) => {
  lines.length = 0
  expect(await checkSession(database, text)).toBeUndefined()
  expect(lines).toEqual([])
})

test('a session ends when it was not used for as long as it may rest', async () => {
  const { token, sessionId } = await signedIn(acme.owner, { idleSeconds: 3_600, longestSeconds: 86_400 })

  await age(sessionId, "last_seen_at = now() - interval '59 minutes'")
  expect(await checkSession(database, token)).toBeDefined()
  await expect.poll(() => lastSeen(sessionId)).toBeLessThan(60) // it was in use just now

  await age(sessionId, "last_seen_at = now() - interval '61 minutes'")
  expect(await checkSession(database, token)).toBeUndefined()
})

test('a session ends at its end, however much it is used', async () => {
  const { token, sessionId, expiresAt } = await signedIn(acme.owner, {
    idleSeconds: 3_600,
    longestSeconds: 86_400,
  })
  expect(Math.round((expiresAt.getTime() - Date.now()) / 3_600_000)).toBe(24)

  await age(sessionId, "expires_at = now() + interval '1 minute'")
  const session = await checkSession(database, token)
  expect(session!.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(60_000)

  await age(sessionId, 'expires_at = now()')
  expect(await checkSession(database, token)).toBeUndefined()
})

test('unless said otherwise a session rests for seven days and lasts for thirty', async () => {
  const { sessionId } = await signedIn(acme.owner)
  const { rows } = await admin.query(
    `select idle_seconds / 86400 as idle, extract(day from expires_at - created_at)::integer as longest, host(ip) as ip,
            length(user_agent) as agent from sessions where id = $1`,
    [sessionId],
  )
  expect(rows).toEqual([{ idle: 7, longest: 30, ip: '2001:db8::7', agent: 500 }])
})

test('a revoked session is refused at once', async () => {
  const { token, sessionId, context } = await signedIn(acme.owner)
  expect(await checkSession(database, token)).toBeDefined()

  await outsideTenants(database, context, (tx) => revokeSession(tx, { sessionId }))

  expect(await checkSession(database, token)).toBeUndefined()
})

test('a hundred look-ups at once leave as few questions, and everybody gets their own answer', async () => {
  const people = [acme.owner, globex.owner, await aUser(database, acme), await aUser(database, globex)]
  const sessions = await Promise.all(people.map((person) => signedIn(person)))
  lines.length = 0

  const asked = Array.from({ length: 100 }, (_, i) => ({ i, who: i % 5 }))
  const answers = await Promise.all(
    asked.map(({ who }) => checkSession(database, sessions[who]?.token ?? makeToken('rv_s'), acme.tenantId)),
  )

  for (const { i, who } of asked) {
    const { accountId, userId } = people[who] ?? {}
    const inAcme = who === 0 || who === 2
    const expected = who === 4 ? undefined : expect.objectContaining({ accountId })
    expect(answers[i]).toEqual(expected)
    expect(answers[i]?.userId).toBe(inAcme ? userId : undefined)
  }
  expect(lines.length).toBeLessThanOrEqual(4)
})

test('use is noted in the background, once a minute at most', async () => {
  const { token, sessionId } = await signedIn(acme.owner)
  await age(sessionId, "last_seen_at = now() - interval '10 minutes'")
  lines.length = 0

  await Promise.all(Array.from({ length: 20 }, () => checkSession(database, token)))
  await expect.poll(() => lastSeen(sessionId)).toBeLessThan(60)
  await checkSession(database, token)

  const touches = lines.filter(({ statement }) => statement === 'sessions.touch')
  expect(touches).toHaveLength(1)
})

test('a look-up is answered although its use cannot be noted', async () => {
  const { token, sessionId } = await signedIn(acme.owner)
  await age(sessionId, "last_seen_at = now() - interval '10 minutes'")
  await admin.query('revoke execute on function reeve.sessions_touch(uuid[]) from reeve_app')
  lines.length = 0

  expect(await checkSession(database, token)).toBeDefined()

  await expect.poll(() => lines.some(({ failed }) => failed)).toBe(true)
  await admin.query('grant execute on function reeve.sessions_touch(uuid[]) to reeve_app')
  await checkSession(database, token)
  await expect.poll(() => lastSeen(sessionId)).toBeLessThan(60)
})

test('when the database goes away those who ask are told so, and when it is back they are let in', async () => {
  const { token } = await signedIn(acme.owner)
  const { database: name } = access
  const elsewhere = openDatabase({ ...access, acquireTimeoutMs: 2_000 })
  expect(await checkSession(elsewhere, token)).toBeDefined()

  await admin.query(`revoke connect on database ${name} from public, ${access.user}`)
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = $2',
    [...[name, access.user]],
  )
  await expect.poll(() => checkSession(elsewhere, token).catch((error) => error.status)).toBe(503)
  const many = Array.from({ length: 50 }, () => checkSession(elsewhere, token).catch((error) => error.status))
  expect(new Set(await Promise.all(many))).toEqual(new Set([503]))

  await admin.query(`grant connect on database ${name} to ${access.user}`)
  expect(await checkSession(elsewhere, token)).toBeDefined()
  await closeDatabase(elsewhere)
})

test('a transaction of a tenant cannot read the sessions behind the function', async () => {
  const all = sql('test.all_sessions', { id: 'uuid' }, 'select id from sessions')
  await expect(inTenant(database, acme.owner.context, (tx) => tx.rows(all, []))).rejects.toMatchObject({
    sqlstate: '42501',
  })
  await closeDatabase(database)
})

async function lastSeen(sessionId: string): Promise<number> {
  const { rows } = await admin.query(
    'select extract(epoch from now() - last_seen_at)::integer as ago from sessions where id = $1',
    [sessionId],
  )
  return rows[0].ago
}
