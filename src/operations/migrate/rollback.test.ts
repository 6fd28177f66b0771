import { expect, test } from 'vitest'
import { aWorkshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const people = '20260101000000_people'
const pets = '20260102000000_pets'
const toys = '20260103000000_toys'
const consent = async () => true

async function threeApplied() {
  const workshop = await aWorkshop()
  await workshop.write(
    people,
    'create table people (id int primary key)',
    '-- Loses: every person.\ndrop table people',
  )
  await workshop.write(
    pets,
    'create table pets (id int primary key, keeper int references people)',
    '-- Loses: every pet.\ndrop table pets',
  )
  await workshop.write(
    toys,
    'create table toys (pet int references pets)',
    '-- Loses: every toy.\ndrop table toys',
  )
  await deploy(workshop)
  return workshop
}

test('the last migrations go back, youngest first, and the history keeps the trail', async () => {
  const workshop = await threeApplied()
  const { rolledBack } = await rollback({ ...workshop, reach: { steps: 2 }, consent })
  expect(rolledBack.map(({ name }) => name)).toEqual([toys, pets])
  expect(
    await workshop.column(`select relname from pg_class where relname in ('people', 'pets', 'toys')`),
  ).toEqual(['people'])
  expect(
    await workshop.column('select rolled_back_at is not null from _prisma_migrations order by started_at'),
  ).toEqual([false, true, true])

  await deploy(workshop)
  expect(await workshop.column('select migration_name from _prisma_migrations order by started_at')).toEqual([
    people,
    pets,
    toys,
    pets,
    toys,
  ])
  expect(await status(workshop)).toMatchObject({ upToDate: true, rolledBack: [] })
})

test('a migration that was rolled back may be edited before it is applied again', async () => {
  const workshop = await threeApplied()
  await rollback({ ...workshop, reach: { steps: 1 }, consent })
  await workshop.write(toys, 'create table toys (pet int references pets, name text)')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: toys }] })
  expect(await status(workshop)).toMatchObject({ upToDate: true, edited: [] })
})

test('a rollback may go as far as a migration that stays, or to the very beginning', async () => {
  const workshop = await threeApplied()
  expect(await rollback({ ...workshop, reach: { to: people }, consent })).toMatchObject({
    rolledBack: [{ name: toys }, { name: pets }],
  })
  expect(await rollback({ ...workshop, reach: { to: '20260101000000' }, consent })).toEqual({
    rolledBack: [],
  })
  expect(await rollback({ ...workshop, reach: { steps: 'all' }, consent })).toMatchObject({
    rolledBack: [{ name: people }],
  })
})

test('it goes back in the order of applying, which need not be that of the names', async () => {
  const workshop = await threeApplied()
  const late = '20260101120000_places'
  await workshop.write(late, 'create table places (id int)', '-- Loses: every place.\ndrop table places')
  await deploy(workshop)
  expect(await rollback({ ...workshop, reach: { steps: 1 }, consent })).toMatchObject({
    rolledBack: [{ name: late }],
  })
})

test('every loss is accepted before anything runs', async () => {
  const workshop = await threeApplied()
  const asked: string[] = []
  const once = async (loss: string, name: string) => asked.push(`${name}: ${loss}`) < 2
  await expect(rollback({ ...workshop, reach: { steps: 3 }, consent: once })).rejects.toMatchObject({
    code: 'consent_needed',
  })
  expect(asked).toEqual([`${toys}: every toy.`, `${pets}: every pet.`])
  expect(await status(workshop)).toMatchObject({ upToDate: true })
})

test('a way back that fails leaves the migration applied, and those after it rolled back', async () => {
  const workshop = await threeApplied()
  await workshop.write(
    pets,
    'create table pets (id int primary key, keeper int references people)',
    '-- Loses: every pet.\ndrop table pets;\ndrop table cats',
  )
  await expect(rollback({ ...workshop, reach: { steps: 2 }, consent })).rejects.toMatchObject({
    code: 'migration_failed',
    message: `${pets}/rollback.sql line 3: table "cats" does not exist (42P01). Nothing of it remains`,
  })
  expect(await status(workshop)).toMatchObject({
    applied: [{ name: people }, { name: pets }],
    pending: [{ name: toys }],
  })
})

test.each([
  ['that is missing', undefined, 'rollback_missing'],
  ['that says there is none', '-- Irreversible: the plain text is gone.', 'rollback_missing'],
  ['that would commit', '-- Loses: all.\ndrop table toys; commit', 'migration_invalid'],
])('a way back %s is refused, and the migrations after it stay too', async (_, down, code) => {
  const workshop = await threeApplied()
  await workshop.remove(pets)
  await workshop.write(pets, 'create table pets (id int primary key, keeper int references people)', down)
  await expect(rollback({ ...workshop, reach: { steps: 2 }, consent })).rejects.toMatchObject({ code })
  expect(await status(workshop)).toMatchObject({ upToDate: true })
})

test('an irreversible migration is applied like any other', async () => {
  const workshop = await aWorkshop()
  await workshop.write(people, 'select 1', '-- Irreversible: nothing to take back.')
  expect(await deploy(workshop)).toMatchObject({ applied: [{ name: people }] })
})

test('a migration that was edited, or that the folder lacks, cannot be rolled back; those after it can', async () => {
  const workshop = await threeApplied()
  await workshop.write(pets, 'create table pets ()')
  await expect(rollback({ ...workshop, reach: { steps: 2 }, consent })).rejects.toMatchObject({
    code: 'history_edited',
  })
  expect(await rollback({ ...workshop, reach: { steps: 1 }, consent })).toMatchObject({
    rolledBack: [{ name: toys }],
  })
  await workshop.remove(pets)
  await expect(rollback({ ...workshop, reach: { steps: 1 }, consent })).rejects.toMatchObject({
    code: 'database_ahead',
  })
})

test.each([{ steps: 0 }, { steps: 4 }, { steps: 1.5 }, { steps: -1 }, { to: '20260104000000_cars' }])(
  'a rollback of %o is refused',
  async (reach) => {
    const workshop = await threeApplied()
    await expect(rollback({ ...workshop, reach, consent })).rejects.toMatchObject({ code: 'invalid_request' })
  },
)

test('in a database without history there is nothing to roll back', async () => {
  await expect(rollback({ ...(await aWorkshop()), reach: { steps: 1 }, consent })).rejects.toMatchObject({
    code: 'invalid_request',
    remedy: 'there is nothing to roll back',
  })
})
