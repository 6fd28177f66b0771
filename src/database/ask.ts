import type { Database } from './database.ts'
import { DatabaseFailure, toFailure } from './failure.ts'
import { fly } from './flight.ts'
import { acquire, giveBack } from './pool.ts'
import { settingsOf } from './pooler.ts'
import type { RowOf, Sql } from './sql.ts'

/**
 * One statement that needs no context and no transaction of ours, in one round trip: a look-up through a function
 * that sees what it needs and nothing more. Row-level security shows it no row of any tenant.
 */
export async function ask<S extends Sql>(
  database: Database,
  statement: S,
  values: readonly unknown[],
): Promise<RowOf<S>[]> {
  const client = await acquire(database.pool)
  const started = performance.now()
  let failure: unknown
  try {
    const results = await fly(client, [...settingsOf(client), { sql: statement, values }])
    return results.at(-1)!.rows as RowOf<S>[]
  } catch (error) {
    failure = toFailure(error, 'statement')
    throw failure
  } finally {
    giveBack(client, failure !== undefined && isUnusableAfter(failure))
    const failed = failure === undefined ? {} : { failed: true }
    database.log?.({ statement: statement.name, ms: performance.now() - started, ...failed })
  }
}

/** What nobody could name leaves the connection in a state that nobody knows. */
function isUnusableAfter(failure: unknown): boolean {
  return !(failure instanceof DatabaseFailure) || failure.closesConnection
}
