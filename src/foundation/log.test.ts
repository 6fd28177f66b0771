import fastify from 'fastify'
import { expect, test } from 'vitest'
import type { LogLevel } from './config.ts'
import { createLog, queryLog } from './log.ts'
import { Refusal } from './refusal.ts'
import { makeToken } from './secret.ts'

test('a line is one JSON object, with its time and its level in words', () => {
  const { log, lines } = listening('info')
  log.info({ tenantId: 't1' }, 'a tenant was born')

  expect(lines()).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), tenantId: 't1', msg: 'a tenant was born' },
  ])
})

test('what is below the level is not written', () => {
  const { log, lines } = listening('warn')
  log.info('quiet')
  log.warn('loud')

  expect(lines().map(({ msg }) => msg)).toEqual(['loud'])
})

test('what stands under the name of a secret is not written, at any depth and in any spelling', () => {
  const { log, text } = listening('info')
  const hush = 'hush'
  log.info({ password: hush, newPassword: hush, password_hash: hush, 'X-Api-Key': hush, apiKey: hush })
  log.info({ headers: { authorization: hush, cookie: hush, 'set-cookie': [hush] } })
  log.info({ a: { b: { c: [{ sessionToken: hush, SECRET_KEYS: hush }] } } })
  log.info({ detail: hush, values: [hush], where: hush, email: hush, phone: hush, code_verifier: hush })
  log.child({ token: hush }).info({ fine: 'yes' }, 'a child line')

  expect(text()).not.toContain(hush)
  expect(text()).toContain('yes')
})

test('tokens, passwords in URLs and bearers are not written, wherever in a text they stand', () => {
  const { log, text } = listening('info')
  const token = makeToken('rv_s')
  log.info(`he showed ${token}`)
  log.info({ note: `Authorization: Bearer ${token}x`, list: [token] }, 'with %s', token)
  log.info({ url: 'postgresql://kim:hu@sh@localhost/reeve' }, 'redis://:hush@cache')
  log.info('GET /accept?token=hush&name=kim')
  log.info('Authorization: Basic aHVzaDpodXNo')

  expect(text()).not.toContain(token.slice(5, 20))
  expect(text()).not.toMatch(/hush|hu@sh|aHVzaDpodXNo/)
  expect(text()).toContain('rv_s_[redacted]')
  expect(text()).toContain('postgresql://kim:[redacted]@localhost/reeve')
  expect(text()).toContain('name=kim')
})

test('of an error the row, the values and the query are left out, also of its causes', () => {
  const { log, lines, text } = listening('info')
  const driver = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: 'Key (email)=(hush) already exists.',
    where: 'hush',
    query: 'hush',
    parameters: ['hush'],
  })
  log.error(new Refusal('email_taken', 'taken', 'use another', { cause: driver }))
  log.error({ err: driver, tenantId: 't1' }, 'failed')
  log.error({ deep: { error: driver } }, 'failed deeper')

  expect(text()).not.toContain('hush')
  expect(lines()[0]).toMatchObject({
    msg: 'taken',
    err: {
      type: 'Refusal',
      code: 'email_taken',
      remedy: 'use another',
      stack: expect.stringContaining('log.test.ts'),
      cause: { code: '23505', message: 'duplicate key value' },
    },
  })
  expect(lines()[1]).toMatchObject({ msg: 'failed', tenantId: 't1', err: { code: '23505' } })
  expect(lines()[2]).toMatchObject({ deep: { error: { code: '23505' } } })
})

test('the message of an error is cleaned too', () => {
  const { log, text } = listening('info')
  log.error(new Error('cannot reach redis://:hush@cache'))
  log.error(new AggregateError([new Error('no answer from http://kim:hush@host')], 'all failed'))

  expect(text()).not.toContain('hush')
  expect(text()).toContain('all failed')
})

test('what is long, deep, endless or no data does not fill the log, and does not break it', () => {
  const { log, lines, text } = listening('info')
  const endless: Record<string, unknown> = { name: 'endless' }
  endless['self'] = endless
  log.info({
    endless,
    long: 'x'.repeat(1_000_000),
    many: Array.from({ length: 10_000 }, (_, at) => at),
    bytes: Buffer.alloc(1_000),
    big: 12n,
    at: new Date(0),
    map: new Map([['hush', 'hush']]),
    nothing: null,
    missing: undefined,
    work: () => {},
  })

  expect(text().length).toBeLessThan(10_000)
  expect(lines()[0]).toMatchObject({
    endless: { name: 'endless', self: '[circular]' },
    bytes: '[1000 bytes]',
    big: '12',
    at: '1970-01-01T00:00:00.000Z',
    map: '[Map]',
    nothing: null,
  })
})

test('no text keeps the log busy, whatever somebody sends', () => {
  const { log } = listening('info')
  const nasty = ['a.', 'a://', 'a://b:', '://', '?token=', 'Bearer ', 'rv_s_', '&key=', ':@', 'a-']
  const started = performance.now()
  for (const piece of nasty) log.info(piece.repeat(100_000))

  expect(performance.now() - started).toBeLessThan(1_000)
})

test('the web server logs a request by its path alone', async () => {
  const { log, lines, text } = listening('info')
  const app = fastify({ loggerInstance: log })
  app.get('/people', (_, reply) => reply.send({}))
  app.get('/broken', () => {
    throw Object.assign(new Error('it broke'), { detail: 'hush' })
  })
  await app.inject({ url: '/people?q=hush', headers: { authorization: 'Bearer hush', cookie: 'a=hush' } })
  await app.inject({ url: '/broken' })

  expect(text()).not.toContain('hush')
  expect(lines()).toContainEqual(
    expect.objectContaining({
      reqId: 'req-1',
      req: expect.objectContaining({ method: 'GET', path: '/people' }),
    }),
  )
  expect(lines()).toContainEqual(expect.objectContaining({ reqId: 'req-1', res: { statusCode: 200 } }))
  expect(lines()).toContainEqual(
    expect.objectContaining({ err: expect.objectContaining({ message: 'it broke' }) }),
  )
})

test('in development every statement is written with its name and its duration', () => {
  const { log, lines } = listening('debug')
  const write = queryLog(log, { environment: 'development' })!
  write({ statement: 'users.find', ms: 1.23456 })
  write({ statement: 'users.add', ms: 2, failed: true })

  expect(lines()).toMatchObject([
    { level: 'debug', statement: 'users.find', ms: 1.23, msg: 'statement' },
    { level: 'debug', statement: 'users.add', ms: 2, failed: true },
  ])
  expect(lines()[0]).not.toHaveProperty('failed')
})

test('in production no statement is, so that nobody measures for nothing', () => {
  expect(queryLog(listening('debug').log, { environment: 'production' })).toBeUndefined()
})

function listening(logLevel: LogLevel) {
  const written: string[] = []
  const log = createLog({ logLevel }, { write: (line) => void written.push(line) })
  return {
    log,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}
