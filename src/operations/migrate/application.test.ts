/** Two folders, one history: ours, and that of an application. */
import { mkdir, mkdtemp, readdir, realpath, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeInside } from '../../foundation/guard.ts'
import { home } from '../../foundation/package.ts'
import { aFolder, aWorkshop } from '../../testing/migrations.ts'
import { applicationFolder, saysItIsOurs } from './application.ts'
import { create } from './create.ts'
import { deploy } from './deploy.ts'
import { ownMigrations } from './outdated.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const nothing = '-- Loses: nothing.'
const people = '20260103000000_people'
const roles = '20260104000000_roles'
const bills = '20260101000000_bills'
const stamps = '20260102000000_stamps'
const yes = async () => true

/** Our folder, an application's, and the database for both; `here` knows both folders, `elsewhere` only ours. */
async function twoFolders() {
  const workshop = await aWorkshop()
  const application = await aFolder()
  await workshop.write(people, 'create table people (id int primary key)', nothing + '\ndrop table people')
  await application.write(
    bills,
    'create table bills (person int references people)',
    nothing + '\ndrop table bills',
  )
  const here = { ...workshop, application: application.folder }
  return { ours: workshop, application, here, elsewhere: { ...workshop, application: null } }
}

test('ours come first, whatever the times of the application’s say', async () => {
  const { here } = await twoFolders()
  const { applied, late } = await deploy(here)
  expect(applied.map(({ name }) => name)).toEqual([people, bills])
  expect(late).toEqual([])
  expect(await status(here)).toMatchObject({ upToDate: true, applied: [{ name: people }, { name: bills }] })
})

test('where the application is not, its migrations are nothing that is wrong', async () => {
  const { here, elsewhere, ours } = await twoFolders()
  await deploy(here)

  expect(elsewhere.application).toBe(ownMigrations(here.connect).application)
  expect(await status(elsewhere)).toMatchObject({ upToDate: true, missing: [], elsewhere: [bills] })
  expect(await deploy(elsewhere)).toMatchObject({ applied: [], pending: [] })
  await ours.write(roles, 'create table roles (id int)', nothing)
  expect(await deploy(elsewhere)).toMatchObject({ applied: [{ name: roles }], late: [] })
  expect(await status(here)).toMatchObject({ upToDate: true })
})

test('what is late is late among its own: an upgrade of ours behind theirs is not', async () => {
  const { here, application } = await twoFolders()
  await deploy(here)
  await application.write('20250101000000_older', 'select 1', nothing)
  await application.write(stamps, 'create table stamps (id int)', nothing)
  expect(await deploy(here)).toMatchObject({
    applied: [{ name: '20250101000000_older' }, { name: stamps }],
    late: ['20250101000000_older'],
  })
})

test('a deploy stops where it is told to, in either folder', async () => {
  const { here, application, ours } = await twoFolders()
  await ours.write(roles, 'create table roles (id int)', nothing)
  await application.write(stamps, 'create table stamps (id int)', nothing)
  const names = (applied: { name: string }[]) => applied.map(({ name }) => name)

  expect(names((await deploy({ ...here, to: people })).applied)).toEqual([people])
  const { applied, pending } = await deploy({ ...here, to: '20260101000000' })
  expect(names(applied)).toEqual([roles, bills])
  expect(pending).toEqual([stamps])
})

test('what was applied last is taken back first, and only where its way back is', async () => {
  const { here, elsewhere, ours } = await twoFolders()
  await deploy(here)
  await expect(rollback({ ...elsewhere, reach: { steps: 1 }, consent: yes })).rejects.toMatchObject({
    code: 'database_ahead',
    message: expect.stringContaining(bills),
    remedy: expect.stringContaining('--folder'),
  })
  await ours.write(roles, 'create table roles (id int)', nothing + '\ndrop table roles')
  await deploy(elsewhere)
  const { rolledBack } = await rollback({ ...here, reach: { steps: 'all' }, consent: yes })
  expect(rolledBack.map(({ name }) => name)).toEqual([roles, bills, people])
})

test('a newer release of ours is noticed by an older one, and a lost folder by its application', async () => {
  const { here, elsewhere, ours, application } = await twoFolders()
  const newer = '20270101000000_reeve_people_have_wings'
  await ours.write(newer, 'select 1', nothing)
  await deploy(here)

  await ours.remove(newer)
  expect(await status(elsewhere)).toMatchObject({
    upToDate: false,
    missing: [newer],
    ahead: true,
    elsewhere: [bills],
  })
  await expect(deploy(elsewhere)).rejects.toMatchObject({
    code: 'database_ahead',
    message: expect.stringContaining(newer),
  })

  await ours.write(newer, 'select 1', nothing)
  await application.remove(bills)
  expect(await status(here)).toMatchObject({ upToDate: false, missing: [bills] })
  await expect(deploy(here)).rejects.toMatchObject({ code: 'database_ahead' })
})

test('what an application had applied before Reeve came is kept as it is', async () => {
  const { here, application } = await twoFolders()
  await application.write('20250101000000_init', 'create table old (id int)')
  const alone = { ...here, folder: (await aFolder()).folder }
  await application.remove(bills)
  await here.client.query('create table old (id int)')
  await expect(deploy(here)).rejects.toMatchObject({ code: 'history_missing' })

  await here.client.query('drop table old')
  await application.write('20250101000000_init', 'create table old (id int)', nothing)
  await deploy(alone)
  await removeInside(application.folder, join(application.folder, '20250101000000_init', 'rollback.sql'))
  expect(await deploy(here)).toMatchObject({ applied: [{ name: people }], already: 1, late: [] })
})

test('a name of ours is no name for the application', async () => {
  const { here, application } = await twoFolders()
  await application.write(people, 'select 1', nothing)
  await expect(deploy(here)).rejects.toMatchObject({
    code: 'migration_invalid',
    message: expect.stringContaining(people),
  })
  await application.remove(people)
  await application.write('20260101120000_reeve_and_i', 'select 1', nothing)
  await expect(deploy(here)).rejects.toMatchObject({ code: 'migration_invalid' })
  const reeves = create({ folder: application.folder, sentence: 'reeve and i', now: new Date() })
  await expect(reeves).rejects.toMatchObject({ code: 'invalid_request' })
})

test('from December 2026 on the names of ours say that they are', async () => {
  const names = (await readdir(join(home, 'prisma/migrations'))).filter((name) => /^\d/.test(name))
  expect(names.filter((name) => name >= '202612' && !saysItIsOurs(name))).toEqual([])
})

const before = process.cwd()
let place: string
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'reeve-place-')))
  process.chdir(place)
})
afterEach(async () => {
  process.chdir(before)
  await removeInside(tmpdir(), place)
})

test('the folder of the application is the one where we stand, the one that is named, or none', async () => {
  expect(applicationFolder(undefined)).toBeNull()
  expect(applicationFolder('db/migrations')).toBe(join(place, 'db/migrations'))
  await mkdir('prisma/migrations', { recursive: true })
  expect(applicationFolder(undefined)).toBe(join(place, 'prisma/migrations'))
})

test('our own folder is nobody else’s, whichever way leads there', async () => {
  await symlink(join(home, 'prisma'), 'prisma')
  expect(applicationFolder(undefined)).toBeNull()
  expect(applicationFolder(join(home, 'prisma/migrations'))).toBeNull()
})
