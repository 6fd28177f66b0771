// The program as its users start it: `reeve up` in a folder of its own, and the PostgreSQL that it starts there.
import { spawn } from 'node:child_process'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Starts `reeve up` and waits until it serves; `more` is what its environment has besides. */
export async function up(main, directory, more = {}) {
  await mkdir(directory, { recursive: true })
  const port = Number(more.PORT ?? (await freePort()))
  const started = performance.now()
  const child = spawn(process.execPath, [main, 'up', '--no-seed'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      PORT: String(port),
      LOG_LEVEL: 'error',
      NODE_ENV: 'development',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  }
  const program = {
    pid: child.pid,
    port,
    said: () => said,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, said }))),
    kill: (signal) => child.kill(signal),
    readyMs: 0,
  }
  await untilReady(program)
  program.readyMs = Math.round(performance.now() - started)
  return program
}

/** Until requests are served; throws when the program ends first, or after a minute. */
export async function untilReady(program, withinMs = 60_000) {
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
export async function postgresOf(directory) {
  // where the folder is closed to PostgreSQL's user (root's own, say), the data lies in a shelter that a link leads to
  const data = await realpath(join(directory, '.reeve/postgres')).catch(() => directory)
  const file = join(data, 'postmaster.pid')
  const [first, , , port] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(first)
  if (!(pid > 0) || !(await isRunning(pid))) return undefined
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (!command.includes('postgres') || !command.includes(data)) return undefined
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return { pid, port: Number(port), children: children.split(' ').filter(Boolean).map(Number) }
}

/** Where a superuser gets in. */
export async function postgresUrlOf(directory) {
  const server = await postgresOf(directory)
  const password = await readFile(join(directory, '.reeve/postgres.password'), 'utf8')
  return `postgresql://postgres:${password.trim()}@127.0.0.1:${server.port}/reeve`
}

/** Whether a process has ended within that time. One that waits for its burial has. */
export async function endsWithin(pid, ms) {
  const until = Date.now() + ms
  while (await isRunning(pid)) {
    if (Date.now() > until) return false
    await sleep(20)
  }
  return true
}

/** One that has ended and waits for its burial does not run. */
async function isRunning(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
