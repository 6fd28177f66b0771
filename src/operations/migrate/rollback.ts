import type { Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import { readMigrations } from './application.ts'
import { undoMigration } from './apply.ts'
import type { Migration } from './folder.ts'
import { findHistory, readHistory, type Entry } from './history.ts'
import { withLock } from './lock.ts'
import {
  canResume,
  refuseEdited,
  refuseElsewhere,
  refuseFailed,
  refuseMissing,
  refuseTransactionControl,
  unreadable,
} from './refuse.ts'
import { presentOwner } from './roles.ts'
import type { Script } from './script.ts'
import { withClient, type Migrating } from './session.ts'
import { compare } from './standing.ts'

/** What a rollback did, in the order in which it did it. */
export type Rollback = { rolledBack: { name: string; ms: number }[] }

/** How far back: so many migrations, all of them, or as far as one that stays. */
export type Reach = { steps: number | 'all' } | { to: string }

/** Asks the person who rolls back whether they accept the loss. */
export type Consent = (loss: string, name: string) => Promise<boolean>

/**
 * Takes back the last migrations, youngest first (in the order they were applied, which need not be that of their
 * names), each in one transaction with its row of history. Asks for every consent before anything runs.
 * What a `-- no-transaction` migration left unfinished is the first to go.
 */
export async function rollback(options: Migrating & { reach: Reach; consent: Consent }): Promise<Rollback> {
  const migrations = await readMigrations(options)
  return withClient(options, (client) =>
    withLock(client, options, async () => {
      const owner = await presentOwner(client, options.roles)
      const history = await findHistory(client, owner)
      if (history.reader === undefined || history.writer === undefined) throw unreadable(client)
      const entries = history.exists ? await readHistory(client, history.reader) : []

      const steps = await stepsBack(client, migrations, entries, options)
      await askConsent(steps, options.consent)
      const rolledBack: Rollback['rolledBack'] = []
      for (const { name, down } of steps) {
        options.progress?.({ message: `rolling back ${name}`, done: rolledBack.length, total: steps.length })
        const started = performance.now()
        await undoMigration({ client, owner, keeper: history.writer, progress: options.progress }, name, down)
        rolledBack.push({ name, ms: Math.round(performance.now() - started) })
      }
      return { rolledBack }
    }),
  )
}

type Step = { name: string; down: Script }

async function stepsBack(
  client: Client,
  migrations: Migration[],
  entries: Entry[],
  { reach, application }: { reach: Reach } & Pick<Migrating, 'application'>,
): Promise<Step[]> {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const standing = compare(migrations, entries, application)
  const hopeless = standing.failed.filter(({ name }) => !(known.has(name) && canResume(known.get(name)!)))
  await refuseFailed(client, { ...standing, failed: hopeless }, migrations)

  const done = [...standing.failed, ...standing.applied.toReversed()]
  const chosen = done.slice(0, countBack(done, reach))
  refuseElsewhere(chosen.filter((entry) => standing.elsewhere.includes(entry)))
  refuseMissing(
    chosen.filter((entry) => standing.missing.includes(entry)),
    standing.ahead,
  )
  refuseEdited(chosen.filter((entry) => standing.edited.includes(entry)))
  return chosen.map(({ name }) => ({ name, down: wayBack(known.get(name)!) }))
}

function countBack(done: readonly Entry[], reach: Reach): number {
  if ('to' in reach) {
    const at = done.findIndex(({ name }) => name === reach.to || name.startsWith(`${reach.to}_`))
    if (at >= 0) return at
    throw new Refusal('invalid_request', `${reach.to} is not applied`, '"reeve migrate status" lists what is')
  }
  if (reach.steps === 'all') return done.length
  if (Number.isInteger(reach.steps) && reach.steps > 0 && reach.steps <= done.length) return reach.steps
  throw new Refusal(
    'invalid_request',
    `${reach.steps} is not a number of migrations to roll back: ${done.length} are applied`,
    done.length > 0 ? `say a number from 1 to ${done.length}` : 'there is nothing to roll back',
  )
}

function wayBack({ name, down }: Migration): Script {
  if (!down) {
    throw new Refusal(
      'rollback_missing',
      `${name} has no rollback.sql`,
      'write one that undoes its migration.sql, beginning with "-- Loses: <what is gone afterwards>"',
    )
  }
  if (down.irreversible) {
    throw new Refusal(
      'rollback_missing',
      `${name} cannot be rolled back: ${down.irreversible}`,
      'write a new migration that brings about what you want, or restore a backup',
    )
  }
  refuseTransactionControl(down)
  return down
}

async function askConsent(steps: readonly Step[], consent: Consent) {
  for (const { name, down } of steps) {
    if (await consent(down.loses ?? 'something that its rollback.sql does not name', name)) continue
    throw new Refusal(
      'consent_needed',
      `nothing was rolled back: the loss of ${name} was not accepted`,
      'read what its rollback loses, and say yes to it',
    )
  }
}
