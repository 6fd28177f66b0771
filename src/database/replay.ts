import { Refusal } from '../foundation/refusal.ts'
import { nilTenant, readInTenant, type Context, type Database } from './database.ts'
import { keptResult, type Once } from './once.ts'
import { sql } from './sql.ts'

/**
 * For work that begins ahead of its transaction, with a password that is hashed or something that is looked up: gives
 * what came of its key before, if anything did, and begins nothing. Work that is refused looks again, for what it found
 * in its way may be what the same key has just done.
 */
export async function orReplay<T>(
  database: Database,
  { once, requestId }: Pick<Context, 'once' | 'requestId'>,
  work: () => Promise<T>,
): Promise<T> {
  if (!once) return work()
  const before = await resultOf<T>(database, once, requestId)
  if (before) return before.result
  try {
    return await work()
  } catch (error) {
    const meanwhile = error instanceof Refusal && (await resultOf<T>(database, once, requestId))
    if (meanwhile) return meanwhile.result
    throw error
  }
}

const find = sql(
  'once.find_known',
  { fingerprint: 'text', result: 'text?' },
  `select fingerprint, result from idempotency_keys
   where tenant_id = $1 and scope = $2 and key = $3 and created_at > now() - interval '1 day'`,
)

async function resultOf<T>(
  database: Database,
  once: Once,
  requestId: string,
): Promise<{ result: T } | undefined> {
  const { tenantId = nilTenant, scope, key } = once
  const context: Context = { tenantId, actor: { kind: 'nobody' }, requestId }
  const kept = await readInTenant(database, context, (tx) => tx.row(find, [tenantId, scope, key]))
  return kept && { result: keptResult<T>(once, kept) }
}
