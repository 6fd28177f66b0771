import { saysItIsOurs } from './application.ts'
import { isUnedited } from './checksum.ts'
import type { Migration } from './folder.ts'
import type { Entry } from './history.ts'

/** How the folder and the history of a database stand to each other. */
export type Standing = {
  /** Applied and not rolled back, in the order in which they were applied. */
  applied: Entry[]
  /** Not applied, in the order in which they will be: ours, then the application's, each in the order of their names. */
  pending: Migration[]
  /** Begun and neither finished nor rolled back. */
  failed: Entry[]
  /** Applied, and their file is another one since. */
  edited: Entry[]
  /** Applied, and the folder does not have them. */
  missing: Entry[]
  /** Applied or begun, and of an application whose folder is not here. */
  elsewhere: Entry[]
  /** Rolled back and not applied again: the last attempt of each. */
  rolledBack: Entry[]
  /** Pending, although younger ones are applied: they came in from another branch. */
  late: Migration[]
  /** The newest of the missing is younger than all the folder has: the code is older than the database. */
  ahead: boolean
}

/**
 * Compares the folders with the history. An attempt that was rolled back counts for nothing, as in Prisma. `application`
 * says whether there may be migrations of one, and whether its folder was read (`Migrating`).
 */
export function compare(
  migrations: readonly Migration[],
  entries: readonly Entry[],
  application?: string | null,
): Standing {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const valid = entries.filter(({ rolledBackAt }) => !rolledBackAt)
  const applied = lastOfEach(valid.filter(({ finishedAt }) => finishedAt))
  const failed = valid.filter(({ finishedAt }) => !finishedAt)

  const begun = new Set(valid.map(({ name }) => name))
  const pending = migrations.filter(({ name }) => !begun.has(name))
  const isApplications = ({ name }: { name: string }) =>
    known.get(name)?.applications ?? (application !== undefined && !known.has(name) && !saysItIsOurs(name))
  const unknown = [...applied, ...failed].filter(({ name }) => !known.has(name))
  const elsewhere = application === null ? unknown.filter(isApplications) : []
  const missing = unknown.filter((entry) => !elsewhere.includes(entry))
  /** Of the application, or of us: their times have nothing to do with each other. */
  const newest = (named: readonly { name: string }[], of: { name: string }) =>
    highest(named.filter((one) => isApplications(one) === isApplications(of)))
  return {
    applied,
    pending,
    failed,
    edited: applied.filter(
      ({ name, checksum }) => known.has(name) && !isUnedited(known.get(name)!.content, checksum),
    ),
    missing,
    elsewhere,
    rolledBack: lastOfEach(entries.filter(({ name, rolledBackAt }) => rolledBackAt && !begun.has(name))),
    late: pending.filter((migration) => migration.name < newest(applied, migration)),
    ahead: missing.some((entry) => entry.name > newest(migrations, entry)),
  }
}

function lastOfEach(entries: Entry[]): Entry[] {
  return entries.filter(({ name }, i) => !entries.slice(i + 1).some((later) => later.name === name))
}

function highest(named: readonly { name: string }[]): string {
  return named.reduce((top, { name }) => (name > top ? name : top), '')
}
