import { expect, test } from 'vitest'
import type { Refusal } from '../../foundation/refusal.ts'
import { aWorkshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const people = '20260101000000_people'
const index = '20260102000000_people_are_found_by_name'
const consent = async () => true

async function withPeople(
  up: string,
  down = '-- no-transaction\n-- Loses: nothing.\ndrop index concurrently if exists people_by_name',
) {
  const workshop = await aWorkshop()
  await workshop.write(
    people,
    `create table people (name text); insert into people values ('Ada'), ('Ada')`,
    '-- Loses: people.\ndrop table people',
  )
  await workshop.write(index, up, down)
  return workshop
}

test('an index is built concurrently, and dropped concurrently on the way back', async () => {
  const workshop = await withPeople(
    '-- no-transaction\ncreate index concurrently people_by_name on people (name);\nselect 1;',
  )
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: people }, { name: index }] })
  expect(workshop.said).toContain(`${index}/migration.sql: statement 2 of 2`)
  expect(
    await workshop.column(`select indisvalid from pg_index where indexrelid = 'people_by_name'::regclass`),
  ).toEqual([true])
  expect(
    await workshop.column('select applied_steps_count from _prisma_migrations order by started_at'),
  ).toEqual([1, 2])

  await rollback({ ...workshop, reach: { steps: 1 }, consent })
  expect(await workshop.column(`select to_regclass('people_by_name')`)).toEqual([null])
  expect(await status(workshop)).toMatchObject({
    pending: [{ name: index }],
    failed: [],
    rolledBack: [{ name: index }],
  })
  expect(
    await workshop.column(`select logs from _prisma_migrations where rolled_back_at is not null`),
  ).toEqual([null])
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: index }] })
})

test('one that fails stays in the history, names the invalid index it left, and can be rolled back', async () => {
  const workshop = await withPeople(
    '-- no-transaction\nselect 1;\n\ncreate unique index concurrently people_by_name on people (name)',
  )
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'migration_failed',
    message: expect.stringMatching(
      /line 4, after 1 of 2 statements: .*\(23505\)\. It left an invalid index: public\.people_by_name$/,
    ),
    remedy: expect.stringContaining('reeve migrate rollback'),
  })
  expect(await status(workshop)).toMatchObject({
    failed: [{ name: index, logs: expect.stringContaining('(23505)') }],
    upToDate: false,
  })

  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'history_failed',
    remedy: expect.stringContaining(
      'drop index concurrently if exists public.people_by_name; update public._prisma_migrations set rolled_back_at',
    ),
  })

  expect(await rollback({ ...workshop, reach: { steps: 1 }, consent })).toMatchObject({
    rolledBack: [{ name: index }],
  })
  expect(await workshop.column(`select to_regclass('people_by_name')`)).toEqual([null])
  await workshop.client.query('truncate people')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: index }], already: 1 })
})

test('what the remedy says to do by hand works', async () => {
  const workshop = await withPeople(
    '-- no-transaction\ncreate unique index concurrently people_by_name on people (name)',
  )
  await deploy(workshop).catch(() => {})
  const { remedy } = (await deploy(workshop).catch((error: unknown) => error)) as Refusal
  const statements = remedy.slice(remedy.indexOf('drop index')).split('; ')
  for (const statement of statements) await workshop.client.query(statement)
  await workshop.write(index, '-- no-transaction\ncreate index concurrently people_by_name on people (name)')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: index }] })
})

test('half a rollback counts as failed until the other half is done', async () => {
  const workshop = await withPeople(
    'create table pets (id int)',
    '-- no-transaction\n-- Loses: pets.\ndrop table if exists pets;\nselect 1 / (select count(*) from people)',
  )
  await deploy(workshop)
  await workshop.client.query('truncate people')
  await expect(rollback({ ...workshop, reach: { steps: 1 }, consent })).rejects.toMatchObject({
    code: 'migration_failed',
  })
  expect(await status(workshop)).toMatchObject({
    failed: [{ name: index, logs: expect.stringContaining('rollback') }],
  })
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'history_failed' })

  await workshop.client.query(`insert into people values ('Ada')`)
  await rollback({ ...workshop, reach: { steps: 1 }, consent })
  expect(await status(workshop)).toMatchObject({ failed: [], pending: [{ name: index }] })
})

test('a line in a script that runs stepwise is counted in the file', async () => {
  const workshop = await withPeople('-- no-transaction\nselect 1;\n\nselect 2,\n  nobody;')
  await expect(deploy(workshop)).rejects.toThrow(
    `${index}/migration.sql line 5, after 1 of 2 statements: column "nobody"`,
  )
})
