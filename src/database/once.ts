import { Refusal } from '../foundation/refusal.ts'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/**
 * Work that is done once, however often it is asked for. The first to come claims the key in the transaction of the work
 * and keeps the result there; whoever comes with the same key meanwhile waits, and is given that result. Work that
 * failed leaves no key behind. A key is kept for a day.
 */
export type Once = {
  /** What the caller made up for this one piece of work; 255 characters at most. */
  key: string
  /** Where it is kept, if not in the tenant that the work declares: that one may not be there yet. */
  tenantId?: string
  /** Whose key it is, a UUID: the same words from somebody else are another key. */
  scope: string
  /**
   * What was asked, hashed: the same key for something else is refused. 64 characters at most. What stands behind a dot
   * is the secret that it was hashed with.
   */
  fingerprint: string
  /** Encrypts what is kept, and reads it back; undefined where the key for that is gone. */
  seal: (text: string) => string
  open: (text: string) => string | undefined
  /** Hears that the result is one that was kept. */
  replayed?: () => void
}

// Whoever holds the key makes this wait; it returns a row to whoever may do the work. What is a day old is no longer known.
const claimKey = sql(
  'once.claim',
  { claimed: 'bool' },
  `insert into idempotency_keys as known (tenant_id, scope, key, fingerprint)
   values ($1, $2, $3, $4)
   on conflict (tenant_id, scope, key) do update set
     fingerprint = excluded.fingerprint,
     result      = null,
     created_at  = excluded.created_at
   where known.created_at <= now() - interval '1 day'
   returning true as claimed`,
)
const findKept = sql(
  'once.find',
  { fingerprint: 'text', result: 'text?' },
  'select fingerprint, result from idempotency_keys where tenant_id = $1 and scope = $2 and key = $3',
)
const keepResult = sql(
  'once.keep',
  {},
  'update idempotency_keys set result = $4 where tenant_id = $1 and scope = $2 and key = $3',
)
// Two leave for each that comes, so they do not pile up; nobody waits for a row that somebody else is removing.
const forgetOld = sql(
  'once.forget',
  {},
  `delete from idempotency_keys
   where tenant_id = $1 and (scope, key) in (
     select scope, key from idempotency_keys
     where tenant_id = $1 and created_at < now() - interval '1 day'
     order by created_at limit 2
     for update skip locked)`,
)

/** Does the work of a transaction, or gives what it came to when its key was new. */
export async function once<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  const { once, tenantId } = tx.context
  if (!once) return work()
  const home = once.tenantId ?? tenantId
  const key = [home, once.scope, once.key]
  if (home !== tenantId) tx.declare(home)
  const claimed = await tx.row(claimKey, [...key, once.fingerprint])
  if (!claimed) return keptResult(once, await tx.row(findKept, key))
  if (home !== tenantId) tx.declare(tenantId)

  const result = await work()
  if (home !== tenantId) tx.declare(home)
  tx.queue(keepResult, [...key, once.seal(JSON.stringify(result) ?? '')])
  tx.queue(forgetOld, [home])
  // what is judged at the commit looks at the tenant of the work
  if (home !== tenantId) tx.declare(tenantId)
  return result
}

/** Times come back as ISO 8601, as whoever writes them out writes them. */
export function keptResult<T>(
  once: Once,
  kept: { fingerprint: string; result: string | null } | undefined,
): T {
  if (kept && secretOf(kept) !== secretOf(once)) throw resultIsGone()
  if (kept && kept.fingerprint !== once.fingerprint) throw usedForAnother()
  const text = kept?.result == null ? undefined : once.open(kept.result)
  if (text === undefined) throw resultIsGone()
  once.replayed?.()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function secretOf({ fingerprint }: { fingerprint: string }): string {
  return fingerprint.split('.')[1] ?? ''
}

function usedForAnother(): Refusal {
  return new Refusal(
    'idempotency_key_reused',
    'this key came with another request before',
    'make up a new key for each thing that you want done, and repeat it only to repeat the same',
  )
}

/** The secret that it was kept under has left the key ring. */
function resultIsGone(): Refusal {
  return new Refusal(
    'idempotency_key_reused',
    'what came of this key can no longer be read',
    'look whether it was done; if not, send it with a new key',
  )
}
