/**
 * Every command there is, as the program itself lists them: one without a line in `tries` fails. They run in this
 * process, against a database of their own; `process.test.ts` runs the program as people do.
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { inTenant } from '../database/database.ts'
import { setPolicy } from '../domains/authzen/policies.ts'
import { createSet } from '../domains/separation/sets.ts'
import { removeInside } from '../foundation/guard.ts'
import { uuidV7 } from '../foundation/id.ts'
import { heard, leavesOf, type Heard } from '../testing/command-line.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { buildProgram, run } from './program.ts'

// A proof is some thousand statements.
vi.setConfig({ testTimeout: 120_000 })

const { database, admin, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const slug = `acme-${acme.tenantId.slice(-12)}`
const kim = await aUser(database, acme, { name: 'Kim' })
const gone = await aUser(database, acme, { name: 'Soon Gone' })
const inAcme = ['--tenant', slug]
const nobody = 'nobody@example.com'
const { rows: born } = await admin.query<{ id: string }>(
  `select id from roles where tenant_id = $1 and name in ('owner', 'viewer')`,
  [acme.tenantId],
)
await inTenant(database, acme.owner.context, async (tx) => {
  await createSet(tx, { name: 'spared', roleIds: born.map(({ id }) => id) })
  await setPolicy(tx, 'spared', { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] })
})

let folder: string
const before = process.cwd()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-cli-'))
  process.chdir(folder)
  Object.assign(process.env, { DATABASE_URL: adminUrl, NODE_ENV: 'test', NO_COLOR: '1' })
  await writeFile('password', 'correct horse battery\n')
  await writeFile('common', 'password1\n')
  await writeFile('people.csv', 'email,name\nada@example.com,Ada\n')
  await writeFile('bad.csv', 'email,name\nada,Ada\n')
  await writeFile('policy.json', '{"actions":["view"],"subjects":{"user":{}},"rules":[{"actions":["view"]}]}')
})
afterAll(async () => {
  process.chdir(before)
  process.exitCode = undefined
  await removeInside(tmpdir(), folder)
})

type Try = { done: string[]; refused?: string[]; misused?: string[] }

/** In this order: what a later one needs, an earlier one has made. `migrate rollback` and `reset` come last. */
const tries: Record<string, Try> = {
  help: { done: ['user', 'import'], misused: ['usr'] },
  completion: { done: ['bash'], misused: ['tcsh'] },
  status: { done: [] },
  'migrate status': { done: [] },
  'migrate new': {
    done: ['people have a birthday', '--folder', 'migrations'],
    misused: ['update', '--folder', 'migrations'],
  },
  'permission list': { done: [] },
  'tenant list': { done: ['--limit', '5'], misused: ['--limit', '0'] },
  'tenant show': { done: [slug], refused: ['nowhere'] },
  'tenant create': {
    done: ['Beta Ltd', '--owner', kim.email, '--slug', 'beta'],
    refused: ['Beta', '--owner', nobody],
  },
  'tenant rename': { done: ['beta', 'Gamma'], refused: ['nowhere', 'Gamma'], misused: ['beta'] },
  'tenant delete': { done: ['beta', '--yes'], refused: ['nowhere', '--yes'] },
  'user list': { done: [...inAcme, '--search', 'kim'], refused: ['--tenant', 'beta'], misused: [] },
  'user show': { done: [kim.email.toUpperCase(), ...inAcme], refused: [nobody, ...inAcme], misused: inAcme },
  'user add': {
    done: ['robin@example.com', 'Robin', '--role', 'viewer', ...inAcme],
    refused: ['robin@example.com', 'R', ...inAcme],
  },
  'user update': {
    done: [kim.userId, '--name', 'Kim Lee', ...inAcme],
    refused: [nobody, '--name', 'K', ...inAcme],
    misused: [kim.userId, ...inAcme],
  },
  'user suspend': {
    done: [kim.email, '--reason', 'on leave', ...inAcme],
    refused: [acme.owner.email, ...inAcme],
  },
  'user resume': { done: [kim.email, ...inAcme], refused: [nobody, ...inAcme] },
  'user import': {
    done: ['people.csv', '--role', 'member', ...inAcme],
    refused: ['bad.csv', ...inAcme],
    misused: ['none.csv', ...inAcme],
  },
  'user delete': { done: [gone.email, '--yes', ...inAcme], refused: [acme.owner.email, '--yes', ...inAcme] },
  'invitation create': {
    done: ['new@example.com', '--role', 'member', ...inAcme],
    refused: [kim.email, ...inAcme],
  },
  'invitation list': { done: inAcme, refused: ['--tenant', 'nowhere'] },
  'invitation revoke': { done: ['NEW@example.com', ...inAcme], refused: [uuidV7(), ...inAcme] },
  'role list': { done: inAcme, refused: ['--tenant', 'nowhere'] },
  'role create': {
    done: ['editor', 'posts:*', 'comments:update:own', ...inAcme],
    refused: ['editor', ...inAcme],
    misused: ['other', 'posts:paint', ...inAcme],
  },
  'role show': { done: ['editor', ...inAcme], refused: ['painter', ...inAcme] },
  'role permit': { done: ['editor', 'posts:read', ...inAcme], refused: ['owner', 'posts:read', ...inAcme] },
  'role assign': {
    done: ['editor', kim.email, '--until', '2099-01-01', ...inAcme],
    refused: ['painter', kim.email, ...inAcme],
    misused: ['editor', kim.email, '--until', 'soon', ...inAcme],
  },
  'access check': {
    done: [kim.email, 'posts:read', ...inAcme],
    refused: [kim.email, 'tenant:delete', ...inAcme],
    misused: [kim.email, 'posts:paint', ...inAcme],
  },
  'role unassign': {
    done: ['editor', kim.email, ...inAcme],
    refused: ['owner', acme.owner.email, ...inAcme],
  },
  'role inherit': { done: ['editor', 'viewer', ...inAcme], refused: ['editor', 'editor', ...inAcme] },
  'role disinherit': { done: ['editor', 'viewer', ...inAcme], refused: ['viewer', 'editor', ...inAcme] },
  'separation create': {
    done: ['publishing', 'editor', 'admin', 'viewer', ...inAcme],
    refused: ['publishing', 'editor', 'admin', ...inAcme],
    misused: ['other', 'editor', 'admin', '--cardinality', '1', ...inAcme],
  },
  'separation list': { done: inAcme, refused: ['--tenant', 'nowhere'] },
  'separation add': {
    done: ['publishing', 'member', ...inAcme],
    refused: ['publishing', 'painter', ...inAcme],
  },
  'separation take': {
    done: ['publishing', 'member', ...inAcme],
    refused: ['publishing', 'member', ...inAcme],
  },
  'separation delete': { done: ['publishing', '--yes', ...inAcme], refused: ['nothing', '--yes', ...inAcme] },
  'role delete': { done: ['editor', '--yes', ...inAcme], refused: ['owner', '--yes', ...inAcme] },
  'account create': {
    done: ['ada@example.org', 'Ada', '--password-file', 'password'],
    refused: [kim.email, 'Kim', '--password-file', 'password'],
    misused: ['x@example.org', 'X'],
  },
  'account show': { done: [kim.email], refused: [nobody] },
  'account password': {
    done: [kim.email, '--password-file', 'password'],
    refused: [nobody, '--password-file', 'password'],
    misused: [kim.email, '--password-file', 'common'],
  },
  'account disable': {
    done: [kim.email, '--reason', 'stolen laptop'],
    refused: [nobody, '--reason', 'stolen'],
    misused: [kim.email],
  },
  'account enable': { done: [kim.email], refused: [nobody] },
  'session list': { done: [kim.email], refused: [nobody] },
  'session revoke': {
    done: [kim.email],
    refused: [kim.email, '--session', uuidV7()],
    misused: [kim.email, '--session', 'all'],
  },
  'audit list': {
    done: [...inAcme, '--person', acme.owner.email, '--action', 'user.created'],
    refused: ['--person', nobody, ...inAcme],
    misused: ['--after', 'x', ...inAcme],
  },
  'prove isolation': {
    done: [],
    refused: ['--commit', 'elsewhere'],
    misused: ['--database-url', 'postgresql://me:secret@localhost/app'],
  },
  'policy set': {
    done: ['record', 'policy.json', ...inAcme],
    refused: ['record', 'policy.json', '--tenant', 'nowhere'],
    misused: ['record', 'people.csv', ...inAcme],
  },
  'policy list': { done: inAcme, refused: ['--tenant', 'nowhere'] },
  'policy show': { done: ['record', ...inAcme], refused: ['spaceship', ...inAcme] },
  'entity set': {
    done: ['record', '101', '{"owner":"kim"}', ...inAcme],
    refused: ['record', '101', '{}', '--tenant', 'nowhere'],
    misused: ['record', '101', 'owner=kim', ...inAcme],
  },
  'entity list': { done: ['record', ...inAcme], refused: ['record', '--tenant', 'nowhere'] },
  'entity show': { done: ['record', '101', ...inAcme], refused: ['record', '999', ...inAcme] },
  'entity delete': { done: ['record', '101', ...inAcme], refused: ['record', '101', ...inAcme] },
  'policy delete': { done: ['record', '--yes', ...inAcme], refused: ['record', '--yes', ...inAcme] },
  'migrate rollback': { done: ['--yes'], misused: ['--steps', '99', '--yes'] },
  'migrate deploy': { done: [], misused: ['--to', '19990101000000'] },
  reset: { done: ['--no-seed', '--yes'] },
  seed: { done: [] },
}
const sound = {
  code: expect.stringMatching(/^[a-z_]+$/),
  message: expect.stringMatching(/\S/),
  remedy: expect.stringMatching(/\S/),
}

/** These serve until they are told to stop (`process.test.ts`), or measure for minutes. */
const elsewhere = ['up', 'serve', 'perf']

const leaves = leavesOf(buildProgram('0.0.0'))

test('every command is tried here, and nothing else is', () => {
  expect([...Object.keys(tries), ...elsewhere].toSorted()).toEqual([...leaves.keys()].toSorted())
})

test.each([...leaves.keys()])(
  'reeve %s has help that fits 80 columns, with an example of itself',
  async (name) => {
    const { out, exit } = await reeve(...name.split(' '), '--help')
    expect(exit).toBe(0)
    expect(out).toContain(`Usage: reeve ${name}`)
    expect(out).toMatch(/\nExample:\n {2}\S/)
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
    const [, examples = ''] = /\nExample:\n((?: {2}\S.*\n)+)/.exec(out) ?? []
    for (const line of examples.trimEnd().split('\n')) expect(line).toMatch(new RegExp(`\\breeve ${name}\\b`))
  },
)

test.each([...leaves.keys()])('reeve %s says what is wrong with an option it does not know', async (name) => {
  const { err, out, exit } = await reeve(...name.split(' '), '--zzz')
  expect({ exit, out }).toEqual({ exit: 2, out: '' })
  expect(err).toBe(
    `✗ unknown option '--zzz'\n  → "reeve ${name === 'help' ? '' : `${name} `}--help" shows how\n`,
  )
})

const destructive = [...leaves].filter(([, { options }]) => options.some(({ long }) => long === '--yes'))
const sparedThings: Record<string, string[]> = {
  'tenant delete': [slug],
  'user delete': [kim.email, ...inAcme],
  'role delete': ['viewer', ...inAcme],
  'separation delete': ['spared', ...inAcme],
  'policy delete': ['spared', ...inAcme],
}

test.each(destructive.map(([name]) => name))('reeve %s destroys nothing unasked', async (name) => {
  const { out, exit } = await reeve(...name.split(' '), ...(sparedThings[name] ?? []), '--json')
  expect({ exit, ...JSON.parse(out) }).toMatchObject({ exit: 3, error: { code: 'consent_needed' } })
})

test.each(Object.entries(tries))(
  'reeve %s does its work, refuses with a remedy, and tells bad usage from a refusal',
  async (name, one) => {
    const words = name.split(' ')
    const told = await reeve(...words, ...one.done)
    expect(told).toMatchObject({ exit: 0 })
    expect(told.out).toMatch(/\S/)
    expect(told.out).not.toMatch(/undefined|\[object|NaN|\x1b/)

    if (one.refused) {
      const { out, err, exit } = await reeve(...words, ...one.refused, '--json')
      expect({ exit, err }).toEqual({ exit: 3, err: '' })
      expect(JSON.parse(out)).toMatchObject(name === 'access check' ? { allowed: false } : { error: sound })
    }
    if (one.misused) {
      const { out, err, exit } = await reeve(...words, ...one.misused, '--json')
      expect({ exit, err }).toEqual({ exit: 2, err: '' })
      expect(JSON.parse(out)).toMatchObject({ error: sound })
    }
  },
)

test.each([...leaves.keys()])('reeve %s answers programs too, and says so in its help', (name) => {
  expect(leaves.get(name)!.options.map(({ long }) => long)).toContain('--json')
})

test('a word that no command has is met with a guess', async () => {
  expect(await reeve('usr', 'list')).toMatchObject({
    exit: 2,
    out: '',
    err: expect.stringMatching(/unknown command 'usr'\n.*did you mean user\?/),
  })
  expect(await reeve('user', 'lst')).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/did you mean list\?/),
  })
  expect(await reeve('nope', '--help')).toMatchObject({
    exit: 2,
    out: '',
    err: expect.stringMatching(/unknown command 'nope'/),
  })
  expect(await reeve('help', 'nope')).toMatchObject({
    exit: 2,
    out: '',
    err: expect.stringMatching(/unknown command 'nope'/),
  })
  expect(await reeve('user', 'list', '--tenat', 'x')).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/did you mean --tenant\?/),
  })
})

test('no command at all shows what there is', async () => {
  expect(await reeve()).toMatchObject({ exit: 2, out: '', err: expect.stringMatching(/Usage: reeve/) })
  expect(await reeve('user')).toMatchObject({
    exit: 2,
    out: '',
    err: expect.stringMatching(/Usage: reeve user/),
  })
  const { out, exit } = await reeve('user', '--json')
  expect({ exit, ...JSON.parse(out) }).toMatchObject({
    exit: 2,
    error: { code: 'invalid_request', remedy: expect.stringMatching(/list, show/) },
  })
})

/** Runs the program in this process and hears what it says. */
function reeve(...words: string[]): Promise<Heard> {
  return heard(run, words)
}
