import pg from 'pg'
import type { Database } from '../../database/database.ts'
import { everything, Leak, nothing } from './look.ts'

type Found = { tenant: string | null; actor: string; rows: string[]; pid: number }

/** So many connections are held at once beside those of the pool: what a pooler keeps for whoever comes next. */
const besideMost = 50

/**
 * Holds every connection that PostgreSQL has with the application at once, through whatever stands between, and looks for
 * what somebody declared there. One that could not be reached counts as a leak: nobody has looked.
 */
export async function leftBehind(
  { pool }: Database,
  admin: pg.Pool,
): Promise<{ connections: number; leaks: string[] }> {
  const backends = await backendsOf(admin)
  const held: pg.ClientBase[] = []
  const seen = new Set<number>()
  const leaks: string[] = []
  const beside: pg.Client[] = []
  try {
    while (held.length < backends.size + besideMost && [...backends].some((pid) => !seen.has(pid))) {
      if (held.length >= backends.size && held.length >= pool.options.max!) break
      const client = held.length < pool.options.max! ? await pool.connect() : await another(pool, beside)
      held.push(client)
      await client.query('begin')
      const { rows } = await client.query<Found>(everything.text)
      for (const found of rows) {
        seen.add(found.pid)
        leaks.push(...leakIn(found))
      }
    }
  } finally {
    for (const client of held) await client.query('rollback').catch(() => {})
    for (const client of held) if ('release' in client) (client as pg.PoolClient).release()
    for (const client of beside) await client.end()
  }
  const still = await backendsOf(admin)
  for (const pid of backends)
    if (still.has(pid) && !seen.has(pid)) leaks.push(`connection ${pid} was not reached`)
  return { connections: seen.size, leaks }
}

async function backendsOf(admin: pg.Pool): Promise<Set<number>> {
  const { rows } = await admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and usename = 'reeve_app'`,
  )
  return new Set(rows.map(({ pid }) => pid))
}

async function another({ options }: pg.Pool, beside: pg.Client[]): Promise<pg.Client> {
  const client = new pg.Client(options)
  beside.push(client)
  await client.connect()
  return client
}

function leakIn(found: Found): string[] {
  try {
    nothing(found)
    return []
  } catch (error) {
    if (!(error instanceof Leak)) throw error
    return [`left on connection ${found.pid}: ${error.message}`]
  }
}
