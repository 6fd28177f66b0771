import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { withClient } from '../database/client.ts'
import { closeDatabase, openDatabase, type Database } from '../database/database.ts'
import { asServer, boundsOf } from '../database/login.ts'
import type { Access } from '../database/pool.ts'
import { readConfig, type Config } from '../foundation/config.ts'
import { pgSettings } from '../foundation/database-address.ts'
import { Refusal } from '../foundation/refusal.ts'
import { newKey, readKeyRing, type KeyRing } from '../foundation/secret.ts'
import { appLogin } from '../operations/embedded/app-login.ts'
import { startEmbedded, type Embedded } from '../operations/embedded/embedded.ts'
import { behindPending, ownMigrations } from '../operations/migrate/outdated.ts'
import type { Migrating } from '../operations/migrate/session.ts'
import type { Report } from './report.ts'

/** The database in it that is ours. */
export const embeddedDatabase = 'reeve'

/** What every command works with. PostgreSQL is the one of DATABASE_URL, or the embedded one in `.reeve`. */
export type World = {
  config: Config
  /** Where we keep things of our own: `.reeve` in the current directory. */
  directory: string
  embedded: Embedded | undefined
  /** The login that may change the schema. */
  admin: () => pg.ClientConfig
  close: () => Promise<void>
}

/**
 * Reads the configuration and finds PostgreSQL, starting the embedded one if none is configured. Without `make` it must
 * have been made before: a mistyped folder shall not get a database of its own.
 */
export async function openWorld(report: Report, { make = true } = {}): Promise<World> {
  const config = readConfig(process.env, { terminal: process.stdout.isTTY })
  const directory = join(process.cwd(), '.reeve')
  if (config.database) {
    const admin = config.adminDatabase ?? config.database
    return {
      config,
      directory,
      embedded: undefined,
      admin: () => pgSettings(admin, { connectionTimeoutMillis: config.pool.connectTimeoutMs }),
      close: async () => {},
    }
  }
  if (config.environment === 'production') throw databaseMissing()
  if (!make && !existsSync(join(directory, 'postgres.password'))) throw nothingHere(directory)
  const embedded = await startEmbedded({ directory, ...(make ? { log: report.note } : {}) })
  try {
    await makeDatabase(embedded)
  } catch (error) {
    await embedded.stop()
    throw error
  }
  const admin = () => ({
    connectionString: embedded.url(embeddedDatabase),
    connectionTimeoutMillis: config.pool.connectTimeoutMs,
  })
  return { config, directory, embedded, admin, close: () => embedded.stop() }
}

/** What the migrator is told. */
export function migrating(world: World, report: Report): Migrating {
  return ownMigrations(world.admin, report.progress)
}

/** How the server logs in: as reeve_app, or acting as it. */
export async function serverAccess({ config, embedded }: World): Promise<Access> {
  const bounds = boundsOf(config)
  if (!embedded)
    return asServer({ ...pgSettings(config.database!), ...bounds }, config.environment === 'production')
  const { host, port } = embedded
  const password = await appLogin(embedded, embeddedDatabase)
  return { host, port, user: 'reeve_app', password, database: embeddedDatabase, ...bounds }
}

/** Work with the database as the server sees it. */
export async function withDatabase<T>(
  report: Report,
  work: (database: Database, world: World) => Promise<T>,
): Promise<T> {
  const world = await openWorld(report, { make: false })
  try {
    const database = openDatabase(await serverAccess(world))
    try {
      return await work(database, world)
    } finally {
      await closeDatabase(database)
    }
  } catch (error) {
    throw await behindPending(error, migrating(world, report))
  } finally {
    await world.close()
  }
}

/** The keys that seal cursors and the like. Outside production one is made at the first start and kept. */
export async function secretKeys({ config, directory }: World): Promise<KeyRing> {
  if (config.secretKeys) return config.secretKeys
  const file = join(directory, 'secret-keys')
  if (!existsSync(file)) {
    await mkdir(directory, { recursive: true })
    await writeFile(file, `${newKey('local')}\n`, { mode: 0o600, flag: 'wx' }).catch(existing)
  }
  const keys = readKeyRing((await readFile(file, 'utf8')).trim())
  if (typeof keys !== 'string') return keys
  throw new Refusal(
    'invalid_configuration',
    `${file} is unusable: ${keys}`,
    'delete the file; a new key is made at the next start',
  )
}

async function makeDatabase(embedded: Embedded): Promise<void> {
  await withClient({ connectionString: embedded.url() }, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [embeddedDatabase])
    if (rowCount === 0) await client.query(`create database ${embeddedDatabase}`)
  }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== '42P04') throw error // another process was quicker
  })
}

function existing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

function nothingHere(directory: string): Refusal {
  return new Refusal(
    'not_found',
    `there is no database here: no ${directory}, and DATABASE_URL is not set`,
    'go to the folder in which "reeve up" was started, or set DATABASE_URL',
  )
}

function databaseMissing(): Refusal {
  return new Refusal(
    'invalid_configuration',
    'production has no PostgreSQL of its own',
    'set DATABASE_URL, for example postgresql://reeve_app:password@db.example.com/reeve',
  )
}
