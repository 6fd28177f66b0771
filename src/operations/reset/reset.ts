import pg from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import { deploy } from '../migrate/deploy.ts'
import { rollback } from '../migrate/rollback.ts'
import type { Migrating } from '../migrate/session.ts'

/** What a reset would lose. */
export type Loss = { host: string; database: string; tenants: number; users: number }

const ours = `(
  select c.oid from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (pg_get_userbyid(c.relowner) = 'reeve_owner' or c.relname = '_prisma_migrations')
)`

/**
 * What is in the way of a reset, or what it would lose. Refuses a database that is not on this machine
 * (`not_in_production`), and one that holds tables of somebody else (`still_in_use`), and names them.
 */
export async function beforeReset(connect: () => pg.ClientConfig): Promise<Loss> {
  const client = new pg.Client(connect())
  await client.connect()
  try {
    const { host } = client
    if (!['127.0.0.1', '::1', 'localhost'].includes(host)) throw notHere(host)
    const { rows: foreign } = await client.query<{ name: string }>(`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and oid not in ${ours}
      order by 1 limit 10`)
    if (foreign.length > 0) throw othersLiveHere(foreign.map(({ name }) => name))
    const { rows } = await client.query<{ database: string; migrated: boolean }>(
      "select current_database() as database, to_regclass('public.users') is not null as migrated",
    )
    const { database, migrated } = rows[0]!
    if (!migrated) return { host, database, tenants: 0, users: 0 }
    const { rows: counted } = await client.query<{ tenants: number; users: number }>(
      'select (select count(*) from tenants)::integer as tenants, (select count(*) from users)::integer as users',
    )
    return { host, database, ...counted[0]! }
  } finally {
    await client.end()
  }
}

/** Takes every migration back and applies them all again: an empty database of the current version. */
export async function reset(to: Migrating): Promise<void> {
  await rollback({ ...to, reach: { steps: 'all' }, consent: async () => true })
  await deploy(to)
}

function notHere(host: string): Refusal {
  return new Refusal(
    'not_in_production',
    `the database is on ${host}, and a reset is for this machine only`,
    'to empty that one, roll it back: reeve migrate rollback --all',
  )
}

function othersLiveHere(names: string[]): Refusal {
  return new Refusal(
    'still_in_use',
    `this database holds more than Reeve: ${names.join(', ')}`,
    'move those tables elsewhere first, or use a database of its own',
  )
}
