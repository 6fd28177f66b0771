import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { toFailure } from '../../database/failure.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { deploy } from '../migrate/deploy.ts'
import { rollback } from '../migrate/rollback.ts'
import type { Migrating } from '../migrate/session.ts'
import { strangersIn } from './strangers.ts'

/** What a reset would lose. */
export type Loss = { host: string; database: string; tenants: number; users: number }

const migrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

/**
 * What is in the way of a reset, or what it would lose. Refuses a database that is not on this machine
 * (`not_in_production`) before it connects to it, and one in which more lives than our migrations made
 * (`still_in_use`), and names what that is.
 */
export async function beforeReset(connect: () => pg.ClientConfig, folder = migrations): Promise<Loss> {
  const client = new pg.Client(connect())
  const { host } = client
  if (!isHere(host)) throw notHere(host)
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw toFailure(error, 'connect')
  })
  try {
    const strangers = await strangersIn(client, folder)
    if (strangers.length > 0) throw othersLiveHere(strangers)
    const { rows } = await client.query<{ database: string; migrated: boolean }>(
      "select current_database() as database, to_regclass('public.users') is not null as migrated",
    )
    const { database, migrated } = rows[0]!
    if (!migrated) return { host, database, tenants: 0, users: 0 }
    const { rows: counted } = await client.query<{ tenants: number; users: number }>(
      'select (select count(*) from public.tenants)::integer as tenants, (select count(*) from public.users)::integer as users',
    )
    return { host, database, ...counted[0]! }
  } finally {
    await client.end()
  }
}

/**
 * Takes every migration back and applies them all again: an empty database of the current version. What
 * `beforeReset` refuses is refused here too, and so is production.
 */
export async function reset({
  environment,
  ...to
}: Migrating & { environment?: string | undefined }): Promise<void> {
  if (environment === 'production') {
    throw new Refusal('not_in_production', 'a reset is for development', 'use a database for development')
  }
  await beforeReset(to.connect, to.folder)
  await rollback({ ...to, reach: { steps: 'all' }, consent: async () => true })
  await deploy(to)
}

/** This machine, or a socket in one of its folders. */
function isHere(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host) || host.startsWith('/')
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
