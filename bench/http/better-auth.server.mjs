// Better Auth as its documentation says: its handler under node:http, sessions in PostgreSQL through a pg pool.
// BENCH_HASH=argon2id hashes passwords as Reeve does; without, as it does by itself (scrypt).
import { createServer } from 'node:http'
import argon2 from '@node-rs/argon2'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { admin } from 'better-auth/plugins'
import pg from 'pg'

const { BENCH_DATABASE, BENCH_HASH, BENCH_MIGRATE, BETTER_AUTH_SECRET, PORT } = process.env
const options = {
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: BETTER_AUTH_SECRET,
  database: new pg.Pool({ connectionString: BENCH_DATABASE, max: 10 }),
  emailAndPassword: {
    enabled: true,
    ...(BENCH_HASH === 'argon2id'
      ? {
          password: {
            hash: (password) => argon2.hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
            verify: ({ hash, password }) => argon2.verify(hash, password),
          },
        }
      : {}),
  },
  // Recommended for speed: a signed copy of the session in a cookie, which is believed without asking the database.
  session: { cookieCache: { enabled: true, maxAge: 24 * 60 * 60 } },
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  telemetry: { enabled: false },
  plugins: [admin()],
}

if (BENCH_MIGRATE) await (await getMigrations(options)).runMigrations()
const handle = toNodeHandler(betterAuth(options))
createServer(handle).listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit())
