/** docs/prisma.md, done as somebody would who reads it, in a project of their own. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { home } from './foundation/package.ts'
import { testDatabase } from './testing/database.ts'
import { place } from './testing/document.ts'
import { aProject, type Project } from './testing/project.ts'
import { snippetsOf, type Snippet } from './testing/snippets.ts'

const { admin, adminUrl } = await testDatabase()
const snippets = await snippetsOf('docs/prisma.md')
const example = join(home, 'examples/prisma')

let project: Project
beforeAll(async () => {
  project = await aProject({ DATABASE_URL: adminUrl, NO_COLOR: '1' })
  await project.bash('npx reeve seed') // as "reeve up" leaves it
  await admin.query(`
    set role reeve_owner;
    create table projects (tenant_id uuid not null, id uuid primary key);
    reset role`)
}, 180_000)
afterAll(() => project.remove())

test('every step of it is done, in its order', async () => {
  const said = new Map<Snippet, string>()
  for (const snippet of snippets) said.set(snippet, await follow(snippet))

  expect([...said.values()].join('')).toContain('model Invoice {')
  expect(await project.bash('npx reeve migrate status')).toContain('up to date')
}, 180_000)

test('its code is typed by the models of the project, and its own test passes', async () => {
  await project.write('types.ts', await readFile(join(example, 'types.ts'), 'utf8'))
  await project.bash('npx tsc')
  expect(await project.bash('node --test')).toMatch(/# pass 4\n# fail 0/)
}, 180_000)

test('all of it can be taken back, and done again', async () => {
  await project.bash('npx reeve migrate rollback --steps 4 --yes')
  expect(await project.bash('npx reeve migrate deploy')).toMatch(/applied\n(.*_\w+.*\n){4}/)
}, 180_000)

test('examples/prisma is what comes of it', async () => {
  for (const { lang, title, text } of snippets) {
    if (lang !== 'ts' && lang !== 'prisma') continue
    expect(text).toBe(await readFile(join(example, title), 'utf8'))
  }
  for (const name of await readdir(join(example, 'prisma/migrations'))) {
    const made = await project.migration(name.replace(/^\d+_/, ''))
    for (const file of ['migration.sql', 'rollback.sql']) {
      const text = await readFile(join(example, 'prisma/migrations', name, file), 'utf8')
      expect(await project.read(join(made, file))).toBe(text)
    }
  }
})

/** Does what a block says: runs it, or puts it where the words behind its fence say. */
async function follow(snippet: Snippet): Promise<string> {
  if (snippet.lang === 'bash') return project.bash(snippet.text)
  if (snippet.lang !== 'text') await place(project.folder, snippet)
  return ''
}
