import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { heard } from '../testing/command-line.ts'
import { testDatabase } from '../testing/database.ts'
import { run } from './program.ts'

vi.setConfig({ testTimeout: 240_000 })

const { admin, adminUrl } = await testDatabase()
const reeve = (...words: string[]) => heard(run, ['prove', 'isolation', ...words])

beforeAll(() => {
  Object.assign(process.env, { DATABASE_URL: adminUrl, NODE_ENV: 'test', NO_COLOR: '1' })
})
afterAll(() => {
  process.exitCode = undefined
})

test('where nothing gets through it says so, in lines that fit, and who it was connected as', async () => {
  const { out, exit } = await reeve()
  expect(exit).toBe(0)
  expect(out).toMatch(/nothing got through\n$/)
  expect(out).toMatch(/connected as postgres, a superuser: no policy holds for it/)
  expect(out).toMatch(/not tried: what a pooled connection keeps/)
  const [, rows = ''] = /(\nfamily [^]*?)\n\n/.exec(out)!
  expect(rows.split('\n').length).toBeGreaterThan(12)
  expect(rows.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('where something gets through it exits with 1 and shows what to type to see it', async () => {
  await admin.query('alter table posts disable row level security')
  const { out, exit } = await reeve('--json')
  const told = await reeve()
  await admin.query('alter table posts enable row level security')
  expect(exit).toBe(1)
  const proof = JSON.parse(out) as { proven: boolean; through: { on: string; replay: string }[] }
  expect(proof.proven).toBe(false)
  expect(proof.through[0]).toMatchObject({ on: 'public.posts', replay: expect.stringMatching(/^begin;/) })
  expect(told.out).toMatch(/✗ read: select by tenant on public\.posts, as reeve_app/)
})

test('a commit is made only in the database that was named for it', async () => {
  expect(await reeve('--commit', 'production', '--json')).toMatchObject({ exit: 3 })
})
