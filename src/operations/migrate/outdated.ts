import { join } from 'node:path'
import type { ClientConfig } from 'pg'
import { toFailure } from '../../database/failure.ts'
import { home } from '../../foundation/package.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { houseRoles } from './roles.ts'
import type { Migrating, Progress } from './session.ts'
import { status, type Status } from './status.ts'

/** The migrations of this package, for the database that is connected to; an application may have its own there. */
export function ownMigrations(connect: () => ClientConfig, progress?: Progress): Migrating {
  const prisma = join(home, 'prisma')
  const folder = join(prisma, 'migrations')
  return { connect, folder, application: null, roles: houseRoles(prisma), progress }
}

/** What a schema that is not there, or an old one, looks like from above. */
const looksOutdated = ['internal', 'database_refused_us', 'unsafe_role']

/** What nobody could explain is explained by migrations that are pending, where there are some. */
export async function behindPending(reason: unknown, options: Migrating): Promise<unknown> {
  const failure = toFailure(reason, 'statement')
  if (failure instanceof Refusal && !looksOutdated.includes(failure.code)) return reason
  const pending = await pendingIn(options)
  return pending === 0 ? reason : outdated(`${pending} migrations are pending`, reason)
}

/**
 * Refuses a database that is not migrated to where this package is (`schema_outdated`). Needs no more than the right to
 * connect, but may be told nothing then: `unreadable`.
 */
export async function refuseOutdated(options: Migrating): Promise<Status['history']> {
  const { pending, history } = await status(options)
  if (pending.length > 0) throw outdated(`${pending.length} migrations are pending`)
  return history
}

/** For a schema of which somebody knows that it does not fit. */
export function outdated(why: string, cause?: unknown): Refusal {
  return new Refusal(
    'schema_outdated',
    `the schema of this database is not that of this version: ${why}`,
    'run "reeve migrate deploy", with the login that may change the schema',
    cause === undefined ? {} : { cause },
  )
}

async function pendingIn(options: Migrating): Promise<number> {
  try {
    return (await status(options)).pending.length
  } catch {
    return 0 // then that is not what is wrong
  }
}
