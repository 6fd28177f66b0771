import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { home } from '../../foundation/package.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { readFolder, type Migration } from './folder.ts'
import type { Migrating } from './session.ts'

/** Where an application keeps its migrations, as Prisma does. */
export const usualFolder = join('prisma', 'migrations')

/**
 * The folder of the application's own migrations: the one that was named, or `prisma/migrations` where we stand. Null
 * where there is none, or where it is the one of this package.
 */
export function applicationFolder(named: string | undefined): string | null {
  const folder = resolve(named ?? usualFolder)
  if (isOurFolder(folder)) return null
  return named !== undefined || existsSync(folder) ? folder : null
}

/** Whether a folder is that of this package. */
export function isOurFolder(folder: string): boolean {
  return realPath(folder) === realPath(join(home, usualFolder))
}

/**
 * Whether the name of a migration that nobody here knows says that it is one of Reeve's: from December 2026 on, ours do.
 * Those before are known to every release. So a history can be read where only one of the two folders is at hand.
 */
export function saysItIsOurs(name: string): boolean {
  return /^\d+_reeve_/.test(name)
}

/** All migrations in the order in which an empty database gets them: ours, then the application's. */
export async function readMigrations({
  folder,
  application,
}: Pick<Migrating, 'folder' | 'application'>): Promise<Migration[]> {
  const ours = await readFolder(folder)
  if (application == null) return ours
  const theirs = await readFolder(application)
  const names = new Set(ours.map(({ name }) => name))
  for (const { name } of theirs) if (names.has(name) || saysItIsOurs(name)) throw nameIsOurs(name)
  return [...ours, ...theirs.map((migration) => ({ ...migration, applications: true as const }))]
}

function realPath(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder
}

function nameIsOurs(name: string): Refusal {
  return new Refusal(
    'migration_invalid',
    `${name}, in the folder of the application, bears a name that is kept for Reeve's own migrations`,
    'if it is yours and applied nowhere, rename it; Reeve brings its own, so a copy of them is not needed',
  )
}
