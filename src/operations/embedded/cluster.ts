import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeInside } from '../../foundation/guard.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { run, type Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { scramVerifier } from './password.ts'
import type { Place } from './place.ts'

/** The major version of the data in this folder; undefined when there is none yet. */
export async function majorOfData(data: string): Promise<number | undefined> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version !== undefined) return Number.parseInt(version, 10)
  const content = await readdir(data).catch(() => [])
  if (content.length === 0) return undefined
  throw new Refusal(
    'postgres_failed',
    `${data} is not empty, and it is no PostgreSQL data directory`,
    'move that folder away; Reeve makes its own',
  )
}

/** Refuses data that another major version of PostgreSQL wrote: it could not even read it. */
export function refuseOtherMajor(data: string, found: number | undefined, binaries: Binaries): void {
  if (found === undefined || found === binaries.major) return
  throw new Refusal(
    'postgres_other_major',
    `the data in ${data} was written by PostgreSQL ${found}; this is PostgreSQL ${binaries.version}`,
    `to begin with an empty database, move it away (mv ${data} ${data}-${found}); to keep what is in it, ` +
      `run it with PostgreSQL ${found}, set DATABASE_URL to that, and move over with pg_dump`,
  )
}

/**
 * Creates the data directory. It is made beside its place and renamed when complete,
 * so that a start interrupted at any moment leaves nothing that looks like a database.
 */
export async function createCluster(
  place: Place,
  binaries: Binaries,
  password: string,
  durable: boolean,
): Promise<void> {
  await removeDrafts(place)
  const draft = join(place.base, `${basename(place.data)}.new-${randomBytes(4).toString('hex')}`)
  await mkdir(draft, { mode: 0o700 })
  try {
    const verifier = join(draft, 'verifier')
    await writeFile(verifier, `${scramVerifier(password)}\n`, { mode: 0o600 })
    await give(place.account, verifier)
    await give(place.account, draft)
    const made = join(draft, 'data')
    await initialise(place.account, binaries, made, verifier, durable)
    await rename(made, place.data)
    if (durable) await syncFolder(place.base)
  } finally {
    await removeInside(place.base, draft)
  }
}

/** Removes what interrupted first starts left. */
async function removeDrafts(place: Place): Promise<void> {
  for (const name of await readdir(place.base)) {
    if (!name.startsWith(`${basename(place.data)}.new-`)) continue
    // an initdb that outlived its parent may still write there; then the next start removes it
    await removeInside(place.base, join(place.base, name)).catch(() => {})
  }
}

async function initialise(
  account: Account | undefined,
  binaries: Binaries,
  data: string,
  verifier: string,
  durable: boolean,
): Promise<void> {
  const common = [
    ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${verifier}`, '--encoding=UTF8'],
    ['--data-checksums', '--no-instructions', '--lc-messages=C'],
    binaries.major >= 15 ? ['--locale-provider=icu', '--icu-locale=en-US'] : [],
    durable ? [] : ['--no-sync'],
  ].flat()
  let output = ''
  // Trigrams and text search classify letters by LC_CTYPE up to 17, so plain C is only the last resort.
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const made = await run(account, join(binaries.folder, 'bin', 'initdb'), [
      ...common,
      '--locale=C',
      `--lc-ctype=${ctype}`,
    ])
    if (made.status === 0) return
    output = made.output
    if (!/invalid locale/.test(output)) break
  }
  throw new Refusal(
    'postgres_failed',
    `a new database could not be created in ${data}: ${output.trim().split('\n').slice(-5).join('\n')}`,
    'see that the disk has room and the folder may be written, then start again',
  )
}

/**
 * Writes our settings where the server reads them before its own: what a developer sets with
 * `alter system` is kept and wins.
 */
export async function writeSettings(place: Place, settings: Record<string, string>): Promise<void> {
  const lines = Object.entries({ ...ours, ...settings }).map(
    ([name, value]) => `${name} = '${quoted(value)}'`,
  )
  const file = join(place.data, 'reeve.conf')
  await writeFile(
    file,
    `# Written at every start. To change a setting for good: alter system.\n${lines.join('\n')}\n`,
  )
  await give(place.account, file)

  const main = join(place.data, 'postgresql.conf')
  const include = `include_if_exists = 'reeve.conf'`
  const text = await readFile(main, 'utf8')
  if (!text.includes(include)) await writeFile(main, `${text}\n${include}\n`)
}

const ours = {
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  shared_preload_libraries: 'pg_stat_statements',
  wal_level: 'replica',
  max_connections: '100',
  shared_buffers: '128MB',
  min_wal_size: '80MB',
  max_wal_size: '1GB',
  log_line_prefix: '%m [%p] ',
  log_error_verbosity: 'terse', // an error's detail may quote a row
}

/** Lets the server in with a password that it does not know, while it does not run. */
export async function resetPassword(place: Place, binaries: Binaries, password: string): Promise<void> {
  const statement = `alter role postgres with password '${scramVerifier(password)}'\n`
  const program = join(binaries.folder, 'bin', 'postgres')
  const done = await run(place.account, program, ['--single', '-D', place.data, 'postgres'], statement)
  if (done.status === 0 && !done.output.includes('ERROR')) return
  throw new Refusal(
    'postgres_failed',
    `the password file was missing, and a new password could not be set: ${done.output.trim().split('\n').at(-1)}`,
    'put postgres.password back from a copy, or move the data away to begin with an empty database',
  )
}

async function give(account: Account | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

function quoted(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll("'", "''")
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
