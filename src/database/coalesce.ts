import { Refusal } from '../foundation/refusal.ts'
import type { Database } from './database.ts'

export type Bounds = {
  keysPerBatch: number
  batchesInFlight: number
  /** So many need not wait for the end of the turn: PostgreSQL looks for them while we hear who else is asking. */
  enough: number
  /** So many may wait for the next batch; the next one is turned away at once. */
  waiting: number
}

type LookUp<Key, Value> = { key: Key; resolve: (value: Value) => void; reject: (error: unknown) => void }

/** The same for each database: a look-up that everybody in this process shares. */
export function coalesced<Key, Value>(
  ask: (database: Database, keys: readonly Key[]) => Promise<readonly Value[]>,
  bounds?: Partial<Bounds>,
): (database: Database, key: Key) => Promise<Value> {
  const lookUps = new WeakMap<Database, (key: Key) => Promise<Value>>()
  return (database, key) => {
    const known = lookUps.get(database)
    if (known) return known(key)
    const lookUp = coalesce((keys: readonly Key[]) => ask(database, keys), bounds)
    lookUps.set(database, lookUp)
    return lookUp(key)
  }
}

/**
 * Makes few questions of many small ones: what is asked in one turn of the event loop leaves together, many in parts,
 * and while as many batches are under way as may be, the next one grows. Whoever asks alone does not wait for company.
 * `ask` answers in the order of its keys. A key that the database cannot read fails alone; an outage fails everybody
 * who asked, and nobody who asks later.
 */
export function coalesce<Key, Value>(
  ask: (keys: readonly Key[]) => Promise<readonly Value[]>,
  {
    keysPerBatch = 256,
    batchesInFlight = 2,
    enough = 16,
    waiting: mostWaiting = 10_000,
  }: Partial<Bounds> = {},
): (key: Key) => Promise<Value> {
  const waiting: LookUp<Key, Value>[] = []
  let inFlight = 0
  let leaving = false

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= mostWaiting) return reject(tooManyWaiting())
      waiting.push({ key, resolve, reject })
      if (waiting.length >= enough) leave()
      else leaveSoon()
    })

  function leaveSoon(): void {
    if (leaving || waiting.length === 0 || inFlight >= batchesInFlight) return
    leaving = true
    setImmediate(() => {
      leaving = false
      leave()
    })
  }

  function leave(): void {
    while (waiting.length > 0 && inFlight < batchesInFlight) {
      inFlight++
      void answer(waiting.splice(0, keysPerBatch)).finally(() => {
        inFlight--
        leaveSoon()
      })
    }
  }

  async function answer(batch: LookUp<Key, Value>[]): Promise<void> {
    try {
      const values = await ask(batch.map(({ key }) => key))
      for (const [i, { resolve }] of batch.entries()) resolve(values[i] as Value)
    } catch (error) {
      if (batch.length === 1 || !isAboutOneKey(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      const middle = batch.length >> 1
      await answer(batch.slice(0, middle))
      await answer(batch.slice(middle))
    }
  }
}

/** Halving until the key is found costs a few questions more; it is worth it only where the others can be saved. */
function isAboutOneKey(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'invalid_request' || error.code === 'too_large')
}

function tooManyWaiting(): Refusal {
  return new Refusal(
    'database_busy',
    'too many look-ups are waiting for the database',
    'try again in a moment',
  )
}
