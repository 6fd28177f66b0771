// Parse Server on PostgreSQL.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { hash } from '@node-rs/bcrypt'
import { password } from '../people.mjs'
import { makeDatabase, query, urlOf } from '../place.mjs'
import { probe, startServer } from '../servers.mjs'

const program = fileURLToPath(new URL('./parse-server.server.mjs', import.meta.url))

export const about =
  'Parse Server: its middleware in Express, pool of 10, its caches as they come (sessions 5 s), no rate limit as it comes, bcrypt 10 (not configurable); given an index on session tokens, which it does not make itself'

export async function open(place, { users, people, say }) {
  const database = urlOf(await makeDatabase(place.server, 'parse'))
  const env = { BENCH_DATABASE: database, BENCH_KEY: randomBytes(18).toString('hex') }
  const url = await startServer(place, { name: 'parse-server', args: [program], env, path: '/parse/health' })
  const app = { 'x-parse-application-id': 'bench' }
  // It makes its tables when it first needs them.
  const first = { username: 'first@example.com', email: 'first@example.com', password }
  const signUp = { method: 'POST', path: '/parse/users', headers: app, body: first }
  await probe(url, signUp, (text) => text.includes('sessionToken'))
  say('Parse Server: people')
  await fill(database, users)

  const many = Math.min(people.length, users)
  const as = (path) =>
    Array.from({ length: many }, (_, i) => ({
      path: `/parse${path}`,
      headers: { ...app, 'x-parse-session-token': `r:${'0'.repeat(32 - String(i + 1).length)}${i + 1}` },
    }))
  const [me, list] = [as('/users/me'), as('/users?limit=20')]
  const signIn = Array.from({ length: Math.min(500, many) }, (_, i) => ({
    method: 'POST',
    path: '/parse/login',
    headers: app,
    body: { username: `person${i + 1}@example.com`, password },
  }))
  await probe(url, me[1], (text) => text.includes('person2@example.com'))
  await probe(url, list[1], (text) => JSON.parse(text).results.length === 20)
  await probe(url, signIn[1], (text) => text.includes('sessionToken'))
  const who = 'Parse Server'
  return {
    asks: [
      { what: 'who am I', who, how: '/users/me', url, requests: me },
      { what: 'list of 20', who, how: '/users?limit=20', url, requests: list },
      { what: 'sign-in', who, how: '/login; bcrypt 10', url, requests: signIn },
    ],
  }
}

/** As many people, each with a session. */
async function fill(url, users) {
  await query(
    url,
    `insert into "_User" ("objectId", "createdAt", "updatedAt", username, email, _hashed_password)
     select 'u' || n, now(), now(), 'person' || n || '@example.com', 'person' || n || '@example.com', $2
     from generate_series(1, $1::int) n`,
    [users, await hash(password, 10)],
  )
  await query(
    url,
    `insert into "_Session" ("objectId", "createdAt", "updatedAt", "user", "sessionToken", "expiresAt", "createdWith")
     select 's' || n, now(), now(), 'u' || n, 'r:' || lpad(n::text, 32, '0'), now() + interval '30 days', '{"action":"login","authProvider":"password"}'
     from generate_series(1, $1::int) n`,
    [users],
  )
  await query(url, 'create index on "_Session" ("sessionToken")')
  await query(url, 'vacuum (analyze)')
}
