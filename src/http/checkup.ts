import { ask } from '../database/ask.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Migrating } from '../operations/migrate/session.ts'
import { status } from '../operations/migrate/status.ts'
import type { Checkup } from './health.ts'

const alive = sql('checkup.alive', { alive: 'bool' }, 'select not pg_is_in_recovery() as alive')

/** So often at most the history of migrations is looked at: it changes with a deploy, not with a request. */
const migrationsEveryMs = 30_000

/** Whether requests can be served: PostgreSQL answers, takes writes, and has the schema that this program expects. */
export function checkup(database: Database, migrating: Migrating): () => Promise<Checkup> {
  const pending = pendingMigrations(migrating)
  return async () => {
    const started = performance.now()
    try {
      const [row] = await ask(database, alive, [])
      const ms = Math.round((performance.now() - started) * 10) / 10
      const migrations = await pending()
      return { ready: row!.alive && migrations?.pending === 0, database: { reachable: true, ms }, migrations }
    } catch {
      return { ready: false, database: { reachable: false, ms: null }, migrations: null }
    }
  }
}

function pendingMigrations(migrating: Migrating): () => Promise<Checkup['migrations']> {
  let known: { at: number; answer: Promise<Checkup['migrations']> } | undefined
  return () => {
    if (!known || Date.now() - known.at > migrationsEveryMs) {
      const answer = status(migrating).then(({ pending }) => ({
        pending: pending.length,
      }))
      known = { at: Date.now(), answer }
      answer.catch(() => (known = undefined))
    }
    return known.answer
  }
}
