/** Tables of an application's own, from the folder in which it stands. */
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { testDatabase } from '../testing/database.ts'
import { run } from './program.ts'

const { admin, adminUrl } = await testDatabase()

let place: string
let elsewhere: string
const before = process.cwd()
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'reeve-application-'))
  elsewhere = await mkdtemp(join(tmpdir(), 'reeve-elsewhere-'))
  vi.stubEnv('DATABASE_URL', adminUrl)
  vi.stubEnv('NODE_ENV', 'test')
  vi.stubEnv('NO_COLOR', '1')
})
beforeEach(() => process.chdir(place))
afterAll(async () => {
  process.chdir(before)
  process.exitCode = undefined
  vi.unstubAllEnvs()
  await removeInside(tmpdir(), place)
  await removeInside(tmpdir(), elsewhere)
})

test('a table is begun, deployed from where we stand, and nothing amiss from elsewhere', async () => {
  const { out } = await reeve('migrate', 'new', '--tenant-table', 'invoices', '--belongs-to', 'users')
  expect(out).toMatch(/^put your columns in/)
  expect(out).toContain('model Invoice {')
  expect(out).toContain('model User { invoices Invoice[] }')
  const [name] = await readdir('prisma/migrations')

  const pending = await answer('migrate', 'status')
  expect(pending).toMatchObject({ upToDate: false, pending: [{ name }] })
  expect(await answer('migrate', 'status', '--reeve-only')).toMatchObject({ upToDate: true, pending: [] })
  expect(await answer('migrate', 'deploy')).toMatchObject({ applied: [{ name }] })
  expect(await answer('migrate', 'status')).toMatchObject({ upToDate: true, elsewhere: [] })

  process.chdir(elsewhere)
  expect(await answer('migrate', 'status')).toMatchObject({ upToDate: true, elsewhere: [name] })
  expect((await reeve('migrate', 'status')).out).toMatch(new RegExp(`${name} .* of an application`))
  expect(await answer('status')).toMatchObject({ migrations: { upToDate: true, pending: 0 } })
  expect(await answer('migrate', 'rollback', '--yes')).toMatchObject({ error: { code: 'database_ahead' } })
  const folder = join(place, 'prisma/migrations')
  expect(await answer('migrate', 'rollback', '--yes', '--folder', folder)).toMatchObject({
    rolledBack: [{ name }],
  })
})

test('a table that is there is put under isolation, and a reset knows that it is ours', async () => {
  await answer('migrate', 'deploy')
  await admin.query(`
    set role reeve_owner;
    create table projects (tenant_id uuid not null, id uuid primary key);
    reset role`)
  const { out } = await reeve('migrate', 'new', '--tenant-table', 'projects', '--existing')
  expect(out).toMatch(/what it does not mend\n {2}projects_pkey: /)
  expect(await answer('migrate', 'deploy')).toMatchObject({ applied: [{}] })
  const { rows } = await admin.query(`select relrowsecurity from pg_class where relname = 'projects'`)
  expect(rows).toEqual([{ relrowsecurity: true }])

  // the table itself was made by no migration
  expect(await answer('reset', '--no-seed', '--yes')).toMatchObject({
    error: { code: 'still_in_use', message: expect.stringMatching(/: projects$/) },
  })
  await answer('migrate', 'rollback', '--yes')
  await admin.query('drop table projects')
  await removeInside(place, join(place, 'prisma/migrations', (await readdir('prisma/migrations')).at(-1)!))
  expect(await answer('reset', '--no-seed', '--yes', '--reeve-only')).toMatchObject({
    error: { message: expect.stringMatching(/: invoices$/) },
  })
  expect(await answer('reset', '--no-seed', '--yes')).toMatchObject({ deleted: {} })
  expect(await answer('migrate', 'status')).toMatchObject({ upToDate: true })
})

test.each([
  ['nothing said', [], 2],
  ['a reference without a table', ['people', 'pay', '--belongs-to', 'users'], 2],
  ['an existing table without its name', ['people', 'pay', '--existing'], 2],
  ['references of an existing table', ['--tenant-table', 'a', '--existing', '--belongs-to', 'users'], 2],
  ['no name of a table', ['--tenant-table', 'In Voices'], 2],
  ['a table that is not there', ['--tenant-table', 'nowhere', '--existing'], 3],
])('%s is refused', async (_, words, exit) => {
  const told = await reeve('migrate', 'new', ...words, '--json')
  expect(told).toMatchObject({ exit, err: '' })
  expect(JSON.parse(told.out)).toMatchObject({ error: { remedy: expect.stringMatching(/\S/) } })
})

async function answer(...words: string[]): Promise<unknown> {
  const { out } = await reeve(...words, '--json')
  return JSON.parse(out)
}

/** Runs the program in this process and hears what it says. */
async function reeve(...words: string[]): Promise<{ out: string; err: string; exit: number }> {
  const said = { out: '', err: '' }
  const hear = (to: 'out' | 'err') => (text: string | Uint8Array) =>
    Boolean((said[to] += String(text))) || true
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('err')),
  ]
  try {
    const exit = await run(words)
    return { ...said, exit }
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}
