import { spawn, type ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { home } from '../foundation/package.ts'
import { freePort } from './program.ts'
import { aProject } from './project.ts'

/** A service that somebody wrote with Reeve, running. */
export type Service = { url: string; said: () => string; stop: () => Promise<{ code: number | null }> }

/** An example of this repository as a project of its own, compiled and started. `packages` are what it needs besides. */
export async function startExample(
  name: string,
  packages: readonly string[],
  databaseUrl: string,
): Promise<Service> {
  const project = await aProject({}, packages)
  const folder = join(home, 'examples', name)
  for (const file of await readdir(folder)) {
    if (file.endsWith('.ts')) await project.write(file, await readFile(join(folder, file), 'utf8'))
  }
  await project.bash('npx tsc')
  const service = await startService([join(project.folder, 'dist/server.js')], project.folder, {
    DATABASE_URL: databaseUrl,
  })
  return { ...service, stop: () => service.stop().finally(() => project.remove()) }
}

/** Runs a program of Node that listens on PORT, and waits until it answers at an address. */
export async function startService(
  command: string[],
  folder: string,
  env: Record<string, string>,
  answers = '/',
): Promise<Service> {
  const port = await freePort()
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'development',
      ...env,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const url = `http://localhost:${port}`
  const ended = new Promise<{ code: number | null }>((resolve) =>
    child.once('close', (code) => resolve({ code })),
  )
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  try {
    await untilAnswered(url + answers, child)
  } catch (error) {
    await stop()
    throw new Error(`it did not answer:\n${said}`, { cause: error })
  }
  return { url, said: () => said, stop }
}

async function untilAnswered(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 30_000
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(child.exitCode === null ? 'in 30 seconds' : `it ended with ${child.exitCode}`)
}
