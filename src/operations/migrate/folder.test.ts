import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder } from '../../testing/migrations.ts'
import { readFolder } from './folder.ts'

const down = '-- Loses: nothing.'

test('migrations are read in the order of their names', async () => {
  const { folder, write } = await aFolder()
  await write('20260102000000_second', 'select 2', down)
  await write('20260101000000_first', 'select 1', down)
  await write('0_baseline', 'select 0')
  await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n')
  await writeFile(join(folder, 'README.md'), 'not a migration')

  const migrations = await readFolder(folder)
  expect(migrations.map(({ name }) => name)).toEqual([
    '0_baseline',
    '20260101000000_first',
    '20260102000000_second',
  ])
  expect(migrations.map((migration) => migration.down?.loses)).toEqual([undefined, 'nothing.', 'nothing.'])
})

test.each([
  'people',
  '2026_people',
  '20261301000000_thirteenth_month',
  '20260101000000_',
  '20260101000000_a b',
  '20260101000000',
])('a folder named %s is refused', async (name) => {
  const { folder, write } = await aFolder()
  await write(name, 'select 1', down)
  await expect(readFolder(folder)).rejects.toMatchObject({ code: 'migration_invalid' })
})

test('two migrations of one second are refused', async () => {
  const { folder, write } = await aFolder()
  await write('20260101000000_a', 'select 1', down)
  await write('20260101000000_b', 'select 1', down)
  await expect(readFolder(folder)).rejects.toMatchObject({ code: 'migration_invalid' })
})

test('a folder without migration.sql is refused', async () => {
  const { folder } = await aFolder()
  await mkdir(join(folder, '20260101000000_a'))
  await expect(readFolder(folder)).rejects.toThrow('20260101000000_a has no migration.sql')
})

test.each([
  ['Latin-1', Buffer.from("select 'Andr\xe9'", 'latin1')],
  ['UTF-16', Buffer.from('select 1', 'utf16le')],
])('a file in %s is refused', async (_, bytes) => {
  const { folder, write } = await aFolder()
  await write('20260101000000_a', 'select 1', down)
  await writeFile(join(folder, '20260101000000_a', 'migration.sql'), bytes)
  await expect(readFolder(folder)).rejects.toMatchObject({ code: 'migration_invalid' })
})

test('migrations for another kind of database are refused', async () => {
  const { folder } = await aFolder()
  await writeFile(join(folder, 'migration_lock.toml'), 'provider = "mysql"\n')
  await expect(readFolder(folder)).rejects.toThrow('mysql')
})

test('a folder that is not there is refused', async () => {
  await expect(readFolder('/nowhere/migrations')).rejects.toMatchObject({ code: 'migration_invalid' })
})
