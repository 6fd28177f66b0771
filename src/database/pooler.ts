import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { withClient } from './client.ts'
import { naming, type Step } from './flight.ts'
import { sql } from './sql.ts'

/**
 * What stands between us and PostgreSQL, as we found it by asking: no pooler says what it is. Where one does, settings
 * travel with every transaction, for it takes none at the start, or gives them to somebody else.
 */
export type Pooler = {
  /** `transaction`: our next transaction may be on another connection of PostgreSQL. */
  mode: 'session' | 'transaction'
  /** Whether a statement that was prepared is there in the next transaction. Once it was not, it is not. */
  named: boolean
}

/** So often we look whether our connection is moved; on a busy pooler it may come back to where it was, but not each time. */
const rounds = 8
/** A pooler that has a single connection for us lets the second wait. */
const probe = { query_timeout: 2_000 }

/**
 * How a pooler treats us: one connection prepares a statement, another takes the connection of PostgreSQL that was used for
 * it, and the first asks for its statement. PgBouncer from 1.21 on brings it along, where `max_prepared_statements` says so.
 */
export async function findPooler(settings: pg.ClientConfig): Promise<Pooler> {
  const shared: Pooler = { mode: 'transaction', named: false }
  const name = `reeve_probe_${randomBytes(6).toString('hex')}`
  const work = (first: pg.Client) =>
    withClient({ ...settings, ...probe }, async (second) => {
      const ask = { name, text: 'select pg_backend_pid() as pid' }
      const home = await pidOf(first, ask)
      for (let round = 0; round < rounds; round++) {
        await second.query('begin')
        await pidOf(second, { text: ask.text })
        const now = await pidOf(first, ask)
        await second.query('rollback')
        if (now !== home) return { ...shared, named: true }
      }
      return { mode: 'session' as const, named: true }
    })
  return withClient({ ...settings, ...probe }, work).catch((error: { code?: string; message: string }) => {
    const lost = error.code === '26000' || error.code === '42P05'
    if (lost || error.message === 'Query read timeout') return shared
    throw error
  })
}

/** The same for a place of which nothing is known yet; undefined where PostgreSQL itself answers. */
export async function lookForPooler(settings: pg.ClientConfig): Promise<Pooler | undefined> {
  const pooled = await withClient(settings, async (client) =>
    isPooled(client, await pidOf(client, { text: 'select pg_backend_pid() as pid' })),
  )
  return pooled ? findPooler(settings) : undefined
}

/** Whether PostgreSQL calls the connection by another number than we were told: then somebody stands between. */
export function isPooled(client: pg.ClientBase, pid: number): boolean {
  return (client as { processID?: number | null }).processID !== pid
}

const settle = sql(
  'settle',
  {},
  'select from unnest($1::text[], $2::text[]) as s (name, value) where set_config(name, value, true) is null',
)

const settled = new WeakMap<pg.ClientBase, readonly Step[]>()

/** From now on every transaction of a connection begins with its settings, and names statements only if it may. */
export function settleEach(client: pg.ClientBase, settings: Record<string, unknown>, pooler: Pooler): void {
  const values = [Object.keys(settings), Object.values(settings).map(String)]
  settled.set(client, [{ sql: settle, values }])
  naming(client, pooler)
}

/** What a transaction on this connection has to begin with; nothing where PostgreSQL itself was told at the start. */
export function settingsOf(client: pg.ClientBase): readonly Step[] {
  return settled.get(client) ?? none
}

/** What is not as it would be without a pooler, for whoever runs the server; nothing where there is none. */
export function noteOf(pooler: Pooler | undefined): string | undefined {
  if (!pooler) return undefined
  const settings = 'settings travel with each transaction'
  if (pooler.named) return `a pooler in ${pooler.mode} mode stands before PostgreSQL: ${settings}`
  return `a pooler in ${pooler.mode} mode stands before PostgreSQL: ${settings}, and prepared statements are off, for it loses them (PgBouncer before 1.21, or without max_prepared_statements)`
}

const none: readonly Step[] = []

async function pidOf(client: pg.Client, ask: pg.QueryConfig): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(ask)
  return rows[0]!.pid
}
