import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import type { Migrating } from './session.ts'

/** The advisory lock of Prisma's schema engine, so that its tools and we keep each other out. */
const key = 72707369

/** Holds the one place for a migrator in this database while it works. Waits for another, but not for ever. */
export async function withLock<T>(client: Client, to: Migrating, work: () => Promise<T>): Promise<T> {
  await acquire(client, to)
  try {
    return await work()
  } finally {
    await release(client, to)
  }
}

/** Whether this very connection still holds the lock: behind a transaction pooler it may have become another's. */
export async function refuseWithoutLock(client: Client): Promise<void> {
  const { rowCount } = await client.query(
    `select from pg_locks
      where locktype = 'advisory' and granted and pid = pg_backend_pid()
        and classid = 0 and objid = ${key} and objsubid = 1`,
  )
  if (rowCount !== 0) return
  throw new Refusal(
    'migration_locked',
    'the lock of the migrator is no longer held by this connection',
    'connect to PostgreSQL itself, not through a pooler that shares connections between transactions',
  )
}

async function acquire(client: Client, { progress, waitMs = 60_000 }: Migrating): Promise<void> {
  const deadline = Date.now() + waitMs
  for (let told = ''; ; await pause(200)) {
    const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${key}) as got`)
    if (rows[0]?.got) return

    const holder = await holderOf(client)
    if (Date.now() >= deadline) {
      throw new Refusal(
        'migration_locked',
        `another migrator is at work (${holder}) and did not end within ${waitMs / 1000} s`,
        'wait for it and try again; if it is dead, end it: select pg_terminate_backend(<pid>)',
      )
    }
    if (holder !== told) progress?.({ message: `waiting for another migrator (${holder})` })
    told = holder
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string | null; since: string | null }>(`
    select l.pid, nullif(a.application_name, '') as name, to_char(a.backend_start, 'HH24:MI:SS TZ') as since
      from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted
       and l.classid = 0 and l.objid = ${key} and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())`)
  const [holder] = rows
  if (!holder) return 'just ending'
  return [`pid ${holder.pid}`, holder.name, holder.since && `connected ${holder.since}`]
    .filter(Boolean)
    .join(', ')
}

/** A connection that broke has lost its lock with it. */
async function release(client: Client, { progress }: Migrating): Promise<void> {
  const answer = await client
    .query<{ held: boolean }>(`select pg_advisory_unlock(${key}) as held`)
    .catch(() => undefined)
  if (answer?.rows[0]?.held === false)
    progress?.({ message: 'the lock of the migrator was gone before its end' })
}
