import { LRUCache } from 'lru-cache'
import { ask } from '../../database/ask.ts'
import { coalesced } from '../../database/coalesce.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/** Sessions noted a moment ago: look-ups of the same moment, in several batches, all find them stale. */
const noted = new WeakMap<Database, LRUCache<string, true>>()

/**
 * Notes, soon and in the background, that a session is in use. Nobody waits for it, and nothing is lost when it fails:
 * the next look-up finds the session stale again.
 */
export function touchSession(database: Database, sessionId: string): void {
  const known = noted.get(database) ?? new LRUCache<string, true>({ max: 10_000, ttl: 30_000 })
  noted.set(database, known)
  if (known.has(sessionId)) return
  known.set(sessionId, true)
  touch(database, sessionId).catch(() => known.delete(sessionId))
}

const touchAll = sql('sessions.touch', {}, 'select from reeve.sessions_touch($1)')

/** One batch at a time; of those that do not fit, the next look-up reminds us. */
const bounds = { keysPerBatch: 1_000, batchesInFlight: 1, enough: 1_000, waiting: 1_000 }
const touch = coalesced(async (database: Database, ids: readonly string[]): Promise<void[]> => {
  await ask(database, touchAll, [[...new Set(ids)]])
  return []
}, bounds)
