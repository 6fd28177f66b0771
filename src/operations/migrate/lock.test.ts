import { expect, test } from 'vitest'
import { aWorkshop, type Workshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'

const nothing = '-- Loses: nothing.'

async function slowMigration(seconds: number): Promise<Workshop> {
  const workshop = await aWorkshop()
  await workshop.write(
    '20260101000000_slow',
    `create table slow (id int); select pg_sleep(${seconds})`,
    nothing,
  )
  return workshop
}

test('of two migrators one works and one waits, and says for whom', async () => {
  const workshop = await slowMigration(0.7)
  const both = await Promise.all([deploy(workshop), deploy(workshop), deploy(workshop)])
  expect(both.map(({ applied }) => applied.length).toSorted()).toEqual([0, 0, 1])
  expect(workshop.said).toContainEqual(
    expect.stringMatching(/^waiting for another migrator \(pid \d+, reeve migrate, /),
  )
  expect(await workshop.column('select count(*) from _prisma_migrations')).toEqual(['1'])
})

test('who waits too long is refused, and nothing has happened', async () => {
  const workshop = await slowMigration(0)
  await workshop.client.query('select pg_advisory_lock(72707369)')
  await expect(deploy({ ...workshop, waitMs: 300 })).rejects.toMatchObject({
    code: 'migration_locked',
    message: expect.stringContaining('did not end within 0.3 s'),
  })
  await workshop.client.query('select pg_advisory_unlock(72707369)')
  expect(await workshop.column(`select to_regclass('slow')`)).toEqual([null])
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: '20260101000000_slow' }] })
})

test('the lock is given back after a failure and after a refusal', async () => {
  const workshop = await slowMigration(0)
  await workshop.write('20260102000000_broken', 'select 1 / 0', nothing)
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'migration_failed' })
  await workshop.write('20260102000000_broken', '', nothing)
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'migration_invalid' })
  expect(await workshop.column('select pg_try_advisory_lock(72707369)')).toEqual([true])
})

test('a migrator that lost its lock on the way applies no more', async () => {
  const workshop = await slowMigration(0)
  await workshop.write('20260102000000_careless', 'select pg_advisory_unlock_all()', nothing)
  await workshop.write('20260103000000_next', 'create table next (id int)', nothing)
  await expect(deploy(workshop)).rejects.toMatchObject({
    code: 'migration_locked',
    remedy: expect.stringContaining('not through a pooler'),
  })
  expect(await workshop.column(`select to_regclass('next')`)).toEqual([null])
  expect(workshop.said.at(-1)).toBe('the lock of the migrator was gone before its end')
})

test('while somebody thinks about their consent, nobody else migrates', async () => {
  const workshop = await slowMigration(0)
  await deploy(workshop)
  await workshop.write('20260102000000_next', 'create table next (id int)', nothing)
  let other: unknown
  const consent = async () => {
    other = await deploy({ ...workshop, waitMs: 100 }).catch((error: unknown) => error)
    return false
  }
  await expect(rollback({ ...workshop, reach: { steps: 1 }, consent })).rejects.toMatchObject({
    code: 'consent_needed',
  })
  expect(other).toMatchObject({ code: 'migration_locked' })
})
