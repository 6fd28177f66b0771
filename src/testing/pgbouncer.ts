import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Access } from '../database/pool.ts'
import { removeInside } from '../foundation/guard.ts'
import { environment, identity, serverAccount } from '../operations/embedded/account.ts'
import { freePort } from './program.ts'
import { snippetsOf } from './snippets.ts'

/** Where PgBouncer is, if it is on this machine. Debian keeps it where only root looks. */
export function findPgBouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
}

/**
 * A PgBouncer before the database of an access, as docs/configuration.md sets one up; `settings` say what is otherwise.
 * The access that comes back goes through it.
 */
export async function startPgBouncer(
  access: Access,
  settings: Record<string, string | number> = {},
): Promise<{ access: Access; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-pgbouncer-'))
  const account = await serverAccount(folder) // refuses to run as root, as PostgreSQL does
  const port = await freePort()
  const users = join(folder, 'userlist.txt')
  await writeFile(users, `"${access.user}" "${access.password}"\n`, { mode: 0o600 })
  const file = join(folder, 'pgbouncer.ini')
  const here = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    auth_file: users,
    unix_socket_dir: '',
    ...settings,
  }
  await writeFile(file, adapted(await documented(), access, here), { mode: 0o600 })
  if (account) for (const path of [folder, users, file]) await chown(path, account.uid, account.gid)

  const child = spawn(findPgBouncer()!, [file], {
    ...identity(account),
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await removeInside(tmpdir(), folder)
  }
  const until = Date.now() + 10_000
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(`PgBouncer did not start:\n${said}`)
    }
    await pause(20)
  }
  return { access: { ...access, host: '127.0.0.1', port }, stop }
}

async function documented(): Promise<string> {
  const [snippet] = await snippetsOf('docs/configuration.md', 'ini')
  return snippet!.text
}

/** The same for another place. What the document does not set comes at the end. */
function adapted(
  text: string,
  { host, port, database }: Access,
  settings: Record<string, string | number>,
): string {
  const placed = text.replace(/^reeve *=.*$/m, `${database} = host=${host} port=${port} dbname=${database}`)
  let adaptedText = placed
  for (const [name, value] of Object.entries(settings)) {
    const line = new RegExp(`^${name} *=.*$`, 'm')
    const wanted = `${name} = ${value}`
    adaptedText = line.test(adaptedText) ? adaptedText.replace(line, wanted) : `${adaptedText}${wanted}\n`
  }
  return adaptedText
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (there: boolean) => () => {
      socket.destroy()
      resolve(there)
    }
    socket.once('connect', answer(true)).once('error', answer(false))
  })
}
