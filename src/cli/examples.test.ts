/** Every example in the help runs as it stands on the demo data, for people and, with --json, for programs. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { seed } from '../operations/seed/seed.ts'
import { examplesOf, heard, leavesOf, shapeOf, type Heard } from '../testing/command-line.ts'
import { inDatabase, template } from '../testing/global-setup.ts'
import { asSuperuser } from '../testing/migrations.ts'
import { readLine } from './bash-line.ts'
import { buildProgram, run } from './program.ts'

// A proof is some thousand statements.
vi.setConfig({ testTimeout: 120_000 })

/** Examples that need what a test in this process has not, and why. */
const elsewhere: [RegExp, string][] = [
  [/^reeve (up|serve)\b|^[A-Z_]+=/, 'serves, or names a database of its own: process.test.ts'],
  [/^psql /, 'needs the embedded PostgreSQL'],
  [/^reeve account (create|password) (?!.*--password-file)/, 'asks for a password on a terminal'],
  [/^reeve (reset|migrate rollback)(?!.*--yes)/, 'asks for consent on a terminal'],
  [/--existing/, 'is about a table of the reader'],
  [/^reeve perf\b/, 'takes minutes'],
]
/** What is asked besides, so that every part of an answer is seen once with a value in it; the last of each counts. */
const besides: [name: string, ...lines: string[]][] = [
  ['tenant list', 'tenant delete kestrel-logistics --yes', 'tenant list'],
  ['user list', 'user list --tenant blue-lantern --suspended'],
  ['user show', 'user show olha@example.com --tenant blue-lantern'],
  ['user show', 'user show kim@example.com --tenant kestrel-logistics'],
  ['audit list', 'audit list --tenant blue-lantern --limit 100'],
  ['audit list', 'audit list --tenant operator'],
  ['role list', 'role list --tenant blue-lantern --limit 1'],
  ['role show', 'role show admin --tenant blue-lantern'],
  ['invitation list', 'invitation list --tenant blue-lantern --limit 1'],
  ['access check', 'access check zoe@example.com posts:delete --tenant blue-lantern'],
  ['access check', 'access check olha@example.com posts:read --tenant blue-lantern'],
  ['help', 'help role create'],
  ['help', 'help user list'],
  ['help', 'help completion'],
  ['seed', 'reset --yes', 'seed'],
  ['user import', 'user import bad.csv --skip-bad --tenant blue-lantern'],
  ['tenant show', 'tenant delete kestrel-logistics --yes', 'tenant show kestrel-logistics'],
  ['migrate status', 'migrate rollback --to 20261120100500 --yes', 'migrate status'],
]
/** What more than one command answers with has a name of its own; a list has it in `items`. */
const nouns: Record<string, string[]> = {
  Tenant: ['tenant show', 'tenant create', 'tenant rename', 'tenant list'],
  User: ['user show', 'user add', 'user update', 'user suspend', 'user resume', 'user list'],
  Invitation: ['invitation create', 'invitation revoke', 'invitation list'],
  Role: ['role show', 'role create', 'role permit', 'role list'],
  Permission: ['permission list'],
  Account: ['account show', 'account create', 'account disable', 'account enable'],
  Session: ['session list'],
  Entity: ['entity show', 'entity set', 'entity list'],
  'Line of the audit log': ['audit list'],
}
/** What the demo data cannot show. */
const words: Record<string, string> = {
  status: '`version` and `directory` are those of the embedded PostgreSQL, and null for another one.',
}
/** These change nothing, and need no data of their own. */
const readsOnly = /^(help|completion|status|migrate status|prove isolation|\w+ (list|show|check))$/
/** What somebody declared or stored, or the values of their row: whatever is in it. */
const free = ['oldValues', 'newValues', 'definition', 'attributes']

const leaves = leavesOf(buildProgram('0.0.0'))
const examples = [...leaves].flatMap(([name, command]) =>
  examplesOf(command).map((example) => ({ name, example })),
)
const runnable = examples.filter(({ example }) => !elsewhere.some(([form]) => form.test(example)))

const server = inject('postgresUrl')
const demo = `demo_${randomBytes(6).toString('hex')}`
const seen = new Map<string, unknown[]>()
const before = process.cwd()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-examples-'))
  Object.assign(process.env, { NODE_ENV: 'development', LOG_LEVEL: 'silent', NO_COLOR: '1' })
  await asSuperuser(`create database ${demo} template ${template}`)
  await asSuperuser(`revoke temporary on database ${demo} from public`)
  const connect = () => ({ connectionString: inDatabase(server, demo) })
  await seed({ connect, hash: async () => '$argon2id$demo' })
})
afterAll(async () => {
  process.chdir(before)
  await asSuperuser(`drop database ${demo} with (force)`)
  await removeInside(tmpdir(), folder)
})

test('every command has an example, and what cannot run here is said to run elsewhere', () => {
  const without = [...leaves.keys()].filter((name) => !examples.some((one) => one.name === name))
  expect(without).toEqual([])
  for (const [form] of elsewhere) expect(examples.some(({ example }) => form.test(example))).toBe(true)
})

test.each(runnable)('$example', async ({ name, example }) => {
  const words = readLine(example).words.slice(1)
  const told = await onDemoData(name, [words])
  expect(told).toMatchObject({ exit: 0 })
  expect(told.out).toMatch(/\S/)
  expect(told.out).not.toMatch(/undefined|\[object|NaN|\x1b/)

  const { out, err, exit } = await onDemoData(name, [[...words, '--json']])
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out.trimEnd()).not.toContain('\n')
  seen.set(name, [...(seen.get(name) ?? []), JSON.parse(out)])
})

test('docs/cli-json.md says what is in every answer; after a change: npx vitest run src/cli/examples.test.ts -u', async () => {
  for (const [name, ...lines] of besides) {
    const { out } = await onDemoData(
      name,
      lines.map((line) => [...readLine(line).words, '--json']),
    )
    seen.get(name)!.push(JSON.parse(out))
  }
  await expect(handbook()).toMatchFileSnapshot('../../docs/cli-json.md')
})

/** Runs one after the other, in a folder and on demo data of their own; what the last one said. */
async function onDemoData(name: string, lines: string[][]): Promise<Heard> {
  process.chdir(await mkdtemp(join(folder, 'example-')))
  await writeFile('people.csv', 'E-Mail,name\nmina@example.com,Mina Park\n')
  await writeFile('bad.csv', 'email,name\nnobody,Nobody\n')
  await writeFile('password', 'correct horse battery\n')
  await writeFile('policy.json', '{"actions":["view"],"subjects":{"user":{}},"rules":[{"actions":["view"]}]}')
  if (readsOnly.test(name) && lines.length === 1) return inOrder(demo, lines)
  const own = `demo_${randomBytes(6).toString('hex')}`
  await asSuperuser(`create database ${own} template ${demo}`)
  try {
    return await inOrder(own, lines)
  } finally {
    await asSuperuser(`drop database ${own} with (force)`)
  }
}

async function inOrder(database: string, lines: string[][]): Promise<Heard> {
  process.env['DATABASE_URL'] = inDatabase(server, database)
  let last: Heard = { out: '', err: '', exit: 0 }
  for (const words of lines) last = await heard(run, words)
  return last
}

function handbook(): string {
  const pooled = Object.entries(nouns).map(([noun, names]) => {
    const lists = names
      .filter((name) => name.endsWith(' list'))
      .map((name) => `${code(name)} answers with a page of them.`)
    const others = names.filter((name) => !name.endsWith(' list')).map(code)
    const by =
      others.length > 0 ? [`${others.join(', ')} ${others.length > 1 ? 'answer' : 'answers'} with one.`] : []
    const answers = names.flatMap((name) => seen.get(name)!)
    return section(noun, answers.flatMap(itemsOf), [...by, ...lists].join(' '))
  })
  const named = Object.values(nouns).flat()
  const others = [...seen].filter(([name]) => !named.includes(name))
  return [opening, ...pooled, ...others.map(([name, answers]) => section(name, answers, words[name]))].join(
    '\n',
  )
}

function section(title: string, answers: unknown[], words = ''): string {
  return `## ${title}\n\n${words && `${words}\n\n`}\`\`\`text\n${shapeOf(answers, free)}\n\`\`\`\n`
}

/** Those of a page, or the answer itself. Every page says where the next one begins, and nothing else. */
function itemsOf(answer: unknown): unknown[] {
  const { items, ...rest } = answer as { items?: unknown[]; next?: string | null }
  if (!items) return [answer]
  expect(rest).toEqual({ next: rest.next ?? null })
  return items
}

function code(name: string): string {
  return `\`${name}\``
}

const opening = `# What --json answers

Written by a test (\`src/cli/examples.test.ts\`) from what the commands answered on the demo data; it fails when a key or a type changes. Keys may be added; none is renamed or removed without a word in the changelog.

Every answer is one line on standard output. \`id\` is a UUID, \`time\` ISO 8601 in UTC. A page of a list is \`{ items, next }\`, where \`next\` is the key for \`--after\`, or null on the last page. \`[]\` is a list of which nothing was seen. \`up\` and \`serve\` answer once they serve, and then write their log to standard error: \`{ url: text, demo: { email: text, passwordFile: text } | null }\`.

A failure, of any command, is this instead; the exit code says which kind (2 bad usage, 3 refused, 1 failed):

\`\`\`text
{
  error: {
    code: text      one of a closed list, the same as over HTTP
    message: text   what happened
    remedy: text    what to do about it
  }
}
\`\`\`
`
