import { spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { Refusal } from '../../foundation/refusal.ts'

/** As whom the server runs: undefined is ourselves. PostgreSQL refuses to run as root. */
export type Account = { uid: number; gid: number; name: string }

/**
 * Root hands the server to whoever already owns the data, else to the first unprivileged user
 * that the machine has anyway. No user is ever created.
 */
export async function serverAccount(data: string): Promise<Account | undefined> {
  const me = process.getuid?.()
  const owner = await stat(data).catch(() => undefined)
  if (me !== 0) {
    if (owner && me !== undefined && owner.uid !== me) throw otherUser(data, owner.uid)
    return undefined
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: `user ${owner.uid}` }
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const user = users.find((fields) => fields[0] === name && Number(fields[2]) !== 0)
    if (user) return { uid: Number(user[2]), gid: Number(user[3]), name }
  }
  throw new Refusal(
    'postgres_failed',
    'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody',
    'start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own',
  )
}

/** Whether this account may walk to a folder and enter it. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (!account) return true
  const { status, output } = await run(account, '/bin/sh', ['-c', 'test -x "$0"', folder])
  if (status !== null) return status === 0
  throw new Refusal(
    'postgres_failed',
    `PostgreSQL refuses to run as root, and this root may not become ${account.name}: ${output}`,
    'start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own',
  )
}

/** Runs a program to its end as this account, with an environment that carries no secret of ours. */
export function run(account: Account | undefined, program: string, args: string[], input = '') {
  return new Promise<{ status: number | null; output: string }>((resolve) => {
    const child = spawn(program, args, { ...identity(account), cwd: '/', env: environment(), stdio: 'pipe' })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.stdin.on('error', () => {}) // a program that does not read its input may close it
    child.on('error', (error) => resolve({ status: null, output: error.message }))
    child.on('close', (status) => resolve({ status, output }))
    child.stdin.end(input)
  })
}

/** What `spawn` needs to know about an account. */
export function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}

/** The server's environment. Ours holds secrets, and its locale settings would leak into a new cluster. */
export function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LANG: 'C', TZ: 'UTC' }
}

function otherUser(data: string, uid: number): Refusal {
  return new Refusal(
    'postgres_other_user',
    `the data in ${data} belongs to another user (${uid}), so this user cannot start it`,
    'start as the user who created it (as root, if it was root), or give Reeve another folder',
  )
}
