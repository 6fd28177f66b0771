import { PrismaPg } from '@prisma/adapter-pg'
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  Transaction as PrismaTransaction,
} from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { Refusal } from '../foundation/refusal.ts'
import { commit, rollback, Transaction, tryTo, type Database, type QueryLog } from './database.ts'
import { DatabaseFailure, toFailure } from './failure.ts'
import { acquire, giveBack } from './pool.ts'
import { scopes, type Scope } from './prisma-scope.ts'
import { statementNames } from './prisma-statement-names.ts'
import { sql } from './sql.ts'

/**
 * Prisma on our pool. Its own adapter sends the statements; transactions are ours: they declare their context, and
 * begin with the first statement, in the same round trip as the declaration.
 */
export function tenantAdapter(database: Database): SqlDriverAdapterFactory {
  return adapterOn(
    async () => database,
    async () => {},
  )
}

/** The same on a database that is opened when Prisma connects, and closed when it disconnects. */
export function adapterOn(
  open: () => Promise<Database>,
  close: (database: Database) => Promise<void>,
): SqlDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect(): Promise<SqlDriverAdapter> {
      const database = await open()
      const nameOf = statementNames()
      const named = () => database.pooler?.named ?? true
      // pg treats an empty name as none
      const stock = new PrismaPg(database.pool, {
        statementNameGenerator: ({ sql }) => (named() && nameOf(sql)) || '',
      })
      const adapter = await stock.connect()
      const dispose = adapter.dispose.bind(adapter)
      return Object.assign<SqlDriverAdapter, Partial<SqlDriverAdapter>>(adapter, {
        startTransaction: (level) => startTransaction(database, adapter, level),
        dispose: async () => {
          await dispose()
          await close(database)
        },
      })
    },
  }
}

async function startTransaction(
  { pool, log }: Database,
  adapter: SqlDriverAdapter,
  level: string | undefined,
): Promise<PrismaTransaction> {
  const scope = scopes.getStore()
  if (!scope) throw forNobody()
  if (scope.begun) throw (scope.refused = beside())
  if (level && level.toLowerCase() !== (scope.context.isolation ?? 'read committed')) throw otherLevel()
  scope.begun = true

  const client = await acquire(pool)
  scope.transaction = new Transaction(client, scope.context, 'write', log)
  scope.transaction.queue(planForValues, [])
  return new TenantTransaction(scope, scope.transaction, client, adapter, log)
}

/** What an application asks of its own tables may need a plan for its values; only what is ours is known not to. */
const planForValues = sql('plan_for_values', {}, `select from set_config('plan_cache_mode', 'auto', true)`)

/** Also what Prisma begins by itself, for a write of several statements. */
function forNobody(): Refusal {
  return new Refusal(
    'internal',
    'a transaction of Prisma was begun without saying for whom',
    'go through withTenant(), and use the client that it gives to the work',
  )
}

/** It would be on another connection, and would not see what the first has done. */
function beside(): Refusal {
  return new Refusal(
    'internal',
    'Prisma was about to begin a second transaction beside the one that it is in',
    'use the tx that the work was given, also for a list: tx.$transaction([…])',
  )
}

/** Said to Prisma it would go unheard, for its own `begin` is not the one that is sent. */
function otherLevel(): Refusal {
  return new Refusal(
    'invalid_configuration',
    'an isolation level was said to Prisma that the context does not say',
    "leave isolationLevel out, and put isolation: 'repeatable read' into the context where you need it",
  )
}

/** What Prisma's engine holds of a transaction. We send `commit` and `rollback` ourselves, and so learn what came of them. */
class TenantTransaction implements PrismaTransaction {
  readonly provider = 'postgres'
  readonly adapterName = '@prisma/adapter-pg'
  readonly options = { usePhantomQuery: true }
  readonly #scope: Scope
  readonly #transaction: Transaction
  readonly #client: pg.PoolClient
  readonly #connection: SqlQueryable
  readonly #log: QueryLog | undefined
  #unusable = false
  /** The last that was asked, done or not: a connection answers one question after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    scope: Scope,
    transaction: Transaction,
    client: pg.PoolClient,
    adapter: SqlDriverAdapter,
    log?: QueryLog,
  ) {
    this.#scope = scope
    this.#transaction = transaction
    this.#client = client
    // the adapter's own way of asking, with one connection in the place of the pool
    this.#connection = Object.create(adapter, { client: { value: client } }) as SqlQueryable
    this.#log = log
  }

  queryRaw(query: SqlQuery) {
    return this.#inTurn(() => this.#send(query, () => this.#connection.queryRaw(query)))
  }

  executeRaw(query: SqlQuery) {
    return this.#inTurn(() => this.#send(query, () => this.#connection.executeRaw(query)))
  }

  async createSavepoint(name: string) {
    await this.executeRaw(plain(`savepoint ${name}`))
  }

  async rollbackToSavepoint(name: string) {
    await this.executeRaw(plain(`rollback to savepoint ${name}`))
  }

  async releaseSavepoint(name: string) {
    await this.executeRaw(plain(`release savepoint ${name}`))
  }

  async commit() {
    try {
      await this.#transaction.flush()
      const failure = this.#transaction.begun ? await tryTo(this.#client, commit) : undefined
      if (failure !== undefined) throw failure
    } catch (error) {
      this.#unusable = true
      throw toFailure(error, 'commit')
    } finally {
      this.#release()
    }
  }

  async rollback() {
    const failure = this.#transaction.begun ? await tryTo(this.#client, rollback) : undefined
    if (failure !== undefined) this.#unusable = true
    this.#release()
  }

  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(ask)
    this.#last = answer.catch(() => {})
    return answer
  }

  async #send<T>(query: SqlQuery, statement: () => Promise<T>): Promise<T> {
    await this.#begin()
    const started = performance.now()
    const log = (failed: object) =>
      this.#log?.({ statement: inBrief(query.sql), ms: performance.now() - started, ...failed })
    try {
      const result = await statement()
      log({})
      return result
    } catch (error) {
      log({ failed: true })
      const failure = toFailure(error, 'statement')
      if (!(failure instanceof DatabaseFailure) || failure.closesConnection) this.#unusable = true
      throw error
    }
  }

  async #begin() {
    try {
      await this.#transaction.start()
    } catch (error) {
      this.#unusable = true
      this.#scope.failure = error
      throw error
    }
  }

  #release() {
    delete this.#scope.transaction
    giveBack(this.#client, this.#unusable)
  }
}

function plain(text: string): SqlQuery {
  return { sql: text, args: [], argTypes: [] }
}

/** What is done to which table; the text itself may hold values, where somebody wrote them into it. */
function inBrief(text: string): string {
  const [, verb] = /^\s*(\w+)/.exec(text) ?? []
  const [, table] = /"public"\."(\w+)"/.exec(text) ?? []
  return ['prisma', verb?.toLowerCase(), table].filter(Boolean).join('.')
}
