import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, aWorkshop } from '../../testing/migrations.ts'
import { create } from './create.ts'
import { deploy } from './deploy.ts'

const now = new Date('2026-11-20T10:15:00.999+01:00')

test('a new migration is named by its moment in UTC and its sentence', async () => {
  const { folder } = await aFolder()
  const { name, path, files } = await create({ folder, sentence: "  People's cafés have-phones. ", now })
  expect(name).toBe('20261120091500_peoples_cafes_have_phones')
  expect(path).toBe(join(folder, name))
  expect(await readFile(files[0]!, 'utf8')).toMatch(
    /^-- Why: peoples cafes have phones, because …\n-- Step: [^]*\nset local lock_timeout = '3s';\n/,
  )
  expect(await readFile(files[1]!, 'utf8')).toMatch(/^-- Loses: …\n/)
})

test('it comes after all the others, whatever the clock says', async () => {
  const { folder, write } = await aFolder()
  await write('20271231235959_from_the_future', 'select 1')
  expect(await create({ folder, sentence: 'people have phones', now })).toMatchObject({
    name: '20280101000000_people_have_phones',
  })
})

test('deploy refuses it until both halves are written', async () => {
  const workshop = await aWorkshop()
  const { name } = await create({ folder: workshop.folder, sentence: 'people have phones', now })
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'migration_invalid' })
  await workshop.write(name, 'create table phones (id int)')
  await expect(deploy(workshop)).rejects.toMatchObject({ code: 'rollback_missing' })
})

test.each([
  '',
  ' ',
  'x',
  '42',
  '../../etc',
  'a/b',
  'update',
  'The Migration 2',
  'new',
  'люди',
  'drop; table',
  'a'.repeat(81),
  '__proto__!?',
  '\0',
])('%j is no sentence', async (sentence) => {
  const { folder } = await aFolder()
  await expect(create({ folder, sentence, now })).rejects.toMatchObject({ code: 'invalid_request' })
})

test('the same sentence twice is refused', async () => {
  const { folder } = await aFolder()
  await create({ folder, sentence: 'people have phones', now })
  await expect(create({ folder, sentence: 'People have phones', now })).rejects.toMatchObject({
    code: 'already_exists',
  })
})
