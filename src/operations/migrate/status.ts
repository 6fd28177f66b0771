import { readMigrations } from './application.ts'
import { findHistory, readHistory, type Entry } from './history.ts'
import { presentOwner } from './roles.ts'
import { withClient, type Migrating } from './session.ts'
import { compare, type Standing } from './standing.ts'

/** Where a database stands. Lists are in the order of their happening, `pending` in the order of its names. */
export type Status = {
  /** `unreadable`: there is a history, but this login may not read it; then nothing is known but the folder. */
  history: 'read' | 'absent' | 'unreadable'
  upToDate: boolean
  applied: { name: string; at: Date; ms: number }[]
  pending: { name: string; late: boolean; reversible: boolean }[]
  failed: { name: string; at: Date; logs: string | null }[]
  /** Applied, and the file is another one since. */
  edited: string[]
  /** Applied, and not in the folder; with `ahead`, because the code is older than the database. */
  missing: string[]
  /** Applied, and of an application whose folder is not here; nothing is wrong with that. */
  elsewhere: string[]
  ahead: boolean
  /** Rolled back and not applied again. */
  rolledBack: { name: string; at: Date }[]
}

/** Compares the folder with the database and changes nothing; needs no more than the right to connect. */
export async function status(options: Migrating): Promise<Status> {
  const migrations = await readMigrations(options)
  return withClient(options, async (client) => {
    const history = await findHistory(client, await presentOwner(client, options.roles))
    if (!history.exists) return report('absent', compare(migrations, []))
    if (history.reader === undefined) return { ...report('unreadable', compare([], [])), upToDate: false }
    const entries = await readHistory(client, history.reader)
    return report('read', compare(migrations, entries, options.application))
  })
}

function report(history: Status['history'], standing: Standing): Status {
  const { applied, pending, failed, edited, missing, elsewhere, rolledBack, late, ahead } = standing
  const names = (entries: readonly Entry[]) => entries.map(({ name }) => name)
  return {
    history,
    upToDate: [pending, failed, edited, missing].every(({ length }) => length === 0),
    applied: applied.map(({ name, startedAt, finishedAt }) => ({
      name,
      at: finishedAt!,
      ms: finishedAt!.valueOf() - startedAt.valueOf(),
    })),
    pending: pending.map((migration) => ({
      name: migration.name,
      late: late.includes(migration),
      reversible: migration.down !== undefined && !migration.down.irreversible,
    })),
    failed: failed.map(({ name, startedAt, logs }) => ({ name, at: startedAt, logs })),
    edited: names(edited),
    missing: names(missing),
    elsewhere: names(elsewhere),
    ahead,
    rolledBack: rolledBack.map(({ name, rolledBackAt }) => ({ name, at: rolledBackAt! })),
  }
}
