import pg from 'pg'
import { Refusal } from '../foundation/refusal.ts'
import { toFailure } from './failure.ts'
import { settleEach, type Pooler } from './pooler.ts'

/** Where PostgreSQL is and how long we wait for it. All times in milliseconds; every wait has a bound. */
export type Access = {
  host: string
  port: number
  user: string
  password: string
  database: string
  ssl?: pg.PoolConfig['ssl']
  /** The role to act as, where the login itself may do more than it should (development only). */
  role?: string
  /** Where one stands before PostgreSQL, and how it treats us. */
  pooler?: Pooler
  poolSize: number
  /** Both for a new connection and for one that is busy elsewhere. */
  acquireTimeoutMs: number
  statementTimeoutMs: number
  lockTimeoutMs: number
  idleInTransactionTimeoutMs: number
}

/** So many may wait for a connection; the next is turned away at once instead of after a time-out. */
const waitingPerConnection = 50

/** A pool whose sessions keep UTC and our bounds. Opens nothing until the first use. */
export function openPool(access: Access): pg.Pool {
  const settings = {
    timezone: 'UTC',
    // Each of our statements walks one index whatever its values are (`npm run drill:plans`), and to plan it for them, as
    // PostgreSQL likes to for arrays and limits, costs more than to execute it.
    plan_cache_mode: 'force_generic_plan',
    statement_timeout: access.statementTimeoutMs,
    lock_timeout: access.lockTimeoutMs,
    idle_in_transaction_session_timeout: access.idleInTransactionTimeoutMs,
    ...(access.role ? { role: access.role } : {}),
  }
  const pool = new pg.Pool({
    host: access.host,
    port: access.port,
    user: access.user,
    password: access.password,
    database: access.database,
    ...(access.ssl === undefined ? {} : { ssl: access.ssl }),
    application_name: 'reeve',
    max: access.poolSize,
    connectionTimeoutMillis: access.acquireTimeoutMs,
    // A server that went silent without closing: its own time-out never reaches us.
    query_timeout: access.statementTimeoutMs + 5_000,
    keepAlive: true,
    ...(access.pooler ? {} : { options: optionsOf(settings) }),
  })
  const { pooler } = access
  if (pooler) pool.on('connect', (client) => settleEach(client, settings, pooler))
  // An idle connection that dies is dropped by the pool; without a listener it would end the process.
  pool.on('error', ignore)
  // One that dies while we have it says so here, too; the next statement fails. From its first moment on: PostgreSQL may end it
  // in the same breath as it lets us in, before whoever asked for it hears that it is theirs.
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** A connection of our own until it is given back; refuses at once when too many wait already. */
export async function acquire(pool: pg.Pool): Promise<pg.PoolClient> {
  if (pool.waitingCount >= waitingPerConnection * pool.options.max!) {
    throw new Refusal(
      'database_busy',
      'too many requests are waiting for a database connection',
      'try again in a moment',
    )
  }
  try {
    return await pool.connect()
  } catch (error) {
    throw toFailure(error, 'connect')
  }
}

/** Ends what `acquire` began. A connection in a state that we do not know is closed, not reused. */
export function giveBack(client: pg.PoolClient, broken: boolean): void {
  client.release(broken)
}

function optionsOf(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

function ignore(): void {}
