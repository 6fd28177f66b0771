import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { withClient } from '../../database/client.ts'
import { asServer } from '../../database/login.ts'
import type { Access } from '../../database/pool.ts'
import { removeInside } from '../../foundation/guard.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { appLogin } from '../embedded/app-login.ts'
import { startEmbedded } from '../embedded/embedded.ts'
import { deploy } from '../migrate/deploy.ts'
import { houseRoles } from '../migrate/roles.ts'
import type { Progress } from '../migrate/session.ts'

/** A migrated, empty database that is there for one piece of work. */
export type Disposable = {
  /** The login that may do everything in it. */
  admin: () => pg.ClientConfig
  /** How the server logs in, with so many connections. */
  access: Access
  /** Of PostgreSQL, as `18.4`. */
  version: string
}

type Making = {
  /** The folder with our migrations. */
  prisma: string
  poolSize: number
  progress: Progress
  /** Gives the work up; what was made is thrown away all the same. */
  signal: AbortSignal
}

/** Work with a database on an embedded PostgreSQL of its own, in a folder for temporary things. */
export async function onEmbedded<T>(making: Making, work: (database: Disposable) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-perf-'))
  try {
    const server = await startEmbedded({ directory: folder, settings: { max_wal_size: '4GB' } })
    try {
      return await untilTold(making.signal, async () => {
        await withClient({ connectionString: server.url() }, (client) =>
          client.query('create database reeve'),
        )
        const admin = () => ({ connectionString: server.url('reeve') })
        await migrate(admin, making)
        const { host, port, version } = server
        const password = await appLogin(server, 'reeve')
        const access = { host, port, user: 'reeve_app', password, database: 'reeve', ...bounds(making) }
        return work({ admin, access, version })
      })
    } finally {
      await server.stop()
    }
  } finally {
    await removeInside(tmpdir(), folder)
  }
}

/** The settings of an administrator of a server, in pieces. */
export type Administrator = Pick<Access, 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl'>

/**
 * Work with a database that is created on this server for it, and dropped afterwards together with the roles that came
 * with it. What else is on the server is not touched. Refuses (`not_allowed`) a login that is no superuser.
 */
export async function onServer<T>(
  administrator: Administrator,
  making: Making,
  work: (database: Disposable) => Promise<T>,
): Promise<T> {
  const name = `reeve_perf_${randomBytes(6).toString('hex')}`
  const roles = houseRoles(making.prisma).names
  return withClient(administrator, async (client) => {
    const { present, version } = await lookAround(client, roles)
    await client.query(`create database ${name} template template0`)
    try {
      const settings = { ...administrator, database: name }
      const admin = () => settings
      return await untilTold(making.signal, async () => {
        await migrate(admin, making)
        const access = await asServer({ ...settings, ...bounds(making) }, false)
        return work({ admin, access, version })
      })
    } finally {
      await client.query(`drop database ${name} with (force)`)
      const made = roles.filter((role) => !present.includes(role))
      // Somebody else may have begun to use one meanwhile; then it stays.
      for (const role of made) await client.query(`drop role if exists ${role}`).catch(() => {})
    }
  })
}

/** What is there, before anything is made; and whether this login may do what will be needed. */
async function lookAround(client: pg.Client, roles: readonly string[]) {
  const { rows } = await client.query<{ present: string[]; version: string; may: boolean }>(
    `select array(select rolname::text from pg_roles where rolname = any ($1)) as present,
            split_part(current_setting('server_version'), ' ', 1) as version,
            rolsuper as may
     from pg_roles where rolname = current_user`,
    [roles],
  )
  const found = rows[0]!
  if (found.may) return found
  throw new Refusal(
    'not_allowed',
    'this login is no superuser, and a load of this size needs one: it silences triggers',
    'log in as a superuser, or leave the address out: then it is measured on an embedded PostgreSQL',
  )
}

async function migrate(connect: () => pg.ClientConfig, { prisma, progress }: Making): Promise<void> {
  await deploy({ connect, folder: join(prisma, 'migrations'), roles: houseRoles(prisma), progress })
}

function bounds({ poolSize }: Making) {
  return {
    poolSize,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 15_000,
    lockTimeoutMs: 5_000,
    idleInTransactionTimeoutMs: 10_000,
  }
}

/** The work, or the reason why it is given up. What it still does then fails with its database, and is not waited for. */
async function untilTold<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const told = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  const done = work()
  done.catch(() => {})
  return Promise.race([done, told])
}
