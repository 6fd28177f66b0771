/** The documents, done as somebody would who reads them, with a Reeve of their own that is up. */
import { spawnSync } from 'node:child_process'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from '../database/client.ts'
import { home } from '../foundation/package.ts'
import { follow } from '../testing/document.ts'
import { freePort, postgresUrlOf, up, type Program } from '../testing/program.ts'
import { aProject, type Project } from '../testing/project.ts'
import { openShell, type Shell } from '../testing/shell.ts'
import { snippetsOf, type Snippet } from '../testing/snippets.ts'

/** What is there when somebody begins to read. */
type Beginning = (place: { folder: string; shell: Shell; admin: pg.Client }) => Promise<unknown>
type Page = { page: string; demo: boolean; psql?: true; before?: Beginning }

const pages: Page[] = [
  { page: 'README.md', demo: true, psql: true },
  { page: 'docs/getting-started.md', demo: true },
  { page: 'docs/tutorial.md', demo: false, psql: true },
  { page: 'docs/import.md', demo: true, before: files },
  { page: 'docs/isolation.md', demo: true },
  {
    page: 'docs/migrations.md',
    demo: false,
    before: ({ admin }) =>
      admin.query(
        'set role reeve_owner; create table projects (tenant_id uuid not null, id uuid primary key); reset role',
      ),
  },
  { page: 'docs/database.md', demo: true, psql: true },
  {
    page: 'docs/configuration.md',
    demo: false,
    psql: true,
    before: ({ shell }) => shell.psql('psql "$(reeve status --url)"'),
  },
]

/** What is executed by a test of its own, and where. */
const elsewhere: Record<string, string> = {
  'docs/authzen.md': 'src/http/authzen/handbook.test.ts',
  'docs/cli.md': 'src/cli/handbook.test.ts',
  'docs/client.md': 'src/http/client-docs.test.ts',
  'docs/handbook': 'src/cli/handbook-pages.test.ts',
  'docs/http.md': 'src/http/handbook.test.ts',
  'docs/library.md': 'src/library/handbook.test.ts',
  'docs/prisma.md': 'src/prisma.docs.test.ts',
  'docs/problems.md': 'src/http/reference/reference.test.ts',
}

const hasPsql = spawnSync('psql', ['--version']).status === 0

let project: Project
beforeAll(async () => {
  project = await aProject({ NO_COLOR: '1', LOG_LEVEL: 'error' }, ['express'])
  await chmod(project.folder, 0o755) // for the account that PostgreSQL runs as
})
afterAll(() => project.remove())

for (const { page, demo, psql, before } of pages) {
  test.runIf(hasPsql || !psql)(
    `${page} does what it says, from top to bottom`,
    async () => {
      const folder = join(project.folder, page.replaceAll(/\W/g, '-'))
      const program = await up(project.main, folder, { demo })
      const shell = await openShell(folder, project.env)
      try {
        await project.write(join(folder.slice(project.folder.length), 'package.json'), clone)
        await withClient({ connectionString: await postgresUrlOf(folder) }, async (admin) =>
          before?.({ folder, shell, admin }),
        )
        const url = `127.0.0.1:${program.port}`
        const here = { '127.0.0.1:3000': url, 'localhost:3000': url, '4000': String(await freePort()) }
        await follow({ page, folder, shell, here })
        if (page === 'docs/getting-started.md') expectBanner(program, await snippetsOf(page, 'text'))
      } finally {
        await shell.close()
        program.kill('SIGTERM')
        await program.ended
      }
    },
    240_000,
  )
}

test('every document with something to do is executed by a test', async () => {
  const documents = ['README.md', ...(await markdownIn('docs'))]
  for (const page of documents) {
    const does = (await snippetsOf(page)).some(({ lang }) => lang !== 'text')
    const here = pages.some((one) => one.page === page)
    const there = page in elsewhere || dirname(page) in elsewhere
    expect({ page, executed: here || there }).toEqual({ page, executed: does })
  }
  for (const [page, file] of Object.entries(elsewhere)) {
    expect(await readFile(join(home, file), 'utf8')).toContain(page)
  }
})

async function markdownIn(folder: string): Promise<string[]> {
  const names = await readdir(join(home, folder), { recursive: true })
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
}

/** What the page shows of the start is what was said then, but for ports and the password. */
function expectBanner({ said, port }: Program, shown: Snippet[]): void {
  const banner = shown.find(({ text }) => text.startsWith('Reeve is up'))!.text.trimEnd()
  const alike = (text: string) =>
    text
      .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:3000')
      .replaceAll(/port \d+/g, 'port 5432')
      .replaceAll(/[a-z0-9]{4}(-[a-z0-9]{4}){3}/g, '<password>')
  expect(alike(said())).toContain(alike(banner))
}

/** As it is in a clone, so far as readers call it. */
const clone = '{ "type": "module", "scripts": { "reeve": "exec reeve" } }\n'

/** The files of which docs/import.md speaks, and the tenant. */
async function files({ folder, shell }: { folder: string; shell: Shell }): Promise<void> {
  const rows = Array.from({ length: 100 }, (_, line) => `p${line}@example.com,Person ${line}`)
  rows[0] = 'E-Mail,Name'
  rows[6] = 'ann@example.com,Ann'
  rows[11] = 'two@at@signs,Two'
  rows[39] = 'ann@example.com,Ann'
  rows[40] = 'bob@example.com,"Bob'
  rows[89] = 'kim@example.com,Kim'
  await writeFile(join(folder, 'faulty.csv'), `${rows.join('\n')}\n`)
  await writeFile(join(folder, 'people.csv'), 'email,name\nmina@example.com,Mina Park\n')
  await writeFile(join(folder, 'kontakte.csv'), 'Kontakt,Anzeigename,Login\nlena@example.com,Lena,lena\n')
  await shell.bash('reeve tenant create Acme --owner ingrid@example.com')
  await shell.bash('reeve user add kim@example.com Kim --tenant acme')
}
