import type { Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import type { Migration } from './folder.ts'
import type { Entry } from './history.ts'
import { invalidIndexes, someTables } from './leftovers.ts'
import { doesNothing, transactionControl, type Script } from './script.ts'
import type { Standing } from './standing.ts'

/** Refuses where an earlier migration was begun and did not end: what it left, only a person can judge. */
export async function refuseFailed(client: Client, { failed }: Standing, migrations: readonly Migration[]) {
  const [entry] = failed
  if (!entry) return
  const migration = migrations.find(({ name }) => name === entry.name)
  const indexes = await invalidIndexes(client)
  const byHand = [
    ...indexes.map((name) => `drop index concurrently if exists ${name};`),
    `update public._prisma_migrations set rolled_back_at = now() where id = '${entry.id}';`,
  ].join(' ')
  throw new Refusal(
    'history_failed',
    `${entry.name}, begun on ${entry.startedAt.toISOString()}, did not end${entry.logs ? `: ${entry.logs}` : ''}` +
      (indexes.length > 0 ? `. There is an invalid index: ${indexes.join(', ')}` : ''),
    migration && canResume(migration)
      ? `"reeve migrate rollback" undoes what it left; or undo it by hand and say so: ${byHand}`
      : `undo by hand what it left and say so: ${byHand}`,
  )
}

/** Whether what is half done can be undone by running rollback.sql: its statements stand alone anyway. */
export function canResume({ up, down }: Migration): boolean {
  return up.noTransaction || down?.noTransaction === true
}

/** Refuses where a migration that is applied has another text now. */
export function refuseEdited(edited: readonly Entry[]) {
  if (edited.length === 0) return
  throw new Refusal(
    'history_edited',
    `edited since applied: ${names(edited)}`,
    'restore the files as they were (git checkout) and put the change into a new migration',
  )
}

/** Refuses where the database has migrations that the folder lacks. */
export function refuseMissing(missing: readonly Entry[], ahead: boolean) {
  if (missing.length === 0) return
  throw ahead
    ? new Refusal(
        'database_ahead',
        `the database is ahead of this code: it has ${names(missing)}`,
        'use the release that has them, or roll them back with it first ("reeve migrate rollback")',
      )
    : new Refusal(
        'database_ahead',
        `the database has migrations that the folder lacks: ${names(missing)}`,
        'bring the folders back from version control: what is applied somewhere stays in the folder',
      )
}

/** Refuses to take back what an application has applied whose folder is not here: its way back is there. */
export function refuseElsewhere(entries: readonly Entry[]) {
  if (entries.length === 0) return
  throw new Refusal(
    'database_ahead',
    `these are migrations of an application whose folder is not here: ${names(entries)}`,
    'go to where its prisma/migrations is, or name that folder: --folder <folder>',
  )
}

/** Refuses a database that has tables but no history: nobody can tell which migrations they stand for. */
export async function refuseUnlessEmpty(client: Client) {
  const tables = await someTables(client)
  if (tables.length === 0) return
  throw new Refusal(
    'history_missing',
    `the database is not empty (${tables.join(', ')}) and has no history of migrations`,
    'migrate an empty database; to adopt this one, first write into a history which migrations its tables ' +
      'stand for: "npx prisma migrate resolve --applied <name>" does, once for each',
  )
}

/** Refuses a pending migration that could not be applied as a whole, or that has no way back. */
export function refuseUnsound({ name, up, down, applications }: Migration) {
  if (doesNothing(up)) {
    throw new Refusal(
      'migration_invalid',
      `${up.file} does nothing`,
      'write its statements, or remove the folder',
    )
  }
  refuseTransactionControl(up)
  if (!down) {
    throw new Refusal(
      'rollback_missing',
      `${name} has no way back: its rollback.sql is missing`,
      'write it, beginning with "-- Loses: <what is gone afterwards>", or with "-- Irreversible: <why>"' +
        (applications ? '; --reeve-only leaves your own migrations out' : ''),
    )
  }
  if (!down.loses && !down.irreversible) {
    throw new Refusal(
      'rollback_missing',
      `${down.file} does not say what it loses`,
      'begin it with "-- Loses: <what is gone afterwards>", which may be "nothing"',
    )
  }
  refuseTransactionControl(down)
}

/** Refuses a script that begins or ends transactions: its row of history would not stand and fall with it. */
export function refuseTransactionControl(script: Script) {
  const statement = transactionControl(script)
  if (!statement) return
  throw new Refusal(
    'migration_invalid',
    `${script.file} line ${statement.line}: "${statement.words.slice(0, 2).join(' ')}" is not for a migration to say`,
    'remove it: the migrator runs each script in one transaction, together with its row of history',
  )
}

/** The refusal for a history that nobody we may act as can read and write. */
export function unreadable({ user }: Client): Refusal {
  return new Refusal(
    'database_refused_us',
    `${user} may not read and write public._prisma_migrations`,
    'set DATABASE_ADMIN_URL to the login that migrates, or grant this one: ' +
      `grant select, insert, update on public._prisma_migrations to "${user}"`,
  )
}

function names(entries: readonly Entry[]): string {
  return entries.map(({ name }) => name).join(', ')
}
