import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { heard } from '../testing/command-line.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { forBash, readLine } from './bash-line.ts'
import { complete, files } from './complete.ts'
import { liveValues } from './live.ts'
import { buildProgram, run } from './program.ts'

const { database, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const kim = await aUser(database, acme, { name: 'Kim' })
const slug = `acme-${acme.tenantId.slice(-12)}`
const program = buildProgram('0.0.0')

const before = process.cwd()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-complete-'))
  process.chdir(folder)
  Object.assign(process.env, { DATABASE_URL: adminUrl, NODE_ENV: 'test' })
})
afterAll(async () => {
  process.chdir(before)
  await removeInside(tmpdir(), folder)
})

test.each([
  ['use', ['user']],
  ['user l', ['list']],
  ['user lst ', []],
  ['user list --su', ['--suspended']],
  ['user list --tenant acme --t', []],
  ['user list ', ['--tenant', '--limit', '--after', '--search', '--suspended', '--role', '--json', '--help']],
  ['completion ', ['bash', 'zsh', 'fish']],
  ['help user i', ['import']],
  ['help user import --', ['--json', '--help']],
  ['user list --search ', []],
  ['tenant rename acme name again', []],
  ['user import ', files],
  ['account create kim@example.com Kim --password-file ', files],
])('behind "reeve %s" come %j', async (line, expected) => {
  expect(await values(line)).toEqual(expected)
})

test('names of tenants, permissions, roles and people come from the database', async () => {
  expect(await values('user list -t acm')).toEqual([slug])
  expect(await values('tenant show ')).toEqual([slug])
  expect(await values(`user list --tenant=acm`)).toEqual([`--tenant=${slug}`])
  expect(await values('role create editor posts:read posts:u')).toEqual(['posts:update'])
  expect(await values(`user list -t ${slug} --role ow`)).toEqual(['owner'])
  expect(await values(`user show -t ${slug} ${kim.email.slice(0, 6)}`)).toEqual([kim.email])
})

test('names that are in a tenant wait until it is known which', async () => {
  expect(await values('user list --role ')).toEqual([])
  expect(await values('user list --tenant nowhere --role ').catch(() => 'refused')).toBe('refused')
})

test.each([
  ['bash', ['sh', 'reeve tenant sh'], 'show\n'],
  ['zsh', ['tenant', 'sh'], 'show:one tenant\n'],
  ['fish', ['tenant', '"sh'], 'show\tone tenant\n'],
  [
    'zsh',
    ['role', 'permit', 'editor', 'posts:u'],
    'posts\\:update:Change posts, and read those not published\n',
  ],
  ['bash', ['pub', 'reeve role create x posts:pub'], 'publish\n'],
  ['bash', ['', 'reeve user import '], '@files\n'],
])('%s is answered in its own form', async (shell, words, expected) => {
  expect(await heard(run, ['__complete', shell, ...words])).toEqual({ out: expected, err: '', exit: 0 })
})

test('what goes wrong behind TAB is not told', async () => {
  const silence = { out: '', err: '', exit: 0 }
  expect(await heard(run, ['__complete'])).toEqual({ ...silence, out: expect.stringMatching(/^up\t/) })
  process.env['DATABASE_URL'] = 'postgresql://reeve_app:secret-word@127.0.0.1:1/reeve'
  expect(await heard(run, ['__complete', 'zsh', 'tenant', 'show', '--json', ''])).toEqual(silence)
  process.env['DATABASE_URL'] = 'nonsense'
  expect(await heard(run, ['__complete', 'bash', '', 'reeve tenant show '])).toEqual(silence)
  process.env['DATABASE_URL'] = ''
  expect(await heard(run, ['__complete', 'bash', '', 'reeve tenant show '])).toEqual(silence)
  process.env['DATABASE_URL'] = adminUrl
})

test.each([
  ['reeve user  list ', ['reeve', 'user', 'list', ''], ''],
  ['reeve role show "on ca', ['reeve', 'role', 'show', 'on ca'], '"'],
  [`reeve role show 'on "ca`, ['reeve', 'role', 'show', 'on "ca'], `'`],
  ['reeve role show on\\ ca', ['reeve', 'role', 'show', 'on ca'], ''],
  ['reeve user update kim --phone "" --na', ['reeve', 'user', 'update', 'kim', '--phone', '', '--na'], ''],
  ['', [''], ''],
])('bash reads %j as we do', (line, words, quote) => {
  expect(readLine(line)).toEqual({ words, quote })
})

test('no name is taken for something that the shell should do', () => {
  const at = (line: string) => readLine(`reeve role show ${line}`)
  expect(forBash('on call', at(''), '')).toBe('on\\ call')
  expect(forBash('$(reboot)', at(''), '')).toBe('\\$\\(reboot\\)')
  expect(forBash('a"$(reboot)', at('"a'), 'a')).toBe('a\\"\\$(reboot)')
  expect(forBash("a'$(reboot)'", at("'a"), 'a')).toBe("a'\\''$(reboot)'\\'''")
  expect(forBash('Æther 王', at(''), '')).toBe('Æther\\ 王')
})

async function values(line: string): Promise<string[] | typeof files> {
  const found = await complete(program, readLine(`reeve ${line}`).words.slice(1), liveValues)
  return found === files ? files : found.map(({ value }) => value)
}
