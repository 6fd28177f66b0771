import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { Refusal } from '../../foundation/refusal.ts'
import { aWorkshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'

const nothing = '-- Loses: nothing.'
const first = '20260101000000_people'
const second = '20260102000000_pets'

async function twoMigrations() {
  const workshop = await aWorkshop()
  await workshop.write(first, 'create table people (id int);\ninsert into people values (1)', nothing)
  await workshop.write(second, 'create table pets (id int)', nothing)
  return workshop
}

test('what is pending is applied in order, and a second deploy finds nothing to do', async () => {
  const workshop = await twoMigrations()
  const done = await deploy(workshop)
  expect(done.applied.map(({ name }) => name)).toEqual([first, second])
  expect(workshop.said).toEqual([`applying ${first}`, `applying ${second}`])

  expect(await deploy(workshop)).toEqual({ applied: [], already: 2, pending: [], late: [], dryRun: false })
  expect(await workshop.column('select count(*) from people')).toEqual(['1'])
})

test('the history is what Prisma would have written', async () => {
  const workshop = await twoMigrations()
  await deploy(workshop)
  const { rows } = await workshop.client.query('select * from _prisma_migrations order by started_at')
  const file = await readFile(join(workshop.folder, first, 'migration.sql'))
  expect(rows[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    checksum: createHash('sha256').update(file).digest('hex'),
    migration_name: first,
    started_at: expect.any(Date),
    finished_at: expect.any(Date),
    rolled_back_at: null,
    logs: null,
    applied_steps_count: 1,
  })
  expect(rows[0].finished_at.valueOf()).toBeGreaterThanOrEqual(rows[0].started_at.valueOf())
  expect(rows[1].started_at.valueOf()).toBeGreaterThanOrEqual(rows[0].finished_at.valueOf())
  expect(
    await workshop.column(`
      select concat_ws(' ', attname, format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
                       pg_get_expr(adbin, adrelid))
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
       where attrelid = '_prisma_migrations'::regclass and attnum > 0 order by attnum`),
  ).toEqual([
    'id character varying(36) not null',
    'checksum character varying(64) not null',
    'finished_at timestamp with time zone',
    'migration_name character varying(255) not null',
    'logs text',
    'rolled_back_at timestamp with time zone',
    'started_at timestamp with time zone not null now()',
    'applied_steps_count integer not null 0',
  ])
})

test('a deploy may stop at a migration, named whole or by its time', async () => {
  const workshop = await twoMigrations()
  expect(await deploy({ ...workshop, to: '20260101000000' })).toMatchObject({
    applied: [{ name: first }],
    pending: [second],
  })
  expect(await deploy({ ...workshop, to: second })).toMatchObject({
    applied: [{ name: second }],
    pending: [],
  })
  await expect(deploy({ ...workshop, to: '20260103000000_cars' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('a dry run says what would be applied and leaves no trace', async () => {
  const workshop = await twoMigrations()
  expect(await deploy({ ...workshop, dryRun: true })).toEqual({
    applied: [],
    already: 0,
    pending: [first, second],
    late: [],
    dryRun: true,
  })
  expect(
    await workshop.column(`select relname from pg_class where relnamespace = 'public'::regnamespace`),
  ).toEqual([])
})

test('a migration from another branch, older than the last applied, is applied and named', async () => {
  const workshop = await twoMigrations()
  await deploy(workshop)
  const late = '20260101120000_parcels'
  await workshop.write(late, 'create table parcels (id int)', nothing)
  expect(await deploy({ ...workshop, dryRun: true })).toMatchObject({ pending: [late], late: [late] })
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: late }], late: [late] })
})

test('a migration that fails leaves nothing, keeps those before it, and says where it stopped', async () => {
  const workshop = await twoMigrations()
  await workshop.write(
    second,
    `-- Why: pets.\ncreate table pets (id int);\ninsert into pets values (1);\n\nselect 'é', '𝄞',\n  nobody from pets;\n`,
  )
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'migration_failed',
    message: `${second}/migration.sql line 6: column "nobody" does not exist (42703). Nothing of it remains`,
  })
  expect(await workshop.column('select migration_name from _prisma_migrations')).toEqual([first])
  expect(await workshop.column(`select to_regclass('pets')`)).toEqual([null])

  await workshop.write(second, 'create table pets (id int)', nothing)
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: second }], already: 1 })
})

test('an error that has no place of its own is found by the statement that was not done', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    `create table a (i int);\n-- now it breaks\nselect\n  1 / 0;\nselect 1`,
    nothing,
  )
  await expect(deploy(workshop)).rejects.toThrow(`${first}/migration.sql line 3: division by zero (22012)`)
})

test('a hint of the server is passed on, the row it quotes is not', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    `create table a (secret text check (secret <> 'hunter2'));\ninsert into a values ('hunter2')`,
    nothing,
  )
  await workshop.write(second, 'select 1', nothing)
  const refused = await deploy(workshop).catch((error: Error) => error)
  expect(refused).toMatchObject({ code: 'migration_failed' })
  expect(inspect(refused, { showHidden: true })).not.toContain('hunter2')

  await workshop.write(first, 'create table a (i int); select sum(1, 2)', nothing)
  await expect(deploy(workshop)).rejects.toThrow('hint: No function matches')
})

test('a rule that is checked at the commit undoes the whole migration too', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    'create table a (i int primary key, j int references a deferrable initially deferred); insert into a values (1, 2)',
    nothing,
  )
  await expect(deploy(workshop)).rejects.toThrow(/at its commit: .* violates foreign key constraint/)
  expect(await workshop.column(`select to_regclass('a')`)).toEqual([null])
  expect(await workshop.column(`select count(*) from _prisma_migrations`)).toEqual(['0'])
})

test('what one migration sets does not reach the next', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    `create schema other; set search_path = other; set lock_timeout = '1h'; set role pg_monitor`,
    nothing,
  )
  await workshop.write(
    second,
    `create table here as select current_setting('lock_timeout') as t, current_user::text as u`,
    nothing,
  )
  await deploy(workshop)
  expect(await workshop.column(`select t || ' ' || u from public.here`)).toEqual(['3s postgres'])
})

test('a migration cannot wait long for a lock, and tries again before it gives up', async () => {
  const workshop = await twoMigrations()
  await deploy(workshop)
  await workshop.write(
    '20260103000000_names',
    `set local lock_timeout = '50ms';\nalter table people add name text`,
    nothing,
  )
  await workshop.client.query('begin; lock table people')

  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining('(55P03)'),
  })
  expect(workshop.said.filter((line) => line.endsWith('trying again'))).toHaveLength(2)

  const [done] = await Promise.all([deploy(workshop), waitThen(200, () => workshop.client.query('commit'))])
  expect(done.applied).toHaveLength(1)
})

test('edited history is refused; line ends swapped by git are not an edit', async () => {
  const workshop = await twoMigrations()
  await deploy(workshop)
  await workshop.write(first, 'create table people (id int);\r\ninsert into people values (1)')
  await deploy(workshop)

  await workshop.write(first, 'create table people (id int);\ninsert into people values (2)')
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'history_edited',
    message: `edited since applied: ${first}`,
    remedy: expect.stringContaining('new migration'),
  })
})

test('a database ahead of the code is refused, and so is a hole in the folder', async () => {
  const workshop = await twoMigrations()
  await deploy(workshop)
  await workshop.remove(second)
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'database_ahead',
    message: `the database is ahead of this code: it has ${second}`,
  })

  await workshop.write(second, 'create table pets (id int)', nothing)
  await workshop.remove(first)
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'database_ahead',
    message: `the database has migrations that the folder lacks: ${first}`,
  })
})

test("a migration that Prisma's engine left unfinished is refused until a person has said how it ended", async () => {
  const workshop = await twoMigrations()
  await deploy({ ...workshop, to: first })
  await workshop.client.query(`
    insert into _prisma_migrations (id, checksum, migration_name, logs)
    values (gen_random_uuid(), 'x', '${second}', 'ERROR: out of luck')`)
  const refused = (await deploy(workshop).catch((error: unknown) => error)) as Refusal
  expect(refused).toMatchObject({ code: 'history_failed', message: expect.stringContaining('out of luck') })
  await expect(
    rollback({ ...workshop, reach: { steps: 1 }, consent: async () => true }),
  ).rejects.toMatchObject({ code: 'history_failed' })

  await workshop.client.query(refused.remedy.slice(refused.remedy.indexOf('update public.')))
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: second }] })
})

test('a database with tables and no history is refused; what an extension brought does not count', async () => {
  const workshop = await twoMigrations()
  await workshop.client.query('create extension pg_stat_statements')
  await workshop.client.query('create table strangers (id int)')
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'history_missing',
    message: expect.stringContaining('(public.strangers)'),
  })
  await workshop.client.query('drop table strangers')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: first }, { name: second }] })
})

test.each([
  ['without a way back', 'select 1', undefined, 'rollback_missing'],
  ['whose way back does not say what it loses', 'select 1', 'drop table a', 'rollback_missing'],
  [
    'whose way back still says nothing about its loss',
    'select 1',
    '-- Loses: …\ndrop table a',
    'rollback_missing',
  ],
  ['that does nothing', '-- Why: …\nset local lock_timeout = 1;', nothing, 'migration_invalid'],
  ['that commits', 'create table a (i int); commit; select 1', nothing, 'migration_invalid'],
  [
    'whose way back commits',
    'create table a (i int)',
    '-- Loses: a.\ndrop table a; commit',
    'migration_invalid',
  ],
])('a migration %s is refused before anything runs', async (_, up, down, code) => {
  const workshop = await aWorkshop()
  await workshop.write(first, 'create table before (id int)', nothing)
  await workshop.write(second, up, down)
  await expect(deploy(workshop)).rejects.toMatchObject({ code })
  expect(await workshop.column(`select to_regclass('before')`)).toEqual([null])
})

test('what PostgreSQL does outside of transactions only comes with the way to say so', async () => {
  const workshop = await aWorkshop()
  await workshop.write(first, 'create table a (i int);\ncreate index concurrently a_i on a (i)', nothing)
  await expect(deploy(workshop)).rejects.toMatchObject({
    message: expect.stringContaining('line 2'),
    remedy: expect.stringContaining('-- no-transaction'),
  })
})

test('a database that is not there, a wrong password and a closed port are each called by their name', async () => {
  const workshop = await twoMigrations()
  const other = (change: (url: URL) => void) => {
    const url = new URL(workshop.url)
    change(url)
    return deploy({ ...workshop, connect: () => ({ connectionString: url.href }) })
  }
  await expect(other((url) => (url.pathname = '/nowhere'))).rejects.toMatchObject({
    name: 'DatabaseFailure',
    sqlstate: '3D000',
  })
  await expect(other((url) => (url.password = 'wrong'))).rejects.toMatchObject({
    name: 'DatabaseFailure',
    sqlstate: '28P01',
  })
  await expect(other((url) => (url.port = '1'))).rejects.toMatchObject({ code: 'database_unreachable' })
})

async function waitThen<T>(ms: number, work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return work()
}
