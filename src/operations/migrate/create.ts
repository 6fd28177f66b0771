import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../../foundation/refusal.ts'
import { isOurFolder, saysItIsOurs } from './application.ts'

/** The folder of a new migration and its two files, ready to be written. */
export type Created = { name: string; path: string; files: string[] }

/** The two files of a migration. */
export type Halves = { up: string; down: string }

/**
 * Makes `<yyyymmddhhmmss>_<sentence>/{migration,rollback}.sql`; where nothing is given to be in them, with heads that ask
 * what a reviewer will ask. In the folder of this package the sentence begins with `reeve_`, elsewhere it must not.
 */
export async function create(options: {
  folder: string
  sentence: string
  now: Date
  halves?: Halves
}): Promise<Created> {
  const { folder, now } = options
  const sentence = sentenceOf(options.sentence)
  const { up, down } = options.halves ?? { up: migrationHead(sentence), down: rollbackHead }
  await mkdir(folder, { recursive: true })
  const existing = (await readdir(folder)).toSorted()
  refuseTwin(existing, sentence)

  const ours = isOurFolder(folder) ? 'reeve_' : ''
  const name = `${stampAfter(existing, now)}_${ours}${sentence}`
  if (!ours && saysItIsOurs(name)) throw soundsLikeOurs(sentence)
  const path = join(folder, name)
  await mkdir(path)
  const files = [join(path, 'migration.sql'), join(path, 'rollback.sql')]
  await writeFile(files[0]!, up, { flag: 'wx' })
  await writeFile(files[1]!, down, { flag: 'wx' })
  return { name, path, files }
}

const saysNothing =
  /^((a|the|my)_)?(migration|change|update|fix|test|tmp|temp|wip|new|stuff|misc|schema|sql|db)(e?s)?(_?\d+)?$/

/** In snake case. A name that says nothing now will say nothing to whoever rolls it back at night. */
function sentenceOf(words: string): string {
  const snake = words
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .trim()
    .replace(/[\s_-]+/g, '_')
    .replace(/^_+|[_.!]+$/g, '')
  if (/^[a-z][a-z0-9_]{2,79}$/.test(snake) && /[a-z]{2}/.test(snake) && !saysNothing.test(snake)) return snake
  throw new Refusal(
    'invalid_request',
    `${JSON.stringify(words.slice(0, 100))} does not say what the migration does`,
    'say it in 3 to 80 letters, digits and spaces, beginning with a letter: reeve migrate new "people have phones"',
  )
}

function refuseTwin(existing: readonly string[], sentence: string) {
  const twin = existing.find((name) => name.replace(/^\d+_(reeve_)?/, '') === sentence)
  if (!twin) return
  throw new Refusal('already_exists', `${twin} says the same already`, 'say what this one does differently')
}

function soundsLikeOurs(sentence: string): Refusal {
  return new Refusal(
    'invalid_request',
    `${sentence} begins as the names of Reeve's own migrations do`,
    'begin with another word than reeve',
  )
}

/** The time in UTC; but later than all there is, whatever the clock of whoever made the last one said. */
function stampAfter(existing: readonly string[], now: Date): string {
  const last = existing.flatMap((name) => /^\d{14}(?=_)/.exec(name) ?? []).at(-1) ?? ''
  const stamp = stampOf(now)
  if (stamp > last) return stamp
  const [, date, hour, minute, second] = /^(\d{8})(\d\d)(\d\d)(\d\d)$/.exec(last)!
  const iso = `${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}T${hour}:${minute}:${second}Z`
  return stampOf(new Date(Date.parse(iso) + 1000))
}

function stampOf(time: Date): string {
  return time.toISOString().replace(/\D/g, '').slice(0, 14)
}

function migrationHead(sentence: string): string {
  return `-- Why: ${sentence.replaceAll('_', ' ')}, because …
-- Step: expand | move | contract. Say what the code that is running meanwhile does with it.
--
-- This runs in one transaction, together with its row of history: write no begin and no commit.
-- For what PostgreSQL does outside of transactions only (create index concurrently), make the first line
-- "-- no-transaction", and leave out "set local".

set local lock_timeout = '3s';

`
}

const rollbackHead = `-- Loses: …
--
-- Undoes migration.sql. Say above what is gone for good afterwards, or "nothing"; deploy refuses while it says "…".
-- If there is no way back, write "-- Irreversible: <why>" instead.

set local lock_timeout = '3s';

`
