import { request as ask } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { reeveFastify } from '../fastify.ts'
import { createReeve } from '../reeve.ts'
import { testReeve, urlOf } from '../testing/library.ts'
import { aTenant } from '../testing/people.ts'
import { send, serving } from '../testing/service.ts'

const { reeve, access, database, signIn } = await testReeve()
const tenant = await aTenant(database)
const token = await signIn(tenant.owner)
const bearer = { authorization: `Bearer ${token}` }
const users = `/v1/tenants/${tenant.tenantId}/users`

const eager = express()
eager.use(express.json(), express.urlencoded(), express.text({ type: 'text/*' }), express.raw())
eager.use(reeve.handler)
eager.get('/own', (_request, response) => void response.send('mine'))

const plain = express()
plain.use(reeve.handler)
plain.get('/own', (_request, response) => void response.send('mine'))

const host = fastify()
await host.register(reeveFastify, { reeve })
host.get('/own', async () => 'mine')
await host.ready()

const inside: Record<string, string> = {
  'node:http': await serving((request, response) => void reeve.handler(request, response)),
  Express: await serving(plain),
  'Express behind body parsers': await serving(eager),
  Fastify: await serving(host.server),
  'a framework of Request and Response': await serving((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
      const answer = await reeve.fetch(
        new Request(`http://${request.headers.host}${request.url}`, {
          method: request.method!,
          headers: request.headers as Record<string, string>,
          ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
        }),
        { address: request.socket.remoteAddress },
      )
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
  }),
}
const everywhere = Object.entries(inside)

test.each(everywhere)('the API answers inside of %s as it does by itself', async (name, url) => {
  const email = `${name.toLowerCase().replaceAll(/\W/g, '-')}@example.com`
  const made = await send(url + users, { method: 'POST', json: { email, name: 'Kim Ünal' }, headers: bearer })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ email, name: 'Kim Ünal' })
  expect(made.headers.get('location')).toBe(`${users}/${made.body.id}`)
  expect(made.headers.get('cache-control')).toBe('no-store')

  const one = `${url}${users}/${made.body.id}`
  expect((await send(one, { headers: bearer })).body).toEqual(made.body)
  const renamed = await send(one, { method: 'PATCH', json: { name: 'Kim' }, headers: bearer })
  expect(renamed.body).toMatchObject({ id: made.body.id, name: 'Kim' })
  expect((await send(`${one}/suspension`, { method: 'PUT', headers: bearer })).body.isActive).toBe(false)
  const gone = await send(one, { method: 'DELETE', headers: bearer })
  expect([gone.status, gone.text]).toEqual([204, ''])
  const head = await send(url + users, { method: 'HEAD', headers: bearer })
  expect([head.status, head.text]).toEqual([200, ''])
  expect((await send(`${url}${users}?limit=1&q=olive`, { headers: bearer })).body.items).toHaveLength(1)
})

test.each(everywhere)(
  'inside of %s a problem is a problem, and carries the id of the request',
  async (_, url) => {
    const headers = { ...bearer, 'x-request-id': 'mine-7' }
    const refused = await send(url + users, { method: 'POST', json: { name: 'X' }, headers })
    expect(refused.status).toBe(400)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(refused.body).toMatchObject({ code: 'invalid_request', requestId: 'mine-7' })
    expect(refused.headers.get('x-request-id')).toBe('mine-7')
    expect((await send(url + users)).body.code).toBe('not_signed_in')
    expect((await send(`${url}/v1/nothing`, { headers: bearer })).body.code).toBe('not_found')
    expect((await send(`${url}/openapi.json`)).body.openapi).toBe('3.1.0')
    expect((await send(`${url}/docs`)).headers.get('content-type')).toContain('text/html')
  },
)

test.each(everywhere)(
  'inside of %s a browser signs in, is known by its cookie, and other sites are kept out',
  async (_, url) => {
    const password = 'correct horse battery'
    const email = `b${Math.random()}@example.net`
    const signedUp = await send<{ session: { token?: string } }>(`${url}/v1/sign-up`, {
      method: 'POST',
      json: { email, password, name: 'B', cookie: true },
    })
    const cookie = signedUp.headers.getSetCookie()[0]!
    expect(cookie).toMatch(/^__Host-reeve_session=rv_s_[^;]+; .*HttpOnly; Secure; SameSite=Lax/i)
    expect(signedUp.body.session.token).toBeUndefined()

    const mine = { cookie: cookie.split(';')[0]! }
    expect((await send(`${url}/v1/session`, { headers: mine })).body).toMatchObject({ account: { email } })
    const rename = { method: 'PATCH', json: { name: 'C' } }
    const from = async (headers: Record<string, string>) =>
      (await send(`${url}/v1/account`, { ...rename, headers: { ...mine, ...headers } })).status
    const { host, origin } = new URL(url)
    expect(await from({ 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await from({ origin })).toBe(200)
    expect(await from({})).toBe(403)
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await from({ 'sec-fetch-site': 'same-site', origin })).toBe(403)
    expect(await from({ origin: `http://evil.example/?${host}` })).toBe(403)
  },
)

test.each(everywhere)('inside of %s too much is refused, not read', async (_, url) => {
  const much = 'x'.repeat(600 * 1024)
  const { status, body } = await send(url + users, {
    method: 'POST',
    json: { name: much },
    headers: bearer,
  }).catch(
    () => ({ status: 413, body: { code: 'too_large' } }), // or the connection ends while it is still being sent
  )
  expect(status).toBe(413)
  if (body) expect(body.code).toBe('too_large')
})

test.each(everywhere)('inside of %s only JSON is a body', async (_, url) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
    const { body } = await send(url + users, {
      method: 'POST',
      body: 'email=x@example.com&name=X',
      headers: { ...bearer, 'content-type': type },
    })
    expect([type, body.code]).toEqual([type, 'unsupported_media_type'])
  }
})

test.each(['Express', 'Express behind body parsers', 'Fastify'])(
  'beside it %s serves what is its own',
  async (name) => {
    expect((await send(`${inside[name]}/own`)).text).toBe('mine')
    expect((await send(`${inside[name]}/`, { headers: { accept: 'text/html' } })).status).toBe(404)
  },
)

test.each(everywhere)(
  'inside of %s nothing but the API is reached: no metrics, no health, no console',
  async (_, url) => {
    const paths = [
      '/metrics',
      '/health',
      '/v1/../metrics',
      '/v1/%2e%2e/metrics',
      '/docs/..%2fmetrics',
      '//host/v1/session',
      '/v1\\..\\metrics',
      '/V1/session',
      '/v1x',
      '/index.html',
    ]
    for (const path of paths) {
      const { status, text } = await rawly(url, path, { accept: 'text/html' })
      expect([path, status]).toEqual([path, expect.toBeOneOf([400, 404])])
      expect(text).not.toContain('reeve_pool_connections')
      expect(text).not.toContain('<div id="root">')
    }
  },
)

test('a body that somebody has read before is written again as it was', async () => {
  const url = inside['Express behind body parsers']!
  for (const [sent, code] of [
    ['{"email":"x@example.com","name":"X","__proto__":{"a":1}}', 'invalid_request'],
    ['"just text"', 'invalid_request'],
    ['[]', 'invalid_request'],
  ] as const) {
    const { body, status } = await send(url + users, {
      method: 'POST',
      body: sent,
      headers: { ...bearer, 'content-type': 'application/json' },
    })
    expect([sent, body?.code ?? status]).toEqual([sent, body ? code : 400])
  }
})

test('the address of a caller is that of the connection, and a proxy’s word counts only where it is believed', async () => {
  const believing = await createReeve({ databaseUrl: urlOf(access), trustProxy: 'loopback' })
  const trusting = await serving((request, response) => void believing.handler(request, response))
  const password = 'correct horse battery'
  const seen: Record<string, string | null> = {}
  for (const [name, url] of [...everywhere, ['behind a proxy', trusting]] as const) {
    const email = `ip${Math.random()}@example.net`
    const json = { email, password, name: 'I' }
    const headers = { 'x-forwarded-for': '198.51.100.9' }
    const { body } = await send<{ session: { token: string } }>(`${url}/v1/sign-up`, {
      method: 'POST',
      json,
      headers,
    })
    const session = (await reeve.session(body.session.token))!
    seen[name] = (await session.listSessions())[0]!.ip
  }
  expect(seen).toEqual({
    ...Object.fromEntries(everywhere.map(([name]) => [name, '127.0.0.1'])),
    'behind a proxy': '198.51.100.9',
  })
  await believing.close()
})

test('somebody who does not say what program they are is not said to be one of ours', async () => {
  const { body } = JSON.parse(
    JSON.stringify(
      await rawly(
        inside['node:http']!,
        '/v1/sign-up',
        { 'content-type': 'application/json' },
        {
          email: 'quiet@example.net',
          password: 'correct horse battery',
          name: 'Quiet',
        },
      ),
    ),
  ) as { body: { session: { token: string } } }
  const session = (await reeve.session(body.session.token))!
  expect((await session.listSessions())[0]!.userAgent).toBeNull()
})

test('whoever hangs up in the middle of a body leaves nothing behind', async () => {
  for (const [, url] of everywhere.slice(0, 4)) {
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(url)
      const request = ask({
        hostname,
        port,
        path: users,
        method: 'POST',
        headers: { ...bearer, 'content-type': 'application/json', 'content-length': '1000' },
      })
      request.on('error', () => resolve())
      request.write('{"email":')
      setTimeout(() => request.destroy(), 30)
    })
    expect((await send(url + users, { headers: bearer })).status).toBe(200)
  }
})

test.each(everywhere)('inside of %s a write with a key is done once', async (_, url) => {
  const email = `once${Math.random()}@example.com`
  const headers = { ...bearer, 'idempotency-key': `key-${email}` }
  const add = () => send(url + users, { method: 'POST', json: { email, name: 'Once' }, headers })
  const [one, two] = [await add(), await add()]
  expect([one.status, two.status]).toEqual([201, 201])
  expect(two.body).toEqual(one.body)
})

test('a closed one says so, everywhere', async () => {
  const short = await createReeve({ databaseUrl: urlOf(access) })
  const url = await serving((request, response) => void short.handler(request, response))
  expect((await send(`${url}/openapi.json`)).status).toBe(200)
  await short.close()
  expect(await send(`${url}/v1/session`, { headers: bearer })).toMatchObject({
    status: 503,
    body: { code: 'shutting_down' },
  })
  expect((await short.fetch(new Request('http://h/v1/session'))).status).toBe(503)
})

test('sign-ins are counted by address', async () => {
  const ask = (address?: string) =>
    reeve.fetch(
      new Request('http://host/v1/sessions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'nobody@example.com', password: 'wrong' }),
      }),
      { address },
    )
  const statuses: number[] = []
  for (let i = 0; i < 31; i++) statuses.push((await ask('192.0.2.1')).status)
  expect(statuses).toEqual([...Array.from({ length: 30 }, () => 401), 429])
  expect((await ask('192.0.2.2')).status).toBe(401)
  expect((await ask()).status).toBe(401)
})

/** As it is, without what fetch would make of the address. */
function rawly(url: string, path: string, headers: Record<string, string>, json?: unknown) {
  const { hostname, port } = new URL(url)
  return new Promise<{ status: number; text: string; body: unknown }>((resolve, reject) => {
    const request = ask(
      { hostname, port, path, headers, method: json === undefined ? 'GET' : 'POST' },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            text,
            body: /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(text) : undefined,
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(json === undefined ? undefined : JSON.stringify(json))
  })
}
