import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { build } from 'vite'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { installedBinaries } from './binaries.ts'
import { startEmbedded } from './embedded.ts'
import { findPostmaster, hasEnded } from './postmaster.ts'
import { processOf, type Process } from './processes.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const settings = { fsync: 'off', shared_buffers: '16MB' }

const root = await mkdtemp(join(tmpdir(), 'reeve-processes-'))
await chmod(root, 0o755)
afterAll(() => removeInside(tmpdir(), root))

const program = await aProgram()

/** Shared by tests that need no first start, one after the other. */
const shared = join(root, 'shared')

test('a second start joins the server of the first and leaves it running', async () => {
  const owner = await anotherProcess({ directory: shared })

  const second = await startEmbedded({ directory: shared, settings })

  expect(second).toMatchObject({ joined: true, port: owner.port })
  await second.stop()
  expect(await answers(owner.url)).toBe(true)
  await owner.end()
  expect(await answers(owner.url)).toBe(false)
})

test('of four first starts in the same moment one starts the server and three join it', async () => {
  const directory = join(root, 'crowded')

  const all = await Promise.all([1, 2, 3, 4].map(() => anotherProcess({ directory })))

  expect(all.map(({ joined }) => joined).toSorted()).toEqual([false, true, true, true])
  expect(new Set(all.map(({ url }) => url)).size).toBe(1)
  expect((await readdir(directory)).toSorted()).toEqual([
    'postgres',
    'postgres.log',
    'postgres.owner',
    'postgres.password',
    'postgres.port',
  ])
})

test('the server of an owner who was killed is adopted as it is, and stopped by the new owner', async () => {
  const owner = await anotherProcess({ directory: shared })
  const server = await serverOf(shared)
  await owner.kill()

  const heir = await startEmbedded({ directory: shared, settings })

  expect(heir).toMatchObject({ joined: false, port: owner.port })
  expect(await serverOf(shared)).toEqual(server)
  await heir.stop()
  expect(processOf(server.pid)).toBe(undefined)
})

test('who had joined takes over from an owner who was killed', async () => {
  const owner = await anotherProcess({ directory: shared })
  const server = await serverOf(shared)
  const joined = await startEmbedded({ directory: shared, settings })
  await owner.kill()

  await expect.poll(() => joined.joined, { timeout: 5_000 }).toBe(false)

  await joined.stop()
  expect(processOf(server.pid)).toBe(undefined)
})

test('a process that exits without a word takes its server with it', async () => {
  const owner = await anotherProcess({ directory: shared })
  const server = await serverOf(shared)

  owner.say('exit')

  expect(await hasEnded(server, 5_000)).toBe(true)
})

test('Ctrl-C in the terminal does not reach the server: whoever runs it drains first', async () => {
  const owner = await anotherProcess({ directory: shared, deaf: true })

  process.kill(-owner.pid, 'SIGINT') // as a terminal does, to everybody in the group
  await sleep(200)

  expect(await answers(owner.url)).toBe(true)
})

test('a first start killed at any moment leaves nothing half done', async () => {
  for (const moment of [250, 450]) {
    const directory = join(root, `halfway-${moment}`)
    const child = spawn(process.execPath, [program, JSON.stringify({ directory, settings })])
    await sleep(moment)
    child.kill('SIGKILL')

    const embedded = await startEmbedded({ directory, settings })

    expect(await answers(embedded.url())).toBe(true)
    expect((await readdir(directory)).filter((name) => name.includes('new'))).toEqual([])
    await embedded.stop()
  }
})

test.runIf(isRoot)(
  'an ordinary user starts a server of their own, and can again after root has',
  async () => {
    const directory = join(root, 'nobodys')
    await mkdir(directory)
    await chown(directory, nobody.uid, nobody.gid)
    const native = join(root, 'native')
    await cp(installedBinaries(), native, { recursive: true, verbatimSymlinks: true })
    const options = { directory, binaries: native }

    for (const who of [nobody, {}, nobody]) {
      const owner = await anotherProcess(options, who)
      expect(await answers(owner.url)).toBe(true)
      expect((await stat(`/proc/${(await serverOf(directory)).pid}`)).uid).toBe(nobody.uid)
      await owner.end()
    }
    expect((await stat(join(directory, 'postgres.password'))).uid).toBe(nobody.uid)
  },
)

test.runIf(isRoot)("another user's data is refused", async () => {
  const directory = join(root, 'not-mine')
  await mkdir(join(directory, 'postgres'), { recursive: true })
  await chown(directory, nobody.uid, nobody.gid)

  const refused = anotherProcess({ directory }, nobody)

  await expect(refused).rejects.toThrow('postgres_other_user')
})

type Started = { url: string; port: number; joined: boolean }

/** Starts a server in a process of its own, which stays until it is told to go. */
async function anotherProcess(options: { directory: string; binaries?: string; deaf?: boolean }, who = {}) {
  const { deaf = false, ...rest } = options
  const child = spawn(process.execPath, [program, JSON.stringify({ settings, ...rest }), String(deaf)], {
    ...who,
    cwd: '/',
    detached: deaf,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => end(child))
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  const started = JSON.parse(value as string) as Started & { refused?: string }
  if (started.refused) throw new Error(started.refused)
  return {
    ...started,
    pid: child.pid!,
    say: (word: string) => void child.stdin.write(`${word}\n`),
    end: () => end(child),
    kill: () => end(child, 'SIGKILL'),
  }
}

async function end(child: ChildProcess, signal?: 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (signal) child.kill(signal)
  else child.stdin!.end()
  await ended
}

/** A script that any user of this machine can run, with everything it needs inside. */
async function aProgram(): Promise<string> {
  const outDir = join(root, 'program')
  const entry = join(import.meta.dirname, 'embedded.ts')
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: entry, outDir, rolldownOptions: { output: { entryFileNames: 'embedded.mjs' } } },
  })
  const path = join(outDir, 'main.mjs')
  await writeFile(
    path,
    `import { createInterface } from 'node:readline'
     import { startEmbedded } from './embedded.mjs'
     if (process.argv[3] === 'true') process.on('SIGINT', () => {})
     try {
       const options = { binaries: ${JSON.stringify(installedBinaries())}, ...JSON.parse(process.argv[2]) }
       const { port, joined, url, stop } = await startEmbedded(options)
       console.log(JSON.stringify({ port, joined, url: url() }))
       const lines = createInterface({ input: process.stdin })
       lines.on('line', () => process.exit(0))
       lines.on('close', () => stop())
     } catch (error) {
       console.log(JSON.stringify({ refused: String(error.code) + ' ' + error.message }))
     }`,
  )
  return path
}

async function answers(url: string): Promise<boolean> {
  const client = new Client(url)
  client.on('error', () => {})
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

async function serverOf(directory: string): Promise<Process> {
  return (await findPostmaster(join(directory, 'postgres')))!.process
}
