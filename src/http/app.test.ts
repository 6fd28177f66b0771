import { expect, test } from 'vitest'
import { openDatabase } from '../database/database.ts'
import { createLog } from '../foundation/log.ts'
import { testApp } from '../testing/http.ts'
import { aPlace, pathOf } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, routes, admin } = world

test('an address that is none is not found, and a method that is none is told from it', async () => {
  expect(await ask('GET', '/v1/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await ask('DELETE', '/')).toMatchObject({ status: 404, body: { code: 'not_found' } })

  expect(await ask('PUT', '/v1/tenants')).toMatchObject({
    status: 405,
    body: { code: 'method_not_allowed' },
    headers: { allow: 'GET, HEAD, POST' },
  })
})

test('every address names the methods that it has, to whoever uses another', async () => {
  const { ids } = await aPlace(world)
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
  for (const url of new Set(routes.map((route) => route.url))) {
    const known = routes.filter((route) => route.url === url).map(({ method }) => method)
    for (const method of methods.filter((one) => !known.includes(one))) {
      const answer = await ask(method, pathOf(url, ids))
      expect([method, url, answer.status, answer.headers['allow']]).toEqual([
        method,
        url,
        405,
        known.toSorted().join(', '),
      ])
    }
  }
})

test('an address has one spelling', async () => {
  const { ids, token } = await aPlace(world)
  for (const { url } of routes) {
    expect(url).not.toMatch(/.\/$/)
    for (const other of [`${url}/`, url.replace('/', '//'), url.toUpperCase()]) {
      const { status } = await ask('GET', pathOf(other, ids), { token })
      // 400: what stands behind the last slash is no id
      expect([404, other.endsWith('/') ? 400 : 404], other).toContain(status)
    }
  }
})

test('what was made is found where the answer says', async () => {
  const { tenantId, token, ids } = await aPlace(world)
  const at = `/v1/tenants/${tenantId}`
  const making: [string, object][] = [
    ['/v1/tenants', { name: 'Another' }],
    [`${at}/users`, { email: 'mia@example.com', name: 'Mia' }],
    [`${at}/roles`, { name: 'editor' }],
    [`${at}/posts`, { title: 'Hello', content: '' }],
    [`${at}/posts/${ids.postId}/comments`, { content: 'Hello' }],
  ]
  for (const [list, body] of making) {
    const made = await ask<{ id: string }>('POST', list, { token, body })
    const location = String(made.headers['location'])
    expect([made.status, location]).toEqual([201, `${list}/${made.body.id}`])
    expect(await ask('GET', location, { token })).toMatchObject({ status: 200, body: { id: made.body.id } })
  }
})

test('a request has an id: the one it came with, if that can be one', async () => {
  const idOf = async (id?: string) => {
    const { headers } = await ask(
      'GET',
      '/v1/session',
      id === undefined ? {} : { headers: { 'x-request-id': id } },
    )
    return headers['x-request-id']
  }
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

  expect(await idOf('order-17:retry.2')).toBe('order-17:retry.2')
  expect(await idOf()).toMatch(uuid)
  expect(await idOf()).not.toBe(await idOf())
  for (const forged of ['a b', 'a"b', '{"level":"fatal"}', 'x'.repeat(101), '<b>'])
    expect(await idOf(forged)).toMatch(uuid)
})

test('the audit log knows a change by the id of its request, and by where it came from', async () => {
  const { tenantId, token, ids } = await aPlace(world)
  const at = `/v1/tenants/${tenantId}`
  await ask('PATCH', `${at}/users/${ids.userId}`, {
    token,
    body: { name: 'Kim Lee' },
    headers: { 'x-request-id': 'order-17' },
  })

  const { body } = await ask<{ items: object[] }>('GET', `${at}/audit-logs?limit=1`, { token })
  expect(body.items).toMatchObject([
    { action: 'user.updated', requestId: 'order-17', ipAddress: '127.0.0.1' },
  ])
})

test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['198.51.100.7:4711', null],
  ['unknown', null],
])('behind a proxy that says %s, a session comes from %s', async (said, known) => {
  const { ask, admin } = await testApp({ console: 'nowhere', trustProxy: true })
  const signedUp = await ask('POST', '/v1/sign-up', {
    body: { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' },
    headers: { 'x-forwarded-for': said },
  })
  expect(signedUp.status).toBe(201)
  const { rows } = await admin.query('select host(ip) as ip from sessions')
  expect(rows).toEqual([{ ip: known }])
})

test('nothing from /v1 is kept on the way, and no page may frame or sniff us', async () => {
  for (const answer of [
    await ask('GET', '/v1/session'),
    await ask('GET', '/v1/nothing'),
    await ask('GET', '/health'),
  ]) {
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    })
    expect(answer.headers).not.toHaveProperty('x-powered-by')
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  }
})

test('no page of another site may read what we answer, whatever it asks for first', async () => {
  const { token, ids } = await aPlace(world)
  const origin = 'https://evil.example'
  const preflight = {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization, if-match, idempotency-key',
  }
  for (const url of ['/v1/account', '/v1/session', pathOf('/v1/tenants/:tenantId/users/:userId', ids)]) {
    const asked = await ask('OPTIONS', url, { headers: preflight })
    const answered = await ask('GET', url, { token, headers: { origin } })
    expect([asked.status, answered.status]).toEqual([405, 200])
    for (const { headers } of [asked, answered]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  }
})

test('whoever is not signed in is told how', async () => {
  const { headers } = await ask('GET', '/v1/session')
  expect(headers).toMatchObject({ 'www-authenticate': 'Bearer' })
})

test('a mistake of ours is told by its request id, and nothing else; the log knows more', async () => {
  const lines: string[] = []
  const log = createLog({ logLevel: 'info' }, { write: (line) => void lines.push(line) })
  const { ask, admin, ...there } = await testApp({ console: 'nowhere', log })
  const { tenantId, token } = await aPlace({ ask, ...there })
  await admin.query('alter table invitations rename column email to address')

  const answer = await ask<{ requestId: string }>('GET', `/v1/tenants/${tenantId}/invitations`, { token })

  expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } })
  expect(JSON.stringify(answer.body)).not.toMatch(/email|address|column|select|invitations/)
  const line = lines
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .find(({ level }) => level === 'error')
  expect(line).toMatchObject({
    reqId: answer.body.requestId,
    err: { sqlstate: '42703', statement: 'invitations.list' },
  })
  expect(lines.join()).not.toContain(token)
})

test('a log line tells of a request by its path, without what was asked', async () => {
  const lines: string[] = []
  const log = createLog({ logLevel: 'info' }, { write: (line) => void lines.push(line) })
  const { ask } = await testApp({ console: 'nowhere', log })
  await ask('GET', '/v1/session?secret=tiger', {
    token: 'rv_s_'.padEnd(48, 'x'),
    headers: { cookie: 'a=tiger' },
  })

  await ask('GET', '/health')
  await ask('GET', '/metrics')

  expect(lines.join()).toContain('/v1/session')
  expect(lines.join()).not.toMatch(/health|metrics/)
  expect(lines.join()).not.toMatch(/tiger|xxxx/)
})

test('a database that cannot be reached is an outage, told with when to try again', async () => {
  const unreachable = openDatabase({ ...world.access, port: 1 })
  const { ask } = await testApp({ console: 'nowhere', database: unreachable })
  const token = `rv_s_${'A'.repeat(43)}`

  const answer = await ask('GET', '/v1/session', { token })

  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'database_unreachable' },
    headers: { 'retry-after': '1' },
  })
  expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|reeve_app|ECONNREFUSED|DATABASE_URL/)
})

test('a change of which nobody knows whether it was made is not to be repeated blindly', async () => {
  // the server process is ended while it commits, so that the answer is lost
  const { tenantId, token } = await aPlace(world)
  await admin.query(`create function die() returns trigger language plpgsql security definer as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`)
  await admin.query(`create constraint trigger die after insert on roles deferrable initially deferred
    for each row execute function die()`)

  const answer = await ask('POST', `/v1/tenants/${tenantId}/roles`, { token, body: { name: 'lost' } })

  expect(answer).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } })
  expect(answer.headers).not.toHaveProperty('retry-after')
  await admin.query('drop function die cascade')
})
