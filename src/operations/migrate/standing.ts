import { isUnedited } from './checksum.ts'
import type { Migration } from './folder.ts'
import type { Entry } from './history.ts'

/** How the folder and the history of a database stand to each other. */
export type Standing = {
  /** Applied and not rolled back, in the order in which they were applied. */
  applied: Entry[]
  /** Not applied, in the order of their names: the order in which they will be. */
  pending: Migration[]
  /** Begun and neither finished nor rolled back. */
  failed: Entry[]
  /** Applied, and their file is another one since. */
  edited: Entry[]
  /** Applied, and the folder does not have them. */
  missing: Entry[]
  /** Rolled back and not applied again: the last attempt of each. */
  rolledBack: Entry[]
  /** Pending, although younger ones are applied: they came in from another branch. */
  late: Migration[]
  /** The newest of the missing is younger than all the folder has: the code is older than the database. */
  ahead: boolean
}

/** Compares the folder with the history. An attempt that was rolled back counts for nothing, as in Prisma. */
export function compare(migrations: readonly Migration[], entries: readonly Entry[]): Standing {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const valid = entries.filter(({ rolledBackAt }) => !rolledBackAt)
  const applied = lastOfEach(valid.filter(({ finishedAt }) => finishedAt))
  const failed = valid.filter(({ finishedAt }) => !finishedAt)

  const begun = new Set(valid.map(({ name }) => name))
  const pending = migrations.filter(({ name }) => !begun.has(name))
  const missing = [...applied, ...failed].filter(({ name }) => !known.has(name))
  const newest = highest(applied)
  return {
    applied,
    pending,
    failed,
    edited: applied.filter(
      ({ name, checksum }) => known.has(name) && !isUnedited(known.get(name)!.content, checksum),
    ),
    missing,
    rolledBack: lastOfEach(entries.filter(({ name, rolledBackAt }) => rolledBackAt && !begun.has(name))),
    late: pending.filter(({ name }) => name < newest),
    ahead: missing.length > 0 && highest(missing) > highest(migrations),
  }
}

function lastOfEach(entries: Entry[]): Entry[] {
  return entries.filter(({ name }, i) => !entries.slice(i + 1).some((later) => later.name === name))
}

function highest(named: readonly { name: string }[]): string {
  return named.reduce((top, { name }) => (name > top ? name : top), '')
}
