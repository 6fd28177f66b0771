import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Refusal } from '../../foundation/refusal.ts'
import { aWorkshop, type Workshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const first = '20260101000000_first'
const second = '20260102000000_second'

/** Ends the connection of the migrator from outside as soon as it sleeps, as a crash or a failover would. */
async function killAsleep({ client }: Workshop) {
  for (let tries = 0; tries < 100; tries++) {
    const { rowCount } = await client.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'reeve migrate' and datname = current_database() and wait_event = 'PgSleep'`)
    if (rowCount) return
    await pause(50)
  }
}

test('a connection that ends in the middle of a migration leaves neither tables nor history of it', async () => {
  const workshop = await aWorkshop()
  await workshop.write(first, 'create table first (id int)', '-- Loses: first.\ndrop table first')
  await workshop.write(
    second,
    'create table second (id int);\nselect pg_sleep(20);\ncreate table third (id int)',
    '-- Loses: second.\ndrop table second, third',
  )
  const [refused] = await Promise.all([deploy(workshop).catch((error: Error) => error), killAsleep(workshop)])
  expect(refused).toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining(`${second}/migration.sql line 2`),
  })
  expect(await workshop.column(`select to_regclass('second')`)).toEqual([null])
  expect(await status(workshop)).toMatchObject({
    applied: [{ name: first }],
    pending: [{ name: second }],
    failed: [],
  })

  await workshop.write(second, 'create table second (id int); create table third (id int)')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: second }], already: 1 })
})

test('a connection that ends in the middle of a rollback leaves the migration applied', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    'create table first (id int)',
    '-- Loses: first.\ndrop table first; select pg_sleep(20)',
  )
  await deploy(workshop)
  const back = rollback({ ...workshop, reach: { steps: 1 }, consent: async () => true })
  const [refused] = await Promise.all([back.catch((error: Error) => error), killAsleep(workshop)])
  expect(refused).toMatchObject({ code: 'migration_failed' })
  expect(await workshop.column(`select to_regclass('first')::text`)).toEqual(['first'])
  expect(await status(workshop)).toMatchObject({ applied: [{ name: first }], rolledBack: [] })
})

test('a connection that ends in the middle of a migration outside of transactions leaves it unfinished, and rollback clears up', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    '-- no-transaction\ncreate table first (id int);\nselect pg_sleep(20);\ncreate table third (id int)',
    '-- Loses: first.\ndrop table if exists first, third',
  )
  const [refused] = await Promise.all([deploy(workshop).catch((error: Error) => error), killAsleep(workshop)])
  expect(refused).toMatchObject({
    code: 'migration_failed',
    message: expect.stringContaining('after 1 of 3 statements'),
  })
  expect(await status(workshop)).toMatchObject({ applied: [], failed: [{ name: first, logs: null }] })
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'history_failed' })

  await rollback({ ...workshop, reach: { steps: 1 }, consent: async () => true })
  expect(await workshop.column(`select to_regclass('first')`)).toEqual([null])
  await workshop.write(first, '-- no-transaction\ncreate table first (id int)')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: first }] })
})

test('a connection that ends between two migrations leaves the first, and the next deploy goes on', async () => {
  const workshop = await aWorkshop()
  await workshop.write(first, 'create table first (id int)', '-- Loses: first.\ndrop table first')
  // the second one takes its time, so that the end surely comes before it is through, however busy the machine is
  const down = '-- Loses: second.\ndrop table second'
  await workshop.write(second, 'select pg_sleep(20); create table second (id int)', down)
  const progress = ({ done }: { done?: number }) => {
    if (done !== 1) return
    void workshop.client.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'reeve migrate' and datname = current_database()`)
  }
  await expect(deploy({ ...workshop, progress })).rejects.toBeInstanceOf(Refusal)
  expect(
    await workshop.column('select migration_name from _prisma_migrations where finished_at is not null'),
  ).toContain(first)
  await workshop.write(second, 'create table second (id int)', down)
  await deploy(workshop)
  expect(await status(workshop)).toMatchObject({
    upToDate: true,
    applied: [{ name: first }, { name: second }],
  })
})

test('a connection that ends at the commit leaves a question, and status answers it', async () => {
  const workshop = await aWorkshop()
  await workshop.write(
    first,
    `create table first (id int);
     create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$;
     create constraint trigger slowly after insert on first deferrable initially deferred
       for each row execute function slowly();
     insert into first values (1)`,
    '-- Loses: first.\ndrop table first; drop function slowly',
  )
  const [refused] = await Promise.all([deploy(workshop).catch((error: Error) => error), killAsleep(workshop)])
  expect(refused).toMatchObject({
    code: 'outcome_unknown',
    message: expect.stringContaining('at its commit'),
    remedy: expect.stringContaining('reeve migrate status'),
  })
  expect(await status(workshop)).toMatchObject({ applied: [], pending: [{ name: first }], failed: [] })
  expect(await workshop.column(`select to_regclass('first')`)).toEqual([null])
})
