import { execFileSync, spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, symlink, unlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { removeInside } from '../foundation/guard.ts'
import { processOf } from '../operations/embedded/processes.ts'

/** `reeve up` in a folder of its own, as its users start it. */
export type Program = {
  pid: number
  port: number
  /** All that it has printed. */
  said: () => string
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>
  kill: (signal: NodeJS.Signals) => void
  /** How long it took until requests were served. */
  readyMs: number
}

/** The PostgreSQL of a folder: its first process, and those below it. */
export type Postgres = { pid: number; port: number; children: number[] }

/**
 * The package as the sources are now, translated into a folder of its own; a build that somebody else does meanwhile
 * does not disturb it. With `declarations` others can be checked against it. Ask for its removal when done.
 */
export async function translated({ declarations = false } = {}): Promise<{
  folder: string
  main: string
  remove: () => Promise<void>
}> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), 'reeve-program-'))
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { bin: { tsc: string } }
  const once = ['--noCheck', '--composite', 'false', '--incremental', 'false']
  const declared = ['--declaration', String(declarations)]
  const options = ['-p', join(root, 'src'), ...once, ...declared, '--outDir', join(folder, 'dist')]
  execFileSync(process.execPath, [join(dirname(manifest), bin.tsc), ...options], { stdio: 'inherit' })
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'))
  const linked = ['prisma', 'node_modules', 'console']
  for (const name of linked) await symlink(join(root, name), join(folder, name))
  const remove = async () => {
    for (const name of linked) await unlink(join(folder, name))
    await removeInside(tmpdir(), folder)
  }
  return { folder, main: join(folder, 'dist/cli/main.js'), remove }
}

/** Starts `reeve up` and, unless told otherwise, waits until it serves. Its database is empty, or has the demo data. */
export async function up(
  main: string,
  directory: string,
  { wait = true, demo = false } = {},
): Promise<Program> {
  await mkdir(directory, { recursive: true })
  const port = await freePort()
  const started = performance.now()
  const child = spawn(process.execPath, [main, 'up', ...(demo ? [] : ['--no-seed'])], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      PORT: String(port),
      LOG_LEVEL: 'error',
      NODE_ENV: 'development',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const program: Program = {
    pid: child.pid!,
    port,
    said: () => said,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, said }))),
    kill: (signal) => void child.kill(signal),
    readyMs: 0,
  }
  if (wait) {
    await untilReady(program)
    program.readyMs = Math.round(performance.now() - started)
  }
  return program
}

/** Until requests are served; throws when the program ends first, or after a minute. */
export async function untilReady(program: Program, withinMs = 60_000): Promise<void> {
  const until = Date.now() + withinMs
  let over = false
  void program.ended.then(() => (over = true))
  while (Date.now() < until) {
    if (over) throw new Error(`the program ended instead of serving:\n${program.said()}`)
    const url = `http://127.0.0.1:${program.port}/health/ready`
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (answer?.ok) return
    await sleep(25)
  }
  throw new Error(`not ready within ${withinMs} ms:\n${program.said()}`)
}

/** Undefined where none runs. No other program's PostgreSQL is ever found: the folder is in its command line. */
export async function postgresOf(directory: string): Promise<Postgres | undefined> {
  const file = join(directory, '.reeve/postgres/postmaster.pid')
  const [first, , , port] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(first)
  if (!(pid > 0) || !processOf(pid)) return undefined
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (!command.includes('postgres') || !command.includes(directory)) return undefined
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return { pid, port: Number(port), children: children.split(' ').filter(Boolean).map(Number) }
}

/** Where a superuser gets in. */
export async function postgresUrlOf(directory: string): Promise<string> {
  const server = await postgresOf(directory)
  const password = await readFile(join(directory, '.reeve/postgres.password'), 'utf8')
  return `postgresql://postgres:${password.trim()}@127.0.0.1:${server!.port}/reeve`
}

/** Whether a process has ended within that time. One that waits for its burial has. */
export async function endsWithin(pid: number, ms: number): Promise<boolean> {
  const until = Date.now() + ms
  while (processOf(pid)) {
    if (Date.now() > until) return false
    await sleep(20)
  }
  return true
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
