import { mkdir, mkdtemp, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { removeInside } from './guard.ts'

// These tests ask for what must never happen. Whatever they name, also as home and as the folder we work in,
// lies in a folder made for them: with the guard broken in any way, nothing else could be lost.
const base = await realpath(await mkdtemp(join(tmpdir(), 'reeve-guard-')))
const root = join(base, 'root')
const precious = join(base, 'precious')
const home = join(base, 'users', 'home')
const desk = join(base, 'desk', 'papers')
const before = { home: process.env['HOME'], desk: process.cwd() }

beforeAll(async () => {
  await mkdir(home, { recursive: true })
  await mkdir(desk, { recursive: true })
  process.env['HOME'] = home
  process.chdir(desk)
})

afterAll(async () => {
  process.chdir(before.desk)
  if (before.home === undefined) delete process.env['HOME']
  else process.env['HOME'] = before.home
  await removeInside(tmpdir(), base)
})

beforeEach(async () => {
  await removeInside(base, root)
  await mkdir(join(root, 'old', 'deep'), { recursive: true })
  await writeFile(join(root, 'old', 'deep', 'file'), '')
  await mkdir(precious, { recursive: true })
  await writeFile(join(precious, 'thesis.txt'), '')
})

test('a file or a whole folder inside the root is deleted, and nothing beside it', async () => {
  await writeFile(join(root, 'kept'), '')
  await removeInside(root, join(root, 'old', 'deep', 'file'))
  expect(await readdir(join(root, 'old', 'deep'))).toEqual([])

  await removeInside(`${root}/`, join(root, 'old/'))
  expect(await readdir(root)).toEqual(['kept'])
})

test('what does not exist is already deleted', async () => {
  await removeInside(root, join(root, 'never', 'was'))
  await removeInside(join(base, 'no-root'), join(base, 'no-root', 'x'))
})

test.each([
  ['an empty path', () => ''],
  ['a blank path', () => '  '],
  ['a relative path', () => 'old'],
  ['a relative path that leads there', () => '../../root/old'],
  ['a NUL character', () => `${root}/old\0.txt`],
  ['the root itself', () => root],
  ['the root itself, disguised', () => `${root}/old/..`],
  ['a neighbour', () => precious],
  ['a neighbour with the same beginning', () => `${root}-2`],
  ['a parent', () => base],
  ['a way out', () => `${root}/../precious`],
])('%s is refused', async (_, path) => {
  await expect(removeInside(root, path())).rejects.toMatchObject({ code: 'unsafe_delete' })
  expect(await readdir(base)).toEqual(['desk', 'precious', 'root', 'users'])
  expect(await readdir(root)).toEqual(['old'])
})

test.each([
  ['an empty root', '', join(root, 'old')],
  ['a relative root', '../../root', join(root, 'old')],
  ['the top of the disk', '/', join(root, 'old')],
  ['a home', home, join(home, 'letters')],
])('%s is no root to delete from', async (_, unusable, path) => {
  await mkdir(join(home, 'letters'), { recursive: true })
  await expect(removeInside(unusable, path)).rejects.toMatchObject({ code: 'unsafe_delete' })
  expect(await readdir(root)).toEqual(['old'])
  expect(await readdir(home)).toEqual(['letters'])
})

test.each([
  ['a home', home, home],
  ['a folder that holds a home', join(base, 'users'), home],
  ['the folder in which this process works', desk, desk],
  ['a folder that holds it', join(base, 'desk'), desk],
])('%s is not deleted from any root, nor as the root itself', async (_, path, survivor) => {
  await expect(removeInside(path, path, { rootItself: true })).rejects.toMatchObject({
    code: 'unsafe_delete',
  })
  await symlink(join(path, '..'), join(root, 'alias')) // a root that does not look as if it held a home
  await expect(
    removeInside(join(root, 'alias'), join(root, 'alias', path.split('/').at(-1)!)),
  ).rejects.toMatchObject({
    code: 'unsafe_delete',
  })
  expect(await realpath(survivor)).toBe(survivor)
})

test('the root itself is deleted when that is what was asked for', async () => {
  await removeInside(root, root, { rootItself: true })
  expect(await readdir(base)).toEqual(['desk', 'precious', 'users'])
})

test('a link is deleted as a link: what it points to stays', async () => {
  await symlink(precious, join(root, 'old', 'link'))
  await removeInside(root, join(root, 'old', 'link'))
  await symlink(precious, join(root, 'old', 'link'))
  await removeInside(root, join(root, 'old'))

  expect(await readdir(root)).toEqual([])
  expect(await readdir(precious)).toEqual(['thesis.txt'])
})

test('a way that leads out through a link is refused', async () => {
  await symlink(base, join(root, 'shortcut'))
  await expect(removeInside(root, join(root, 'shortcut', 'precious'))).rejects.toMatchObject({
    code: 'unsafe_delete',
  })
  expect(await readdir(precious)).toEqual(['thesis.txt'])
})

test('a root that is reached through a link is as good as any', async () => {
  await symlink(root, join(base, 'alias'))
  await removeInside(join(base, 'alias'), join(base, 'alias', 'old'))
  expect(await readdir(root)).toEqual([])
  await removeInside(base, join(base, 'alias'))
})
