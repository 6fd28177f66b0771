/** The budgets at a thousand people: that they are measured, not what comes out, for this machine may be busy. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { withClient } from '../database/client.ts'
import { removeInside } from '../foundation/guard.ts'
import { translated } from '../testing/program.ts'

const { hostname, port, username, password } = new URL(inject('postgresUrl'))
const server = `postgresql://${username}@${hostname}:${port}/postgres`

let folder: string
let program: { main: string; remove: () => Promise<void> }
beforeAll(async () => {
  program = await translated()
  folder = await mkdtemp(join(tmpdir(), 'reeve-perf-test-'))
})
afterAll(async () => {
  await program.remove()
  await removeInside(tmpdir(), folder)
})

const figures = { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) }
const budgets = {
  'user by e-mail': 10,
  'status filter': 30,
  'page of a list': 50,
  'creating a user': 100,
  'complex search': 200,
  'activity of a user': 100,
  'history of a thing': 100,
}

test(
  'every budget is measured on a PostgreSQL of its own, of which nothing stays',
  { timeout: 180_000 },
  async () => {
    const { code, out } = await perf(['--users', '1000', '--json', '--plans'])
    const found = JSON.parse(out)
    expect(found).toMatchObject({
      users: 1_000,
      postgres: expect.stringMatching(/^\d+\.\d+$/),
      met: code === 0,
    })
    expect(Object.fromEntries(found.budgets.map(({ name, budgetMs }: Budget) => [name, budgetMs]))).toEqual(
      budgets,
    )
    for (const budget of found.budgets as Budget[]) {
      expect(budget).toMatchObject({ ...figures, met: budget.p95 <= budget.budgetMs })
      expect(budget.samples).toBeGreaterThan(19)
    }
    expect(found.concurrency).toMatchObject({
      ...figures,
      atOnce: 50,
      connections: expect.any(Number),
      failed: 0,
      wrong: 0,
    })
    const search = found.plans.find(({ name }: Budget) => name === 'complex search')
    expect(search.plans.map(({ statement }: { statement: string | null }) => statement)).toContain(
      'users.search',
    )
    expect(search.plans.at(-1).plan).toMatch(/actual time=.* rows=.*\n(.*\n)*.*Buffers: shared hit=/)
    expect(await readdir(folder)).toEqual([])
  },
)

test(
  'on a server that is given it uses a database of its own, tells people, and leaves the others alone',
  { timeout: 180_000 },
  async () => {
    const { code, out, err } = await perf(['--users', '1000', '--database-url', server], {
      DATABASE_PASSWORD: password,
    })
    expect([0, 1]).toContain(code)
    expect(out).toMatch(/^1,000 people on PostgreSQL \d+\.\d+, loaded in \d+ s$/m)
    for (const [name, ms] of Object.entries(budgets))
      expect(out).toMatch(new RegExp(`^${name} +${ms} ms( +\\d+\\.\\d){3}  (met|missed)$`, 'm'))
    expect(out).toMatch(/^50 connections( +\d+\.\d){3}  (met|missed)$/m)
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(err).toMatch(/^loading 1,000 people: .* \(\d+ of \d+\)$/m)
    expect(await leftBehind()).toEqual([])
  },
)

test('whoever interrupts it finds nothing of it afterwards', { timeout: 120_000 }, async () => {
  const child = start(['--users', '1000000', '--database-url', server], { DATABASE_PASSWORD: password })
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  while (!said.includes('loading')) await once(child.stderr, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  expect({ code, said }).toEqual({
    code: 130,
    said: expect.stringContaining('stopped: nothing was measured'),
  })
  expect(await leftBehind()).toEqual([])
})

test.each([
  [
    'a password that everybody on the machine could read',
    ['--database-url', 'postgresql://a:b@localhost/c'],
    2,
  ],
  ['an address that is none', ['--database-url', 'localhost'], 2],
  ['too few people to measure anything', ['--users', '10'], 2],
  ['nobody at all', ['--users', 'all'], 2],
  [
    'a login that may not make what it needs',
    ['--database-url', `postgresql://reeve_app@${hostname}:${port}/postgres`],
    3,
  ],
  ['a server that is not there', ['--database-url', 'postgresql://a@127.0.0.1:1/c'], 1],
])('it refuses %s, before anything is made', async (_, words, exit) => {
  const { code, out } = await perf([...words, '--json'], { DATABASE_PASSWORD: inject('appPassword') })
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    code: exit,
    error: { remedy: expect.stringMatching(/\S/) },
  })
  expect(await leftBehind()).toEqual([])
})

type Budget = { name: string; budgetMs: number; samples: number; p95: number }

function perf(words: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [program.main, 'perf', ...words], options(env), (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })
}

function start(words: string[], env: Record<string, string>) {
  return spawn(process.execPath, [program.main, 'perf', ...words], {
    ...options(env),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** Its temporary things go where we can see them. */
function options(env: Record<string, string>) {
  return { cwd: folder, env: { PATH: process.env['PATH'], TMPDIR: folder, ...env }, maxBuffer: 100_000_000 }
}

/** Those that it made and that are still there. */
async function leftBehind(): Promise<string[]> {
  return withClient({ connectionString: inject('postgresUrl') }, async (client) => {
    const query = "select datname from pg_database where datname like 'reeve\\_perf\\_%'"
    return (await client.query<{ datname: string }>(query)).rows.map(({ datname }) => datname)
  })
}
