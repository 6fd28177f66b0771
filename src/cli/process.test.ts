/** The program as people run it: translated, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { removeInside } from '../foundation/guard.ts'
import { newKey } from '../foundation/secret.ts'
import { testDatabase } from '../testing/database.ts'
import { inDatabase } from '../testing/global-setup.ts'
import { asSuperuser } from '../testing/migrations.ts'
import { aTenant } from '../testing/people.ts'
import { translated } from '../testing/program.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))
const { database, admin, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const inAcme = ['--tenant', acme.tenantId]

let folder: string
let program: { main: string; remove: () => Promise<void> }
beforeAll(async () => {
  program = await translated()
  folder = await mkdtemp(join(tmpdir(), 'reeve-process-'))
})
afterAll(async () => {
  await program.remove()
  await removeInside(tmpdir(), folder)
})

test('it says its version, and nothing else', async () => {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  expect(await ended(reeve(['--version']))).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

test('a mistyped word costs nothing but a line', async () => {
  const { code, out, err } = await ended(reeve(['usr', 'list']))
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain('did you mean user?')
})

test('somebody who reads only the first line is not told about a broken pipe', async () => {
  const child = reeve(['permission', 'list'])
  child.stdout.destroy()
  expect(await ended(child)).toMatchObject({ code: 0, err: '' })
})

test('where there is no database none is made by asking for its tenants', async () => {
  const { code, err } = await ended(reeve(['tenant', 'list'], { DATABASE_URL: '' }))
  expect(code).toBe(3)
  expect(err).toContain('there is no database here')
  expect(existsSync(join(folder, '.reeve'))).toBe(false)
})

test('a database without our schema is told from a broken one', async () => {
  await asSuperuser('create database cli_empty template template0')
  try {
    const empty = { DATABASE_URL: inDatabase(inject('postgresUrl'), 'cli_empty') }
    const { code, out } = await ended(reeve(['tenant', 'list', '--json'], empty))
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 3, error: { code: 'schema_outdated' } })
    expect(await ended(reeve(['migrate', 'status'], empty))).toMatchObject({ code: 1 })
  } finally {
    await asSuperuser('drop database cli_empty with (force)')
  }
})

test('the first deploy in production succeeds before the server may log in', async () => {
  await asSuperuser('create database cli_new template template0')
  try {
    const admin = inDatabase(inject('postgresUrl'), 'cli_new')
    const server = new URL(admin)
    Object.assign(server, { username: 'reeve_app', password: 'not-yet' })
    const production = {
      NODE_ENV: 'production',
      SECRET_KEYS: newKey('test'),
      DATABASE_URL: server.href,
      DATABASE_ADMIN_URL: admin,
    }
    const { code, out } = await ended(reeve(['migrate', 'deploy', '--json'], production))
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, pending: [] })
  } finally {
    await asSuperuser('drop database cli_new with (force)')
  }
})

test('a database that does not answer is named as the reason, without a trace of the program', async () => {
  const nowhere = { DATABASE_URL: 'postgresql://reeve_app:secret-word@127.0.0.1:1/reeve' }
  const { code, out, err } = await ended(reeve(['tenant', 'list'], nowhere))
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^✗ [^\n]+\n {2}→ [^\n]+\n$/)
  expect(err).not.toContain('secret-word')
})

test('a configuration that cannot be used is refused before anything is done', async () => {
  const { code, err } = await ended(reeve(['tenant', 'list'], { DATABASE_URL: 'mysql://localhost/x' }))
  expect(code).toBe(2)
  expect(err).toContain('DATABASE_URL')
})

test('Ctrl-C in the middle of an import leaves nothing of it, and says so', async () => {
  const file = join(folder, 'many.csv')
  const out = createWriteStream(file)
  out.write('email,name\n')
  for (let n = 0; n < 150_000; n++) out.write(`p${n}@example.com,Person ${n}\n`)
  out.end()
  await once(out, 'finish')

  const child = reeve(['user', 'import', file, ...inAcme])
  child.stderr.once('data', () => child.kill('SIGINT'))
  const { code, err } = await ended(child)

  expect(code).toBe(130)
  expect(err).toContain('stopped: nothing was imported')
  expect(err).not.toMatch(/\n {4}at /)
  const { rows } = await admin.query('select count(*)::int as people from users where tenant_id = $1', [
    acme.tenantId,
  ])
  expect(rows).toEqual([{ people: 1 }])
})

test.each([['up', '--no-seed'], ['serve']])(
  'reeve %s serves until it is told to stop, and ends in order',
  async (...words) => {
    const child = reeve(words)
    const url = await heardFrom(child, /console +(http:\S+)/)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)

    child.kill('SIGTERM')
    expect(await ended(child)).toMatchObject({ code: 0 })
  },
)

test('with --json the server answers once, in one document, and writes its log to standard error', async () => {
  const child = reeve(['serve', '--json'], { LOG_LEVEL: 'info' })
  const answer = await heardFrom(child, /^(\{.*\})\n/)
  expect(JSON.parse(answer)).toEqual({ url: expect.stringMatching(/^http:/), demo: null })
  await fetch(`${JSON.parse(answer).url}/health`)

  child.kill('SIGINT')
  expect(await ended(child)).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringMatching(/^\{"level":"info"/),
  })
})

test('what is piped has no colours, unless they are asked for', async () => {
  const list = ['tenant', 'list']
  expect((await ended(reeve(list))).out).not.toContain('\x1b')
  expect((await ended(reeve(list, { FORCE_COLOR: '1' }))).out).toContain('\x1b')
  expect((await ended(reeve(list, { FORCE_COLOR: '1', NO_COLOR: '1' }))).out).not.toContain('\x1b')
})

test('a list of people may come through a pipe', async () => {
  const people = 'email,name\nada@example.com,Ada\n'
  const { code, out } = await ended(reeve(['user', 'import', '-', '--json', ...inAcme], {}, people))
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, imported: 1 })
})

/** Waits until standard output says something like this. */
function heardFrom(child: ReturnType<typeof reeve>, form: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (text: string) => {
      const [, found] = form.exec((said += text)) ?? []
      if (found) resolve(found)
    })
    child.once('close', () => reject(new Error(`it ended: ${said}`)))
  })
}

type Ending = { code: number | null; out: string; err: string }

function reeve(words: string[], env: Record<string, string> = {}, input?: string) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [program.main, ...words], {
    cwd: folder,
    env: { PATH, HOME, DATABASE_URL: adminUrl, PORT: '0', LOG_LEVEL: 'silent', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  return child
}

async function ended(child: ReturnType<typeof reeve>): Promise<Ending> {
  const said = { out: '', err: '' }
  child.stdout.on('data', (text: string) => (said.out += text))
  child.stderr.on('data', (text: string) => (said.err += text))
  await once(child, 'close')
  return { code: child.exitCode, ...said }
}
