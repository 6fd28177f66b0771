import { execFileSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { endsWithin, postgresOf, postgresUrlOf, translated, up, type Program } from '../testing/program.ts'

const linux = process.platform === 'linux'
const timeout = 120_000
const root = await mkdtemp(join(tmpdir(), 'reeve-stop-'))
execFileSync('chmod', ['755', root])
const { main, remove } = await translated()
afterAll(async () => {
  await remove()
  await removeInside(tmpdir(), root)
})
const directory = join(root, 'one')

test.runIf(linux).each(['SIGTERM', 'SIGINT'] as const)(
  'told to stop (%s), a request in flight gets its answer, a new one finds nobody, and PostgreSQL goes too',
  { timeout },
  async (signal) => {
    const program = await up(main, directory)
    const server = (await postgresOf(directory))!
    const { release, waiting } = await aLockOnAccounts()
    const inFlight = signUp(program, signal)
    await waiting(1)

    program.kill(signal)
    await expect.poll(() => reachable(program)).toBe(false)
    await release()

    expect((await inFlight).status).toBe(201)
    const answered = Date.now()
    expect(await program.ended).toMatchObject({ code: 0, signal: null })
    expect(Date.now() - answered).toBeLessThan(5_000) // although the client keeps its connection
    expect(await endsWithin(server.pid, 0)).toBe(true)
  },
)

test.runIf(linux)('what never ends holds the end up for seconds, not for ever', { timeout }, async () => {
  const program = await up(main, directory)
  const server = (await postgresOf(directory))!
  const { waiting } = await aLockOnAccounts()
  const inFlight = signUp(program, 'stuck').catch(() => ({ status: 0 }))
  await waiting(1)

  const started = Date.now()
  program.kill('SIGTERM')

  expect((await program.ended).code).toBe(0)
  expect(Date.now() - started).toBeLessThan(20_000)
  expect([0, 503, 504]).toContain((await inFlight).status)
  expect(await endsWithin(server.pid, 0)).toBe(true)
})

test.runIf(linux)('told twice, it ends at once, and PostgreSQL is told as well', { timeout }, async () => {
  const program = await up(main, directory)
  const server = (await postgresOf(directory))!
  const { waiting } = await aLockOnAccounts()
  void signUp(program, 'twice').catch(() => undefined)
  await waiting(1)

  const started = Date.now()
  program.kill('SIGINT')
  await expect.poll(() => reachable(program)).toBe(false)
  program.kill('SIGINT')

  expect((await program.ended).code).toBe(130)
  expect(Date.now() - started).toBeLessThan(3_000)
  expect(await endsWithin(server.pid, 10_000)).toBe(true)
})

test.runIf(linux)(
  'told to stop at any moment of its first start, it leaves nothing running',
  { timeout },
  async () => {
    for (const moment of [100, 500, 900, 1_500, 2_500]) {
      const early = join(root, `early-${moment}`)
      const program = await up(main, early, { wait: false })
      await sleep(moment)
      program.kill('SIGTERM')

      await program.ended

      await expect.poll(() => postgresOf(early)).toBe(undefined)
    }
  },
)

/** Everything that writes accounts waits until it is released, or until PostgreSQL goes. */
async function aLockOnAccounts() {
  const client = new pg.Client(await postgresUrlOf(directory))
  client.on('error', () => {})
  await client.connect()
  await client.query('begin; lock table accounts in share mode')
  return {
    release: () => client.end(),
    waiting: async (many: number) => {
      const held = () => client.query('select from pg_locks where not granted')
      await expect.poll(async () => (await held()).rowCount, { timeout: 10_000 }).toBe(many)
    },
  }
}

function signUp(program: Program, who: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${program.port}/v1/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `${who}@example.com`,
      password: 'correct horse battery',
      name: 'Ada',
      tenantName: who,
    }),
  })
}

async function reachable(program: Program): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${program.port}/health/live`, {
    headers: { connection: 'close' },
  }).catch(() => undefined)
  return answer !== undefined
}
