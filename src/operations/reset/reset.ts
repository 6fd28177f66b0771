import pg from 'pg'
import { withClient } from '../../database/client.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { deploy } from '../migrate/deploy.ts'
import { rollback } from '../migrate/rollback.ts'
import type { Migrating } from '../migrate/session.ts'
import { strangersIn } from './strangers.ts'

/** What a reset would lose. */
export type Loss = { database: string; tenants: number; users: number }

/** Where to reset; the environment is what the configuration says. */
type Resetting = Pick<Migrating, 'connect' | 'folder' | 'application'> & { environment?: string | undefined }

/**
 * What is in the way of a reset, or what it would lose. Refuses production, and a database that is not on this machine
 * (`not_in_production`), before it connects, and one in which more lives than our migrations made (`still_in_use`), and
 * names what that is.
 */
export async function beforeReset({ connect, environment, ...folders }: Resetting): Promise<Loss> {
  if (environment === 'production') throw production()
  const settings = connect()
  const { host } = new pg.Client(settings)
  if (!isHere(host)) throw notHere(host)
  return withClient(settings, async (client) => {
    const strangers = await strangersIn(client, folders)
    if (strangers.length > 0) throw othersLiveHere(strangers)
    const { rows } = await client.query<{ database: string; migrated: boolean }>(
      "select current_database() as database, to_regclass('public.users') is not null as migrated",
    )
    const { database, migrated } = rows[0]!
    if (!migrated) return { database, tenants: 0, users: 0 }
    const { rows: counted } = await client.query<{ tenants: number; users: number }>(
      'select (select count(*) from public.tenants)::integer as tenants, (select count(*) from public.users)::integer as users',
    )
    return { database, ...counted[0]! }
  })
}

/**
 * Takes every migration back and applies them all again: an empty database of the current version. What
 * `beforeReset` refuses is refused here too.
 */
export async function reset(to: Migrating & Resetting): Promise<void> {
  await beforeReset(to)
  await rollback({ ...to, reach: { steps: 'all' }, consent: async () => true })
  await deploy(to)
}

/** This machine, or a socket in one of its folders. */
function isHere(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host) || host.startsWith('/')
}

function production(): Refusal {
  return new Refusal('not_in_production', 'a reset is for development', 'use a database for development')
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
