// Directus, its own program; one process, no cache (as it comes).
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import argon2 from '@node-rs/argon2'
import { password } from '../people.mjs'
import { makeDatabase, query, urlOf } from '../place.mjs'
import { probe, runProgram, startServer } from '../servers.mjs'

const program = fileURLToPath(new URL('../node_modules/directus/cli.js', import.meta.url))
const signedIn = 200

export const about =
  'Directus: directus start, pool of 10, rate limiter off as it comes, no cache as it comes, LOG_LEVEL=warn; everybody has a role that may read users'

export async function open(place, { users, say }) {
  const access = await makeDatabase(place.server, 'directus')
  const cwd = join(place.folder, 'directus')
  for (const folder of ['uploads', 'extensions']) await mkdir(join(cwd, folder), { recursive: true })
  const env = {
    ...{ DB_CLIENT: 'pg', DB_HOST: access.host, DB_PORT: String(access.port), DB_DATABASE: access.database },
    ...{ DB_USER: access.user, DB_PASSWORD: access.password, DB_POOL__MIN: '0', DB_POOL__MAX: '10' },
    ...{ KEY: randomUUID(), SECRET: 'a secret that is long enough for a benchmark' },
    ...{ ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: password, ACCESS_TOKEN_TTL: '1d' },
    ...{ PUBLIC_URL: 'http://127.0.0.1', TELEMETRY: 'false', LOG_LEVEL: 'warn' },
    ...{ HASH_MEMORY_COST: '19456', HASH_TIME_COST: '2', HASH_PARALLELISM: '1' },
  }
  say('Directus: tables')
  await runProgram(place, { name: 'directus bootstrap', args: [program, 'bootstrap'], env, cwd })
  say('Directus: people')
  await fill(urlOf(access), users)
  const start = { name: 'directus', args: [program, 'start'], env, cwd, path: '/server/ping' }
  const url = await startServer(place, start)

  say('Directus: signing in')
  const signIn = (i) => ({
    method: 'POST',
    path: '/auth/login',
    body: { email: `person${i}@example.com`, password },
  })
  const tokens = []
  for (let i = 1; i <= Math.min(signedIn, Math.floor(users / 4)); i++) {
    const { text } = await probe(url, signIn(i), (said) => said.includes('access_token'))
    tokens.push(JSON.parse(text).data.access_token)
  }
  const get = (path) => tokens.map((token) => ({ path, headers: { authorization: `Bearer ${token}` } }))
  const [me, list] = [get('/users/me'), get('/users?limit=20')]
  const half = Math.floor(users / 2)
  const [equal, own] = [0, half].map((from) => tokens.map((_, i) => signIn(from + i + 1)))
  await probe(url, me[1], (text) => text.includes('person2@example.com'))
  await probe(url, list[1], (text) => JSON.parse(text).data.length === 20)
  await probe(url, own[1], (text) => text.includes('access_token'))
  const who = 'Directus'
  return {
    asks: [
      { what: 'who am I', who, how: '/users/me', url, requests: me },
      { what: 'list of 20', who, how: '/users?limit=20', url, requests: list },
      { what: 'sign-in', who, how: '/auth/login; argon2id 19 MiB, t=2', url, requests: equal },
      { what: 'sign-in', who: 'Directus, as it comes', how: 'argon2id 64 MiB, t=3, p=4', url, requests: own },
    ],
  }
}

/** As many people; the second half has passwords hashed at the cost that Directus has by itself. */
async function fill(url, users) {
  const [role, policy] = [randomUUID(), randomUUID()]
  await query(url, `insert into directus_roles (id, name) values ($1, 'Member')`, [role])
  await query(
    url,
    `insert into directus_policies (id, name, admin_access, app_access) values ($1, 'Member', false, true)`,
    [policy],
  )
  await query(url, 'insert into directus_access (id, role, policy, sort) values ($1, $2, $3, 1)', [
    ...[randomUUID(), role, policy],
  ])
  await query(
    url,
    `insert into directus_permissions (collection, action, permissions, validation, fields, policy) values ('directus_users', 'read', '{}', '{}', '*', $1)`,
    [policy],
  )
  const equal = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  const own = { memoryCost: 65_536, timeCost: 3, parallelism: 4 }
  await query(
    url,
    `insert into directus_users (id, first_name, last_name, email, password, role)
     select md5('u' || n)::uuid, 'Person', n::text, 'person' || n || '@example.com', case when n <= $1::int / 2 then $2 else $3 end, $4
     from generate_series(1, $1::int) n`,
    [users, await argon2.hash(password, equal), await argon2.hash(password, own), role],
  )
  await query(url, 'vacuum (analyze)')
}
