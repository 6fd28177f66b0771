import { ask } from '../../database/ask.ts'
import { coalesce } from '../../database/coalesce.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/**
 * Notes, soon and in the background, that a session is in use. Nobody waits for it, and nothing is lost when it fails:
 * the next look-up finds the session stale again.
 */
export function touchSession(database: Database, sessionId: string): void {
  let touch = touches.get(database)
  if (!touch) {
    touch = coalesce((ids: readonly string[]) => touchTogether(database, ids), bounds)
    touches.set(database, touch)
  }
  touch(sessionId).catch(() => {})
}

/** One batch at a time; of those that do not fit, the next look-up reminds us. */
const bounds = { keysPerBatch: 1_000, batchesInFlight: 1, waiting: 1_000 }
const touches = new WeakMap<Database, (sessionId: string) => Promise<void>>()

const touchAll = sql('sessions.touch', {}, 'select from reeve.sessions_touch($1)')

async function touchTogether(database: Database, ids: readonly string[]): Promise<void[]> {
  await ask(database, touchAll, [[...new Set(ids)]])
  return []
}
