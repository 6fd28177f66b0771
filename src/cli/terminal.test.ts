/** The program as somebody sees it who sits at a terminal. */
import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { translated } from '../testing/program.ts'
import { atTerminal, hasTerminal, type Terminal } from '../testing/terminal.ts'
import { width } from './text.ts'

const { database, admin, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const kim = await aUser(database, acme, {
  name: '王小明 with a name that goes on and on until the line is full',
})
const inAcme = `--tenant ${acme.tenantId}`

let folder: string
let program: { main: string; remove: () => Promise<void> }
beforeAll(async () => {
  program = await translated()
  folder = await mkdtemp(join(tmpdir(), 'reeve-terminal-'))
})
afterAll(async () => {
  await program.remove()
  await removeInside(tmpdir(), folder)
})

/** What the shell finds afterwards: the exit code, and whether what is typed can be seen and is read line by line. */
const afterwards = '; echo "exit $?"; stty -a | grep -wo -e "-*echo" -e "-*icanon"'
const clean = /exit 130\s+icanon\s+echo\s*$/

test.runIf(hasTerminal)(
  'a list fits the terminal, in colours, or without them for whoever wants none',
  async () => {
    const wide = await seen(`user list ${inAcme}`)
    expect(wide).toContain('\x1b[1mname')
    expect(widest(wide)).toBe(80)
    expect(stripVTControlCharacters(wide)).toMatch(/王小明 with .*…/)

    const narrow = await seen(`user list ${inAcme}`, 'stty cols 40;')
    expect(stripVTControlCharacters(narrow)).toContain(`address  ${kim.email}`)
    expect(widest(narrow)).toBeLessThanOrEqual(40)

    for (const plain of ['NO_COLOR=1', 'TERM=dumb'])
      expect(await seen('permission list', plain)).not.toContain('\x1b')
  },
)

test.runIf(hasTerminal)('help and refusals are folded between words', async () => {
  expect(widest(await seen('user import --help'))).toBeLessThanOrEqual(80)
  const refused = await seen(`user show nobody@example.com ${inAcme}`, 'stty cols 40;')
  expect(stripVTControlCharacters(refused).trimEnd().split(/\r?\n/)).toEqual([
    '✗ there is nobody here called',
    '  nobody@example.com',
    '  → "reeve user list" shows the people',
    '    of the tenant',
  ])
})

test.runIf(hasTerminal)(
  'Ctrl-C at a question ends the command and leaves the terminal as it was',
  async () => {
    for (const [command, question] of [
      [`account password ${kim.email}`, 'New password: '],
      [`user delete ${kim.email} ${inAcme}`, 'to go on: '],
    ]) {
      const terminal = reeve(command!, '', afterwards)
      await terminal.until(question!)
      terminal.type('secr\x03')
      await terminal.closed
      expect(terminal.shown()).toMatch(clean)
      expect(terminal.shown()).not.toMatch(/The same again|nothing was done| {4}at /)
    }
  },
)

test.runIf(hasTerminal)('a typed password is not shown', async () => {
  const terminal = reeve(`account password ${kim.email}`)
  await terminal.until('New password: ')
  terminal.type('correct horse battery\r')
  await terminal.until('The same again: ')
  terminal.type('correct horse battery\r')
  expect(await terminal.closed).toBe(0)
  expect(terminal.shown()).toContain('has a new password')
  expect(terminal.shown()).not.toContain('horse')
})

test.runIf(hasTerminal)('long work shows a bar, and Ctrl-C takes it away with the work', async () => {
  const many = Array.from({ length: 200_000 }, (_, n) => `p${n}@example.com,Person ${n}\n`)
  writeFileSync(join(folder, 'many.csv'), `email,name\n${many.join('')}`)
  const terminal = reeve(`user import many.csv ${inAcme}`, '', afterwards)
  await terminal.until('█')
  terminal.type('\x03')
  await terminal.closed
  expect(terminal.shown()).toMatch(clean)
  expect(terminal.shown()).toMatch(/\r\x1b\[K[^█]*stopped: nothing was imported/)
  const { rows } = await admin.query('select count(*)::int from users where tenant_id = $1', [acme.tenantId])
  expect(rows).toEqual([{ count: 2 }])
})

test.runIf(hasTerminal)(
  'whoever runs the server at a terminal reads what is asked of it, and no statements',
  async () => {
    const terminal = reeve('serve')
    await terminal.until('Ctrl-C stops it all.')
    const [url] = /http:\/\/[\w.:]+/.exec(terminal.shown())!
    await fetch(`${url}/v1/session`)
    await terminal.until('GET /v1/session')
    terminal.type('\x03')
    expect(await terminal.closed).toBe(0)
    const said = stripVTControlCharacters(terminal.shown())
    expect(said).toMatch(/\d\d:\d\d:\d\d GET \/v1\/session 401 \d+ ms/)
    expect(said).not.toMatch(/\{"level"|statement/)
  },
)

/** `before` stands before the command, `after` behind it. */
function reeve(command: string, before = '', after = ''): Terminal {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, TERM: 'xterm', LANG: 'C.UTF-8', PORT: '0', DATABASE_URL: adminUrl }
  return atTerminal(`${before} ${process.execPath} ${program.main} ${command}${after}`, folder, env)
}

async function seen(command: string, before = ''): Promise<string> {
  const terminal = reeve(command, before)
  await terminal.closed
  return terminal.shown()
}

function widest(shown: string): number {
  return Math.max(...stripVTControlCharacters(shown).split(/\r?\n/).map(width))
}
