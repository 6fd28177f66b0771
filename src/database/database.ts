import type pg from 'pg'
import { Refusal } from '../foundation/refusal.ts'
import { DatabaseFailure, toFailure } from './failure.ts'
import { fly, type Step, type StepResult } from './flight.ts'
import { once, type Once } from './once.ts'
import { acquire, giveBack, openPool, type Access } from './pool.ts'
import { settingsOf, type Pooler } from './pooler.ts'
import { requestBudget, withRetry } from './retry.ts'
import { sql, type RowOf, type Sql } from './sql.ts'

/** Who acts. An account is a human who signed in; a user is that human in the declared tenant. */
export type Actor =
  | { kind: 'user'; userId: string; accountId: string }
  | { kind: 'account'; accountId: string }
  | { kind: 'operator'; name: string }
  | { kind: 'nobody' }

/** What a transaction declares before it sees anything, and what the audit log will say about it. */
export type Context = {
  tenantId: string
  actor: Actor
  requestId: string
  ip?: string | undefined
  /** The work of the transaction is done once for a key; for work that writes. */
  once?: Once | undefined
  /** What the transaction read has not changed when it commits, or it is begun anew. Usual is `read committed`. */
  isolation?: 'repeatable read' | undefined
}

/** The user who acts, where it is one; null for the operator, and for an account that is nobody here. */
export function selfOf({ context: { actor } }: { readonly context: Context }): string | null {
  return actor.kind === 'user' ? actor.userId : null
}

/** What belongs to no tenant (accounts, sessions) is logged under this one. No user is in it. */
export const nilTenant = '00000000-0000-0000-0000-000000000000'

export type QueryLog = (line: { statement: string; ms: number; failed?: boolean }) => void
export type Database = { readonly pool: pg.Pool; readonly log?: QueryLog; readonly pooler?: Pooler }

/** Opens the door to PostgreSQL. Nothing is connected until the first use. */
export function openDatabase(access: Access, log?: QueryLog): Database {
  const { pooler } = access
  return { pool: openPool(access), ...(log ? { log } : {}), ...(pooler ? { pooler } : {}) }
}

/** Waits for the connections in use, then closes them all. */
export async function closeDatabase(database: Database): Promise<void> {
  await database.pool.end()
}

const begin = sql('begin', {}, 'begin')
const beginRepeatable = sql('begin_repeatable', {}, 'begin isolation level repeatable read')
const declare = sql('declare', {}, 'select from reeve.set_context($1, $2)')
const declareReadOnly = sql(
  'declare_read_only',
  {},
  `select from reeve.set_context($1, $2), set_config('transaction_read_only', 'on', true)`,
)
export const commit = sql('commit', {}, 'commit')
export const rollback = sql('rollback', {}, 'rollback')
const savepoint = sql('savepoint', {}, 'savepoint nested')
const release = sql('release', {}, 'release savepoint nested')
const rollbackTo = sql('rollback_to', {}, 'rollback to savepoint nested')

/**
 * A transaction that has declared its context. Nothing leaves before the first statement that wants an answer; then
 * `begin`, the declaration, whatever was queued and that statement travel together.
 *
 * One that only reads is never begun: what travels together is a transaction by itself, which ends with the answer. At
 * `read committed` every statement sees what is committed when it begins, so nobody can tell the difference.
 */
export class Transaction {
  readonly context: Context
  readonly client: pg.ClientBase
  readonly #log: QueryLog | undefined
  readonly #readsOnly: boolean
  #queued: Step[] = []
  /** Whether PostgreSQL has heard of it, and so must hear of its end. */
  begun = false

  constructor(client: pg.ClientBase, context: Context, mode: 'write' | 'read' = 'write', log?: QueryLog) {
    this.client = client
    this.context = context
    this.#log = log
    this.#readsOnly = mode === 'read'
  }

  /** Sends a statement along with the next one. Should it fail, the next one is not executed. */
  queue(statement: Sql, values: readonly unknown[]): void {
    this.#queued.push({ sql: statement, values })
  }

  /** Sends along that what follows is about another tenant, for the same actor. */
  declare(tenantId: string): void {
    this.queue(declare, [tenantId, actorOf(this.context)])
  }

  /** All rows. */
  async rows<S extends Sql>(statement: S, values: readonly unknown[]): Promise<RowOf<S>[]> {
    const { rows } = await this.#send(statement, values)
    return rows as RowOf<S>[]
  }

  /** The only row, or undefined. */
  async row<S extends Sql>(statement: S, values: readonly unknown[]): Promise<RowOf<S> | undefined> {
    const { rows } = await this.#send(statement, values)
    return rows[0] as RowOf<S> | undefined
  }

  /** How many rows were touched. */
  async run(statement: Sql, values: readonly unknown[]): Promise<number> {
    const { affected } = await this.#send(statement, values)
    return affected
  }

  /** Begins now, for statements that go another way than through here. */
  async start(): Promise<void> {
    if (!this.begun) await this.#fly([])
    else await this.flush()
  }

  /** Sends what is still queued; a transaction in which nothing happened is never begun. */
  async flush(): Promise<void> {
    if (this.#queued.length > 0) await this.#fly([])
  }

  async #send(statement: Sql, values: readonly unknown[]): Promise<StepResult> {
    const results = await this.#fly([{ sql: statement, values }])
    return results.at(-1)!
  }

  async #fly(last: Step[]): Promise<StepResult[]> {
    const steps = [...this.#opening(), ...this.#queued, ...last]
    this.#queued = []
    this.begun = !this.#readsOnly
    const started = performance.now()
    const log = (failed: boolean) =>
      this.#log?.({
        statement: steps.at(-1)!.sql.name,
        ms: performance.now() - started,
        ...(failed ? { failed } : {}),
      })
    try {
      const results = await fly(this.client, steps)
      log(false)
      return results
    } catch (error) {
      log(true)
      throw toFailure(error, 'statement')
    }
  }

  #opening(): Step[] {
    if (this.begun) return []
    const values = [this.context.tenantId, actorOf(this.context)]
    const settings = settingsOf(this.client)
    if (this.#readsOnly) return [...settings, { sql: declareReadOnly, values }]
    const beginning = this.context.isolation === undefined ? begin : beginRepeatable
    return [{ sql: beginning, values: [] }, ...settings, { sql: declare, values }]
  }
}

/**
 * Runs work in a transaction that sees one tenant and acts for one actor. It commits when the work is done and rolls
 * back when it throws; one transaction or none.
 */
export function inTenant<T>(
  database: Database,
  context: Context,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return transact(database, context, 'write', work)
}

/** The same for work that only reads: one round trip for each statement, and PostgreSQL refuses writes. */
export function readInTenant<T>(
  database: Database,
  context: Context,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return transact(database, context, 'read', work)
}

/** A transaction outside of any tenant: signing up and in, one's own account and sessions. */
export function outsideTenants<T>(
  database: Database,
  context: Omit<Context, 'tenantId'>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return transact(database, { ...context, tenantId: nilTenant }, 'write', work)
}

/** A transaction for the installation's operator: sees all tenants' names, and one tenant's rows where it names one. */
export function asOperator<T>(
  database: Database,
  operator: { name: string; requestId: string; tenantId?: string },
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { name, requestId, tenantId = nilTenant } = operator
  return transact(database, { tenantId, requestId, actor: { kind: 'operator', name } }, 'write', work)
}

/** Work whose failure undoes itself alone and leaves the transaction usable. */
export async function nested<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.run(savepoint, [])
  try {
    const result = await work()
    await tx.run(release, [])
    return result
  } catch (error) {
    await tx.run(rollbackTo, [])
    await tx.run(release, [])
    throw error
  }
}

/**
 * What provably did nothing (a deadlock's victim, a connection refused) is begun again, within the budget of a request;
 * and so is what may have been done, where its key tells whether it was.
 */
async function transact<T>(
  database: Database,
  context: Context,
  mode: 'write' | 'read',
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  refuseUnusable(context)
  const budget = context.once ? { ...requestBudget, repeatable: true } : requestBudget
  return withRetry(budget, () => transactOnce(database, context, mode, work))
}

async function transactOnce<T>(
  database: Database,
  context: Context,
  mode: 'write' | 'read',
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await acquire(database.pool)
  const tx = new Transaction(client, context, mode, database.log)
  let result: T
  try {
    result = mode === 'write' ? await once(tx, () => work(tx)) : await work(tx)
    await tx.flush()
  } catch (error) {
    const dead = error instanceof DatabaseFailure && error.closesConnection
    giveBack(client, dead || (tx.begun && (await tryTo(client, rollback)) !== undefined))
    throw error
  }
  const failure = tx.begun ? await tryTo(client, commit) : undefined
  giveBack(client, failure !== undefined)
  if (failure !== undefined) throw toFailure(failure, 'commit')
  return result
}

/** Ends a transaction. What comes back is why it did not end as it should have, if so. */
export async function tryTo(client: pg.ClientBase, ending: Sql): Promise<unknown> {
  try {
    const [done] = await fly(client, [{ sql: ending, values: [] }])
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK, and no error.
    if (ending === commit && done!.tag === 'ROLLBACK') return new DatabaseFailure('transaction_rollback')
    return undefined
  } catch (error) {
    return error
  }
}

function actorOf({ actor, requestId, ip }: Context): string {
  const who =
    actor.kind === 'user'
      ? { user: actor.userId, account: actor.accountId }
      : actor.kind === 'account'
        ? { account: actor.accountId }
        : actor.kind === 'operator'
          ? { operator: actor.name }
          : {}
  return JSON.stringify({ ...who, request: requestId, ip })
}

/** Types say it already; a program without them would read nothing in the name of nobody, and wonder. */
export function refuseUnusable(context: Partial<Context> | undefined): void {
  if (typeof context?.tenantId === 'string' && typeof context.actor?.kind === 'string') return
  throw new Refusal(
    'internal',
    'a transaction was begun without saying for which tenant and for whom',
    'give it a context: { tenantId, actor, requestId }, as a user of createReeve() has it',
  )
}
