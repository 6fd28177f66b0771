import type { Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import type { Role } from './acting.ts'
import { readMigrations } from './application.ts'
import { applyMigration } from './apply.ts'
import type { Migration } from './folder.ts'
import { createHistory, findHistory, readHistory } from './history.ts'
import { withLock } from './lock.ts'
import {
  refuseEdited,
  refuseFailed,
  refuseMissing,
  refuseUnlessEmpty,
  refuseUnsound,
  unreadable,
} from './refuse.ts'
import { ensureRoles, presentOwner } from './roles.ts'
import type { Runner } from './run.ts'
import { withClient, type Migrating } from './session.ts'
import { compare, type Standing } from './standing.ts'

/** What a deploy did. */
export type Deployment = {
  applied: { name: string; ms: number }[]
  /** How many were applied before. */
  already: number
  /** What is still to be applied: the migrations beyond `to`; after a dry run, all of them. */
  pending: string[]
  /** Those of `applied` and `pending` that are older than one applied before: they came in from another branch. */
  late: string[]
  dryRun: boolean
}

/**
 * Applies what is pending, in the order of the names, each migration together with its row of history: ours first, then
 * the application's; with `to`, as far as that migration. One that is older than the last applied is applied like the others,
 * as Prisma does. What can be known beforehand is refused before the first statement runs.
 */
export async function deploy(
  options: Migrating & { to?: string | undefined; dryRun?: boolean | undefined },
): Promise<Deployment> {
  const { roles, dryRun = false } = options
  const folder = { migrations: await readMigrations(options), application: options.application }
  const wanted = options.to === undefined ? folder.migrations : upTo(folder.migrations, options.to)

  return withClient(options, async (client) => {
    if (dryRun)
      return report(await plan(client, await presentOwner(client, roles), folder, wanted), [], dryRun)

    return withLock(client, options, async () => {
      const work = await plan(client, await presentOwner(client, roles), folder, wanted)
      const owner = await ensureRoles(client, options)
      const keeper = work.due.length > 0 ? await keeperOf(client, owner) : owner
      const applied = await applyAll({ client, owner, keeper, progress: options.progress }, work.due)
      return report(work, applied, dryRun)
    })
  })
}

/** The migrations as far as the one that `to` means: its name, or its time alone. */
function upTo(migrations: readonly Migration[], to: string): readonly Migration[] {
  const at = migrations.findIndex(({ name }) => name === to || name.startsWith(`${to}_`))
  if (at >= 0) return migrations.slice(0, at + 1)
  throw new Refusal(
    'invalid_request',
    `there is no migration ${to} here`,
    `"reeve migrate status" lists them; the last one is ${migrations.at(-1)?.name ?? 'none'}`,
  )
}

type Plan = { standing: Standing; due: Migration[] }

async function plan(
  client: Client,
  owner: Role,
  { migrations, application }: { migrations: readonly Migration[] } & Pick<Migrating, 'application'>,
  wanted: readonly Migration[],
): Promise<Plan> {
  const history = await findHistory(client, owner)
  if (!history.exists) await refuseUnlessEmpty(client)
  if (history.reader === undefined) throw unreadable(client)
  const standing = compare(
    migrations,
    history.exists ? await readHistory(client, history.reader) : [],
    application,
  )

  await refuseFailed(client, standing, migrations)
  refuseMissing(standing.missing, standing.ahead)
  refuseEdited(standing.edited)
  const due = standing.pending.filter((migration) => wanted.includes(migration))
  due.forEach(refuseUnsound)
  return { standing, due }
}

/** The role that writes the history, which is made if this is the first migration. */
async function keeperOf(client: Client, owner: Role): Promise<Role> {
  const history = await findHistory(client, owner)
  if (!history.exists) await createHistory(client, owner)
  if (history.writer === undefined) throw unreadable(client)
  return history.writer
}

async function applyAll(runner: Runner, due: Migration[]): Promise<Deployment['applied']> {
  const applied: Deployment['applied'] = []
  for (const migration of due) {
    runner.progress?.({ message: `applying ${migration.name}`, done: applied.length, total: due.length })
    const started = performance.now()
    await applyMigration(runner, migration)
    applied.push({ name: migration.name, ms: Math.round(performance.now() - started) })
  }
  return applied
}

function report({ standing, due }: Plan, applied: Deployment['applied'], dryRun: boolean): Deployment {
  const names = (migrations: readonly Migration[]) => migrations.map(({ name }) => name)
  return {
    applied,
    already: standing.applied.length,
    pending: names(dryRun ? due : standing.pending.filter((migration) => !due.includes(migration))),
    late: names(standing.late),
    dryRun,
  }
}
