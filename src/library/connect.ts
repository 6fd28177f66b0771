import { withClient } from '../database/client.ts'
import { openDatabase, type Database, type QueryLog } from '../database/database.ts'
import { DatabaseFailure, toFailure } from '../database/failure.ts'
import { asServer, boundsOf } from '../database/login.ts'
import { statements } from '../database/sql.ts'
import { pgSettings, type PgSettings } from '../foundation/database-address.ts'
import { behindPending, outdated, ownMigrations, refuseOutdated } from '../operations/migrate/outdated.ts'
import type { Migrating } from '../operations/migrate/session.ts'
import type { LibraryConfig } from './options.ts'

/**
 * The database of a configuration, as the server sees it. Refuses a login that would stand above row-level security
 * (`unsafe_role`; in development it acts as reeve_app), and a schema that is not of this version (`schema_outdated`).
 */
export async function connect(
  config: LibraryConfig,
  log: QueryLog | undefined,
): Promise<{ database: Database; migrating: Migrating }> {
  const settings = pgSettings(config.database)
  const patient = { ...settings, connectionTimeoutMillis: config.pool.connectTimeoutMs }
  const migrating = ownMigrations(() => patient)
  try {
    const access = await asServer({ ...settings, ...boundsOf(config) }, config.environment === 'production')
    if ((await refuseOutdated(migrating)) === 'unreadable') await refuseMisfit(patient)
    return { database: openDatabase(access, log), migrating }
  } catch (error) {
    throw await behindPending(error, migrating)
  }
}

/**
 * Where nobody may read which migrations were applied, as reeve_app may not, every statement of this program is held
 * against the schema. None is executed.
 */
async function refuseMisfit(settings: PgSettings): Promise<void> {
  const texts = [...statements.values()].map(({ text }) => text).filter((text) => isPreparable.test(text))
  // none stays behind: a pooler may give the connection to somebody else
  const all = texts.map((text) => `prepare reeve_fits as ${text};\ndeallocate reeve_fits`).join(';\n')
  await withClient(settings, (client) => client.query(all)).catch((error: unknown) => {
    const failure = toFailure(error, 'statement')
    const misfit = failure instanceof DatabaseFailure && failure.kind === 'query_schema'
    throw misfit ? outdated('a table, column or function is missing', failure) : failure
  })
}

const isPreparable = /^(select|insert|update|delete|with)\b/i
