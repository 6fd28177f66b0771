// Better Auth with its PostgreSQL adapter (Kysely over node-postgres) and its admin plugin.
import { fileURLToPath } from 'node:url'
import { hashPassword as scrypt } from 'better-auth/crypto'
import { hashPassword as argon2id } from '../../dist/domains/accounts/passwords.js'
import { password } from '../people.mjs'
import { makeDatabase, query, urlOf } from '../place.mjs'
import { probe, startServer } from '../servers.mjs'

const program = fileURLToPath(new URL('./better-auth.server.mjs', import.meta.url))
const signedIn = 200

export const about =
  'Better Auth: its handler under node:http, pg pool of 10, rate limit off, cookie cache on (recommended; without the cache it asks the database), admin plugin for the list'

export async function open(place, { users, say }) {
  const url = urlOf(await makeDatabase(place.server, 'better_auth'))
  const env = { BENCH_DATABASE: url, BETTER_AUTH_SECRET: 'a secret that is long enough for a benchmark' }
  const serve = { args: [program], path: '/api/auth/ok' }
  const server = await startServer(place, {
    ...serve,
    name: 'better-auth',
    env: { ...env, BENCH_MIGRATE: 'yes', BENCH_HASH: 'argon2id' },
  })
  say('Better Auth: people')
  await fill(url, users)
  const byItself = await startServer(place, { ...serve, name: 'better-auth with scrypt', env })

  say('Better Auth: signing in')
  const signIn = (prefix, i) => ({
    method: 'POST',
    path: '/api/auth/sign-in/email',
    headers: { origin: server },
    body: { email: `${prefix}${i}@example.com`, password },
  })
  const cookies = []
  for (let i = 1; i <= Math.min(signedIn, Math.floor(users / 4)); i++)
    cookies.push(await cookiesFrom(server, signIn('person', i)))
  const get = (path, cookie) => ({ path: `/api/auth${path}`, headers: { cookie } })
  const cached = cookies.map(({ token, data }) => get('/get-session', `${token}; ${data}`))
  const asked = cookies.map(({ token }) => get('/get-session', token))
  const list = cookies.map(({ token, data }) => get('/admin/list-users?limit=20', `${token}; ${data}`))
  const argon = cookies.map((_, i) => signIn('person', i + 1))
  const half = Math.floor(users / 2)
  const own = cookies.map((_, i) => ({ ...signIn('person', half + i + 1), headers: { origin: byItself } }))

  await probe(server, cached[1], (text) => text.includes('person2@example.com'))
  await probe(server, asked[1], (text) => text.includes('person2@example.com'))
  await probe(server, list[0], (text) => JSON.parse(text).users.length === 20)
  await probe(byItself, own[0], (text) => text.includes('"token"'))
  const who = 'Better Auth'
  return {
    asks: [
      { what: 'who am I', who, how: 'get-session from the cookie cache', url: server, requests: cached },
      {
        what: 'who am I',
        who: 'Better Auth, database',
        how: 'get-session without it',
        url: server,
        requests: asked,
      },
      { what: 'list of 20', who, how: 'admin/list-users?limit=20 (counts too)', url: server, requests: list },
      { what: 'sign-in', who, how: 'sign-in/email; argon2id 19 MiB, t=2', url: server, requests: argon },
      {
        what: 'sign-in',
        who: 'Better Auth, as it comes',
        how: 'its own scrypt',
        url: byItself,
        requests: own,
      },
    ],
  }
}

/** As many people; the second half has passwords hashed as it comes. Everybody may list, and has a session. */
async function fill(url, users) {
  await query(
    url,
    `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", role)
     select md5('u' || n), 'Person ' || n, 'person' || n || '@example.com', true, now(), now(), 'admin' from generate_series(1, $1::int) n`,
    [users],
  )
  await query(
    url,
    `insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
     select md5('a' || n), md5('u' || n), 'credential', md5('u' || n), case when n <= $1::int / 2 then $2 else $3 end, now(), now()
     from generate_series(1, $1::int) n`,
    [users, await argon2id(password), await scrypt(password)],
  )
  await query(
    url,
    `insert into session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
     select md5('s' || n), now() + interval '7 days', md5('t' || n), now(), now(), md5('u' || n) from generate_series(1, $1::int) n`,
    [users],
  )
  await query(url, 'vacuum (analyze)')
}

async function cookiesFrom(url, request) {
  const { headers } = await probe(url, request, (text) => text.includes('"token"'))
  const given = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
  return {
    token: given.find((one) => one.includes('session_token')),
    data: given.find((one) => one.includes('session_data')),
  }
}
