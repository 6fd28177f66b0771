import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { openPrisma } from '../database/prisma.ts'
import { newKey, readKeyRing, type KeyRing } from '../foundation/secret.ts'
import { aHealthyOne, testApp } from '../testing/http.ts'
import { aTenant } from '../testing/people.ts'
import { startServer, type Server } from './server.ts'

const { database, admin, signIn } = await testApp({ console: 'nowhere' })
const prisma = await openPrisma(database)
const olive = await aTenant(database)
const token = await signIn(olive.owner)
const about = (url: string) => `GET ${url} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`
const slow = about(`/v1/tenants/${olive.tenantId}`)

test('a request that is under way when the server is told to stop is answered, and no other', async () => {
  const server = await aServer()
  const [busy, idle, slowToAsk] = [await line(server), await line(server), await line(server)]
  await idle.ask(about('/v1/session'), '200 OK')
  slowToAsk.socket.write('GET /v1/session HTTP/1.1\r\nhost: x\r\n')
  const release = await holdingTenants()
  busy.socket.write(slow)
  await waiting()

  const drained = server.drain()
  await idle.closed
  busy.socket.write(about('/v1/session'))
  await expect(fetch(`${server.url}/health/live`)).rejects.toThrow()
  expect(busy.heard()).toBe('')
  await release()
  slowToAsk.socket.write('\r\n')

  await Promise.all([busy.closed, slowToAsk.closed, drained])
  const [first, second] = busy.heard().split(/(?=HTTP\/1\.1 )/)
  expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(first).toContain(`"id":"${olive.tenantId}"`)
  expect(second).toMatch(/^HTTP\/1\.1 503 [^]*application\/problem\+json[^]*"code":"shutting_down"/)
  expect(slowToAsk.heard()).toMatch(/^HTTP\/1\.1 503 [^]*"code":"shutting_down"/)
})

test('a request that never ends holds the server up for so long and no longer', async () => {
  const server = await aServer({ drainMs: 300 })
  const [stuck, half] = [await line(server), await line(server)]
  half.socket.write(
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{',
  )
  const release = await holdingTenants()
  stuck.socket.write(slow)
  await waiting()

  const started = performance.now()
  await server.drain()

  expect(performance.now() - started).toBeGreaterThan(250)
  expect(performance.now() - started).toBeLessThan(2_000)
  await release()
})

test('being told to stop twice is being told to stop', async () => {
  const server = await aServer()
  await Promise.all([server.drain(), server.drain()])
})

test('a port that is taken is refused, with one to take instead', async () => {
  const { url } = await aServer()
  const { port } = new URL(url)
  await expect(aServer({ port: Number(port) })).rejects.toMatchObject({
    code: 'port_taken',
    message: `port ${port} is in use by another program`,
    remedy: expect.stringMatching(/PORT=\d+/),
  })
})

test('an address that is not this machine’s is refused', async () => {
  await expect(aServer({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'invalid_configuration' })
})

test('IPv6 is written as it is in addresses', async () => {
  const { url } = await aServer({ host: '::1' })
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/)
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
})

const long = 'x'.repeat(20_000)

test.each([
  ['what is no HTTP', 'Hello!\r\n\r\n', 400, 'invalid_request'],
  ['a method that nobody knows', 'FROB /v1/session HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'invalid_request'],
  [
    'an address of 20,000 characters',
    `GET /v1/session?${long} HTTP/1.1\r\nhost: x\r\n\r\n`,
    431,
    'too_large',
  ],
  [
    'a header of 20,000 characters',
    `GET /v1/session HTTP/1.1\r\nhost: x\r\na: ${long}\r\n\r\n`,
    431,
    'too_large',
  ],
  [
    'two thousand headers',
    `GET /v1/session HTTP/1.1\r\nhost: x\r\n${'a: bcdefghijklmnop\r\n'.repeat(2_000)}\r\n`,
    431,
    'too_large',
  ],
  ['a header with NUL', 'GET /v1/session HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n', 400, 'invalid_request'],
  [
    'two lengths',
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
    400,
    'invalid_request',
  ],
  [
    'a length and chunks',
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'invalid_request',
  ],
  [
    'chunks that are none',
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    400,
    'invalid_request',
  ],
  ['a request for no host', 'GET /v1/session HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'invalid_request'],
  [
    'what nobody is signed in for, and expects something that nobody knows,',
    'GET /v1/session HTTP/1.1\r\nhost: x\r\nexpect: 42\r\nconnection: close\r\n\r\n',
    401,
    'not_signed_in',
  ],
  [
    'an address that is none',
    'GET /v1/tenants/%E0%A4%A/users HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    400,
    'invalid_request',
  ],
])('%s is refused in the same words as everything', async (_what, text, status, code) => {
  const { socket, heard, closed } = await line(await aServer())
  socket.write(text)
  await Promise.race([closed, pause(5_000)])

  const [head = '', body = ''] = heard().split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(head).toMatch(/content-type: application\/problem\+json/)
  expect(JSON.parse(body)).toMatchObject({
    status,
    code,
    requestId: expect.any(String),
    remedy: expect.any(String),
  })
})

async function aServer(options: Partial<Parameters<typeof startServer>[0]> = {}): Promise<Server> {
  const server = await startServer({
    database,
    prisma,
    keys: readKeyRing(newKey('test')) as KeyRing,
    log: pino({ level: 'silent' }),
    version: 'test',
    console: 'nowhere',
    check: aHealthyOne.check,
    host: '127.0.0.1',
    port: 0,
    ...options,
  })
  afterAll(() => server.drain())
  return server
}

type Line = {
  socket: Socket
  heard: () => string
  closed: Promise<void>
  ask: (text: string, answer: string) => Promise<void>
}

/** A connection on which one can say anything. */
async function line({ url }: Server): Promise<Line> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => void (heard += text))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  const ask = async (text: string, answer: string) => {
    socket.write(text)
    await expect.poll(() => heard).toContain(answer)
  }
  return { socket, heard: () => heard, closed, ask }
}

/** Nobody reads tenants until the lock is released. */
async function holdingTenants(): Promise<() => Promise<void>> {
  const client = await admin.connect()
  await client.query('begin; lock table tenants in access exclusive mode')
  return async () => {
    await client.query('rollback')
    client.release()
  }
}

async function waiting(): Promise<void> {
  const question = `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await expect.poll(async () => (await admin.query(question)).rows[0]).toEqual({ waiting: 1 })
}
