import { execFileSync, spawn } from 'node:child_process'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { installedBinaries } from './binaries.ts'
import { discardEmbedded } from './discard.ts'
import { startEmbedded, type EmbeddedOptions } from './embedded.ts'
import { hasEnded } from './postmaster.ts'
import { processOf } from './processes.ts'

const isRoot = process.getuid?.() === 0
const quick = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', shared_buffers: '16MB' }

const root = await mkdtemp(join(tmpdir(), 'reeve-embedded-'))
await chmod(root, 0o755)
afterAll(() => removeInside(tmpdir(), root))

/** Most tests share a directory, one after the other: a first start takes longest. */
const shared = join(root, 'shared', '.reeve')
beforeAll(async () => (await startEmbedded({ directory: shared, settings: quick })).stop())

test('what was written yesterday is there today, on the same port', async () => {
  const yesterday = await start({ directory: shared })
  await ask(yesterday, `create table diary (line text)`)
  await ask(yesterday, `insert into diary values ('planted the apple tree')`)
  await yesterday.stop()

  const today = await start({ directory: shared })

  expect(await ask(today, 'select line from diary')).toEqual([{ line: 'planted the apple tree' }])
  expect(today.port).toBe(yesterday.port)
  expect(today.joined).toBe(false)
})

test('a new server is durable, careful, in Unicode and in UTC, and listens to this machine alone', async () => {
  const embedded = await start({ directory: shared })

  const settings = await ask(embedded, `select name, setting from pg_settings`)
  const now = Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))
  expect(now).toMatchObject({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
    wal_level: 'replica',
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    shared_preload_libraries: 'pg_stat_statements',
  })
  const [locale] = await ask(
    embedded,
    `select datlocprovider as provider, to_jsonb(d) ->> 'datlocale' as name from pg_database d where datname = 'template1'`,
  )
  expect(locale).toEqual({ provider: 'i', name: 'en-US' })
  expect(await ask(embedded, `select 'ÅNGSTRÖM' ilike 'ångström' as found`)).toEqual([{ found: true }])
  await ask(embedded, 'create extension pg_stat_statements')
  expect(await ask(embedded, 'select count(*) > 0 as any from pg_stat_statements')).toEqual([{ any: true }])
})

test('what a developer sets with alter system outlives a restart', async () => {
  const first = await start({ directory: shared, settings: quick })
  await ask(first, `alter system set work_mem = '33MB'`)
  await first.stop()

  const second = await start({ directory: shared, settings: { ...quick, work_mem: '5MB' } })

  expect(await ask(second, 'show work_mem')).toEqual([{ work_mem: '33MB' }])
})

test('a port that was asked for and is taken is refused, before anything is made', async () => {
  const { port } = await aListener()
  const directory = join(root, 'taken')

  await expect(start({ directory, port })).rejects.toMatchObject({ code: 'port_taken' })

  expect(await readdir(directory)).toEqual(['postgres.owner'])
})

test('a remembered port that somebody took meanwhile is exchanged for a free one, and that is remembered', async () => {
  const { port } = await aListener()
  await writeFile(join(shared, 'postgres.port'), `${port}\n`)

  const embedded = await start({ directory: shared, settings: quick })

  expect(embedded.port).not.toBe(port)
  expect(await readFile(join(shared, 'postgres.port'), 'utf8')).toBe(`${embedded.port}\n`)
})

test('after kill -9 of the server, what was committed is there', async () => {
  const first = await start({ directory: shared })
  await ask(first, 'create table promises (made int)')
  await ask(first, 'insert into promises select generate_series(1, 1000)')
  const family = await familyOf(shared)
  for (const pid of family) process.kill(pid, 'SIGKILL')
  await gone(family)
  await first.stop()
  expect(await readdir(join(shared, 'postgres'))).toContain('postmaster.pid')

  const second = await start({ directory: shared })

  expect(await ask(second, 'select count(*)::int as kept from promises')).toEqual([{ kept: 1000 }])
})

test('after kill -9 of the postmaster alone, the next start waits until its children have gone', async () => {
  const first = await start({ directory: shared, settings: quick })
  const [postmaster, child] = await familyOf(shared)
  process.kill(child!, 'SIGSTOP') // so that it surely outlives its parent
  process.kill(postmaster!, 'SIGKILL')
  await first.stop()
  const waking = sleep(500).then(() => process.kill(child!, 'SIGKILL'))

  const second = await start({ directory: shared, settings: quick })

  expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }])
  await waking
  expect(await readFile(join(shared, 'postgres.log'), 'utf8')).toContain('pre-existing shared memory block')
})

test('a pid file whose number now belongs to another program does not keep the server from starting', async () => {
  const { uid, gid } = await stat(join(shared, 'postgres'))
  const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {})
  onTestFinished(() => void stranger.kill())
  await writeFile(
    join(shared, 'postgres', 'postmaster.pid'),
    `${stranger.pid}\n${shared}/postgres\n1\n5433\n`,
  )

  const embedded = await start({ directory: shared, settings: quick })

  expect(await ask(embedded, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(stranger.exitCode).toBe(null)
})

test('data of another major version is refused with what to do, and left alone', async () => {
  const version = join(shared, 'postgres', 'PG_VERSION')
  onTestFinished(() => writeFile(version, '18\n'))
  await writeFile(version, '13\n')

  await expect(start({ directory: shared })).rejects.toMatchObject({
    code: 'postgres_other_major',
    message: expect.stringContaining('written by PostgreSQL 13; this is PostgreSQL 18'),
    remedy: expect.stringMatching(/mv .*pg_dump/),
  })

  expect(await readFile(version, 'utf8')).toBe('13\n')
})

test('a folder that is no database is refused and left alone', async () => {
  const directory = join(root, 'thesis')
  await mkdir(join(directory, 'postgres'), { recursive: true })
  await writeFile(join(directory, 'postgres', 'chapter-1.txt'), 'It was a dark night')
  if (isRoot) await chown(join(directory, 'postgres'), 65534, 65534)

  await expect(start({ directory })).rejects.toMatchObject({ code: 'postgres_failed' })

  expect(await readdir(join(directory, 'postgres'))).toEqual(['chapter-1.txt'])
})

test('a server that ends instead of starting says why, in its own words', async () => {
  await expect(
    start({ directory: shared, settings: { maintenance_work_mem: 'plenty' } }),
  ).rejects.toMatchObject({
    code: 'postgres_failed',
    message: expect.stringContaining('invalid value for parameter "maintenance_work_mem"'),
  })
})

test('the password is for its owner alone: in no command line, environment or log of a server that is not root', async () => {
  const directory = join(root, 'secretive')
  await mkdir(directory, { mode: 0o700 })
  const lines: string[] = []
  const embedded = await start({ directory, settings: quick, log: (line) => lines.push(line) })
  const secret = embedded.password

  expect(secret).toMatch(/^[\w-]{32}$/)
  expect((await stat(join(directory, 'postgres.password'))).mode & 0o777).toBe(0o600)
  const family = await familyOf(directory)
  expect(family.length).toBeGreaterThan(3)
  for (const pid of process.platform === 'linux' ? family : []) {
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(secret)
    if (isRoot) expect((await stat(`/proc/${pid}`)).uid).not.toBe(0)
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    expect(environment).not.toContain(secret)
    expect(environment).not.toContain('VITEST')
  }
  expect(await readFile(join(directory, 'postgres.log'), 'utf8')).not.toContain(secret)
  expect(lines.join('\n')).not.toContain(secret)
  expect((await lstat(join(directory, 'postgres'))).isDirectory()).toBe(true) // a 0700 directory of ours needs no shelter
})

test('a wrong password is not let in; a lost one is replaced, and the data is kept', async () => {
  const first = await start({ directory: shared, settings: quick })
  await ask(first, 'create table kept ()')
  await expect(
    ask({ ...first, url: () => first.url().replace(first.password, 'guess') }, 'select 1'),
  ).rejects.toThrow(/password/)
  await first.stop()
  await unlink(join(shared, 'postgres.password'))

  const second = await start({ directory: shared, settings: quick })

  expect(second.password).not.toBe(first.password)
  expect(await ask(second, `select to_regclass('kept') is not null as there`)).toEqual([{ there: true }])
})

test('with install scripts blocked, the programs are put right where npm left them', async () => {
  const native = join(root, 'bare')
  await copyAsPacked(native)

  const embedded = await start({ directory: join(root, 'scriptless'), binaries: native, settings: quick })

  expect(await ask(embedded, 'select 1 as one')).toEqual([{ one: 1 }])
  expect((await lstat(join(native, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true)
})

test('a platform that no package serves is told so', () => {
  expect(() => installedBinaries('sunos', 'x64')).toThrow(
    expect.objectContaining({
      code: 'postgres_unsupported',
      remedy: expect.stringContaining('DATABASE_URL'),
    }),
  )
})

test('a discarded server leaves nothing of itself; a running one is not discarded', async () => {
  const directory = join(root, 'discarded')
  const embedded = await start({ directory, settings: quick })
  await writeFile(join(directory, 'notes.txt'), 'mine')

  await expect(discardEmbedded(directory)).rejects.toMatchObject({ code: 'postgres_in_use' })
  await embedded.stop()
  await discardEmbedded(directory)

  expect(await readdir(directory)).toEqual(['notes.txt'])
})

test.runIf(isRoot)(
  'under a private home, root keeps the data where the server can reach it, and finds it again',
  async () => {
    const home = join(root, 'home')
    const shelter = join(root, 'var-lib')
    await mkdir(home, { mode: 0o700 })
    await copyAsPacked(join(home, 'native'))
    const options = {
      directory: join(home, '.reeve'),
      binaries: join(home, 'native'),
      shelter,
      settings: quick,
    }
    const lines: string[] = []
    const first = await start({ ...options, log: (line) => lines.push(line) })
    await ask(first, 'create table kept ()')
    await first.stop()

    const second = await start(options)

    expect(await ask(second, `select to_regclass('kept') is not null as there`)).toEqual([{ there: true }])
    expect(await readlink(join(options.directory, 'postgres'))).toContain(join(shelter, 'home-'))
    expect(lines).toContainEqual(expect.stringMatching(/the data is kept in .* because the server runs as/))
    await second.stop()
    await discardEmbedded(options.directory)
    expect((await readdir(shelter)).filter((name) => name.startsWith('home-'))).toEqual([])
  },
)

async function start(options: EmbeddedOptions) {
  const embedded = await startEmbedded(options)
  onTestFinished(() => embedded.stop())
  return embedded
}

async function ask(server: { url(): string }, text: string) {
  const client = new Client(server.url())
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function aListener(): Promise<{ port: number }> {
  const server = await new Promise<Server>((resolve) => {
    const listening = createServer().listen(0, '127.0.0.1', () => resolve(listening))
  })
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port }
}

/** The postmaster and then its children. */
async function familyOf(directory: string): Promise<number[]> {
  const postmaster = Number.parseInt(
    await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8'),
    10,
  )
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number))
  return [postmaster, ...pairs.filter(([, parent]) => parent === postmaster).map(([pid]) => pid!)]
}

async function gone(family: number[]): Promise<void> {
  for (const pid of family) {
    const found = processOf(pid)
    if (found) await hasEnded(found, 5_000)
  }
}

/** The package as it comes out of its archive: without links, and here without executable bits too. */
async function copyAsPacked(to: string): Promise<void> {
  await cp(installedBinaries(), to, { recursive: true, verbatimSymlinks: true, mode: 2 })
  const links = JSON.parse(await readFile(join(to, 'pg-symlinks.json'), 'utf8')) as { target: string }[]
  for (const { target } of links) await removeInside(to, join(to, relative('native', target)))
  for (const program of await readdir(join(to, 'bin'))) await chmod(join(to, 'bin', program), 0o644)
}
