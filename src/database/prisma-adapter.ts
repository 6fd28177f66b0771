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

/**
 * Prisma on our pool. Its own adapter sends the statements; transactions are ours: they declare their context, and
 * begin with the first statement, in the same round trip as the declaration.
 */
export function tenantAdapter(database: Database): SqlDriverAdapterFactory {
  const nameOf = statementNames()
  // pg treats an empty name as none
  const stock = new PrismaPg(database.pool, { statementNameGenerator: ({ sql }) => nameOf(sql) ?? '' })
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    async connect(): Promise<SqlDriverAdapter> {
      const adapter = await stock.connect()
      adapter.startTransaction = () => startTransaction(database, adapter)
      return adapter
    },
  }
}

async function startTransaction(
  { pool, log }: Database,
  adapter: SqlDriverAdapter,
): Promise<PrismaTransaction> {
  const scope = scopes.getStore()
  if (!scope) throw forNobody()
  if (scope.begun) throw beside()
  scope.begun = true

  const client = await acquire(pool)
  scope.transaction = new Transaction(client, scope.context, 'write', log)
  return new TenantTransaction(scope, scope.transaction, client, adapter, log)
}

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
    'await one statement after the other, or nest: tx.$transaction(async (nested) => …)',
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
    return this.#send(query, () => this.#connection.queryRaw(query))
  }

  executeRaw(query: SqlQuery) {
    return this.#send(query, () => this.#connection.executeRaw(query))
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
