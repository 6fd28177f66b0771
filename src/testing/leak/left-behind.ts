import pg from 'pg'
import type { Database } from '../../database/database.ts'
import { acquire, giveBack } from '../../database/pool.ts'
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
  const own: pg.PoolClient[] = []
  const beside: pg.Client[] = []
  const seen = new Set<number>()
  const leaks: string[] = []
  // a transaction that is open keeps its connection, so each that is begun is on another one
  const lookThrough = async (client: pg.ClientBase) => {
    try {
      await client.query('begin')
      const { rows } = await client.query<Found>(everything.text)
      for (const found of rows) leaks.push(...leakIn(found, seen))
    } catch {
      // killed a moment ago, it has nothing left
    }
  }
  try {
    // two at least, also where all were killed a moment ago: that somebody looked is told by how many were looked at
    const most = Math.min(Math.max(backends.size, 2), pool.options.max!)
    while (own.length < most) await lookThrough(own[own.push(await acquire(pool)) - 1]!)
    while (beside.length < besideMost && [...backends].some((pid) => !seen.has(pid))) {
      if (own.length + beside.length >= backends.size) break
      await lookThrough(beside[beside.push(await another(pool)) - 1]!)
    }
  } finally {
    for (const client of own) giveBack(client, true)
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

async function another({ options }: pg.Pool): Promise<pg.Client> {
  const client = new pg.Client(options)
  client.on('error', () => {})
  await client.connect()
  return client
}

function leakIn(found: Found, seen: Set<number>): string[] {
  seen.add(found.pid)
  try {
    nothing(found)
    return []
  } catch (error) {
    if (!(error instanceof Leak)) throw error
    return [`left on connection ${found.pid}: ${error.message}`]
  }
}
