import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../foundation/refusal.ts'
import { scriptOf, type Script } from './script.ts'

/** One migration as the folder has it. `content` is the file as it lies there: the checksum is about that. */
export type Migration = {
  name: string
  content: string
  up: Script
  down: Script | undefined
  /** It is one of the application's, not of ours. */
  applications?: true
}

/**
 * Reads `<yyyymmddhhmmss>_<sentence>/{migration,rollback}.sql`, in the order of their names.
 * Refuses what would make that order or a file doubtful; whether each may be applied is asked elsewhere.
 */
export async function readFolder(folder: string): Promise<Migration[]> {
  const names = await directoriesIn(folder)
  refuseOddNames(names)
  await refuseOtherProvider(folder)
  return Promise.all(names.map((name) => readMigration(folder, name)))
}

async function directoriesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((cause: unknown) => {
    throw new Refusal(
      'migration_invalid',
      `there is no folder of migrations at ${folder}`,
      'run this where prisma/migrations is, or name the folder',
      { cause },
    )
  })
  const visible = entries.filter((name) => !name.startsWith('.')).toSorted()
  const kinds = await Promise.all(visible.map((name) => stat(join(folder, name))))
  return visible.filter((_, i) => kinds[i]!.isDirectory())
}

function refuseOddNames(names: string[]) {
  const odd = names.find((name) => !isName(name))
  if (odd !== undefined) {
    throw new Refusal(
      'migration_invalid',
      `${JSON.stringify(odd)} is not the name of a migration`,
      'name it by the time and what it does, such as 20261120101500_people_have_phones; "reeve migrate new" does',
    )
  }
  const stampOf = (name: string) => name.slice(0, name.indexOf('_'))
  const twin = names.find((name, i) => i > 0 && stampOf(name) === stampOf(names[i - 1]!))
  if (twin !== undefined) {
    throw new Refusal(
      'migration_invalid',
      `two migrations bear the time ${stampOf(twin)}, so which one comes first is left to chance`,
      'give the one that is not applied anywhere a later time',
    )
  }
}

/** A real moment and a sentence; `0_…` is how Prisma names a baseline. */
function isName(name: string): boolean {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)_[a-z0-9][a-z0-9_]*$/i.exec(name) ?? []
  if (year === undefined) return /^0_[a-z0-9][a-z0-9_]*$/i.test(name)
  const moment = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = new Date(moment)
  return !Number.isNaN(time.valueOf()) && time.toISOString() === moment
}

async function refuseOtherProvider(folder: string) {
  const lock = await readIfThere(join(folder, 'migration_lock.toml'))
  const provider = lock && /^\s*provider\s*=\s*"([^"]*)"/m.exec(lock)?.[1]
  if (lock === undefined || provider === 'postgresql' || provider === 'postgres') return
  throw new Refusal(
    'migration_invalid',
    `migration_lock.toml says these migrations are for ${provider || 'no known database'}`,
    'only migrations for PostgreSQL can be applied: the file should say provider = "postgresql"',
  )
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const content = await readIfThere(join(folder, name, 'migration.sql'))
  if (content === undefined) {
    throw new Refusal(
      'migration_invalid',
      `${name} has no migration.sql`,
      'bring the file back from version control, or remove the folder if it was never applied',
    )
  }
  const down = await readIfThere(join(folder, name, 'rollback.sql'))
  return {
    name,
    content,
    up: scriptOf(`${name}/migration.sql`, content),
    down: down === undefined ? undefined : scriptOf(`${name}/rollback.sql`, down),
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // said below
  }
  throw new Refusal('migration_invalid', `${path} is not text in UTF-8`, 'save the file as UTF-8')
}
