import { randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  readlink,
  realpath,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { removeInside } from '../../foundation/guard.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { canEnter, serverAccount, type Account } from './account.ts'

export type Place = {
  /** What the developer sees: `.reeve/` with the password, the port and the log. */
  directory: string
  /** The folder around the data, which the server's account can reach. Usually the same. */
  base: string
  data: string
  account: Account | undefined
}

/** Where root keeps the data of a project that the server's account cannot reach. */
export const defaultShelter = '/var/lib/reeve'

/**
 * Decides where the data lives. A project under a private home (0700) is out of reach for the account that root
 * hands the server to; its data then lives in a folder of its own in the shelter, and `postgres` in the directory
 * is a link to it: the link is how we remember, and how a reader finds it.
 */
export async function findPlace(options: {
  directory: string
  shelter: string
  log: (line: string) => void
}): Promise<Place> {
  const directory = await makeDirectory(resolve(options.directory))
  const visible = join(directory, 'postgres')

  const linked = await linkTarget(visible)
  if (linked) return sheltered(directory, linked)

  const account = await serverAccount(visible)
  if (await letEnter(account, directory)) return { directory, base: directory, data: visible, account }
  if (await stat(visible).catch(() => undefined)) throw outOfReach(visible, account)
  return sheltered(directory, await makeShelter(directory, visible, account!, options))
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
    return await realpath(path)
  } catch (cause) {
    throw new Refusal(
      'postgres_failed',
      `${path} cannot be made or written: ${(cause as Error).message}`,
      'give it to the user who starts Reeve, or start in another folder',
      { cause },
    )
  }
}

/** The directory itself is ours, so we may let the server through it; what lies above is not ours to open. */
async function letEnter(account: Account | undefined, directory: string): Promise<boolean> {
  if (await canEnter(account, directory)) return true
  if (!(await canEnter(account, dirname(directory)))) return false
  await chmod(directory, (await stat(directory)).mode | 0o111)
  return canEnter(account, directory)
}

/** Where the data of a directory is kept, when that is not in the directory itself. */
export async function linkTarget(path: string): Promise<string | undefined> {
  const entry = await lstat(path).catch(() => undefined)
  return entry?.isSymbolicLink() ? resolve(dirname(path), await readlink(path)) : undefined
}

async function sheltered(directory: string, data: string): Promise<Place> {
  const base = await realpath(dirname(data)).catch(() => undefined)
  if (!base) {
    throw new Refusal(
      'postgres_failed',
      `${join(directory, 'postgres')} points to ${data}, and ${dirname(data)} is not there`,
      'bring that folder back, or delete the link to begin with an empty database',
    )
  }
  const account = await serverAccount(data)
  if (!(await canEnter(account, base))) throw outOfReach(data, account)
  return { directory, base, data: join(base, basename(data)), account }
}

async function makeShelter(
  directory: string,
  visible: string,
  account: Account,
  { shelter, log }: { shelter: string; log: (line: string) => void },
): Promise<string> {
  const project = basename(dirname(directory)).replace(/[^\w.-]/g, '_') || 'project'
  const base = join(shelter, `${project}-${randomBytes(4).toString('hex')}`)
  await mkdir(base, { recursive: true, mode: 0o755 }).catch((cause: Error) => {
    throw new Refusal(
      'postgres_failed',
      `the server runs as ${account.name}, who cannot enter ${directory}, and ${shelter} cannot be made: ${cause.message}`,
      'start as an ordinary user, move the project to a folder that others may enter, or set DATABASE_URL',
    )
  })
  await writeFile(join(base, 'origin'), `${visible}\n`)
  try {
    await symlink(join(base, 'postgres'), visible)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    await removeInside(shelter, base) // somebody starting at the same time was first
    return (await linkTarget(visible))!
  }
  log(
    `the data is kept in ${base}, because the server runs as ${account.name}, who cannot enter ${directory}`,
  )
  return join(base, 'postgres')
}

function outOfReach(data: string, account: Account | undefined): Refusal {
  return new Refusal(
    'postgres_failed',
    `the server runs as ${account?.name}, who cannot reach ${data}`,
    'make every folder above it enterable (chmod o+x), or start as the user who owns it',
  )
}
