import { createServer } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { refusals, reeveExpress, requirePermission as expressMayOnly } from './express.ts'
import { reeveFastify, requirePermission as fastifyMayOnly, type Visitor } from './fastify.ts'
import { reeveForNext } from './next.ts'
import { Refusal } from './reeve.ts'
import { testReeve } from './testing/library.ts'
import { aTenant, aUser } from './testing/people.ts'
import { send, serving } from './testing/service.ts'

const { reeve, database, as, signIn } = await testReeve()
const tenant = await aTenant(database)
const mia = await aUser(database, tenant, { name: 'Mia' })
const password = 'correct horse battery'
const many = await aTenant(database, 'Many')
const tokens = { owner: await signIn(tenant.owner), mia: await signIn(mia) }

/** The same small service in each framework: who am I, who is here, add somebody, sign in and out. */
const services: Record<string, string> = {
  Fastify: await inFastify(),
  Express: await inExpress(),
  Next: await asInNext(),
}

describe.each(Object.entries(services))('in a service of %s', (_, url) => {
  const at = `${url}/${tenant.tenantId}`
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  test('a route learns who is asking, in the tenant of its address', async () => {
    const { body } = await send(`${at}/me`, { headers: bearer(tokens.mia) })
    expect(body).toEqual({ id: mia.userId, roles: ['member'], mayAdd: false })
    expect((await send(`${url}/me`, { headers: bearer(tokens.mia) })).body).toEqual(body)
  })

  test('nobody, somebody of another tenant and an ended session are told apart as over HTTP', async () => {
    const nobody = await send(`${at}/me`)
    expect(nobody.status).toBe(401)
    expect(nobody.body).toMatchObject({ code: 'not_signed_in' })
    expect(nobody.headers.get('content-type')).toContain('application/problem+json')
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer')

    const stranger = await send(`${at}/me`, { headers: bearer(await signIn(many.owner)) })
    expect(stranger.body).toMatchObject({ status: 404, code: 'not_found', detail: 'there is no such tenant' })
    expect((await send(`${at}/me`, { headers: bearer('rv_s_nonsense') })).body).toMatchObject({
      code: 'not_signed_in',
    })
    expect((await send(`${url}/who`)).body).toEqual({ email: null })
  })

  test('whoever has several tenants must say which one is meant', async () => {
    const { session, tenant: first } = await reeve.signUp({
      email: `m${Math.random()}@example.net`,
      password,
      name: 'M',
    })
    await (await reeve.session(session.token))!.createTenant({ name: 'Another' })
    const { body } = await send(`${url}/me`, { headers: bearer(session.token) })
    expect(body).toMatchObject({ code: 'invalid_request', remedy: expect.stringContaining(':tenantId') })
    const named = await send(`${url}/${first.id}/me`, { headers: bearer(session.token) })
    expect(named.body).toMatchObject({ roles: ['owner'] })
  })

  test('a route that needs a permission refuses those without, and the reason is told', async () => {
    const { status, body } = await send(`${at}/people`, {
      method: 'POST',
      json: { email: 'x@example.com', name: 'X' },
      headers: bearer(tokens.mia),
    })
    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'not_allowed', detail: 'this needs the permission users:create' })
    const email = `kim${Math.random()}@example.com`
    const made = await send(`${at}/people`, {
      method: 'POST',
      json: { email, name: 'Kim' },
      headers: bearer(tokens.owner),
    })
    expect([made.status, made.body]).toMatchObject([201, { email }])
  })

  test('what a verb refuses is told as a problem, with what it was', async () => {
    const headers = bearer(tokens.owner)
    const { body } = await send(`${at}/people`, { method: 'POST', json: { name: 'X' }, headers })
    expect(body).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('email') })
  })

  test('an outage is told without its inside, and an error of the service stays the service’s', async () => {
    const outage = await send(`${url}/outage`)
    expect([outage.status, outage.body]).toMatchObject([
      503,
      { detail: 'the database cannot do this at the moment' },
    ])
    expect(outage.text).not.toContain('10.1.2.3')
    const own = await send(`${url}/own-mistake`)
    expect(own.status).toBe(500)
    expect(own.headers.get('content-type')).not.toContain('problem')
  })

  test('somebody signs in with a form of one’s own, is known by the cookie, and signs out', async () => {
    const email = `f${Math.random()}@example.net`
    await reeve.signUp({ email, password, name: 'F' })
    const here = { 'sec-fetch-site': 'same-origin', origin: new URL(url).origin }
    const wrong = await send(`${url}/sign-in`, {
      method: 'POST',
      json: { email, password: 'wrong' },
      headers: here,
    })
    expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([401, []])

    const right = await send(`${url}/sign-in`, { method: 'POST', json: { email, password }, headers: here })
    const [cookie] = right.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-reeve_session=rv_s_/)
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Expires='])
      expect(cookie).toContain(part)
    const mine = { cookie: `other=1; ${cookie!.split(';')[0]!}; last=2` }
    expect((await send(`${url}/who`, { headers: mine })).body).toEqual({ email })

    const out = await send(`${url}/sign-out`, { method: 'POST', headers: { ...mine, ...here } })
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-reeve_session=;.*Expires=Thu, 01 Jan 1970/)
    expect((await send(`${url}/who`, { headers: mine })).body).toEqual({ email: null })
  })

  test('a page of another site cannot act with the cookie, nor sign anybody in', async () => {
    const mine = { cookie: `__Host-reeve_session=${tokens.owner}` }
    const json = { email: `evil${Math.random()}@example.com`, name: 'Evil' }
    const add = async (headers: Record<string, string>) =>
      (await send(`${at}/people`, { method: 'POST', json, headers: { ...mine, ...headers } })).body
    const { origin } = new URL(url)
    const evil = 'https://evil.example'
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: evil },
      { 'sec-fetch-site': 'same-site', origin: 'https://sibling.example' },
      { origin: evil },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      {},
    ]) {
      expect(await add(headers as unknown as Record<string, string>)).toMatchObject({ code: 'cross_site' })
    }
    expect(await add({ 'sec-fetch-site': 'same-origin', origin })).toMatchObject({ email: json.email })

    // reading by a link from there is what links are for
    const link = await send(`${at}/me`, {
      headers: { ...mine, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    })
    expect(link.status).toBe(200)
    const login = await send(`${url}/sign-in`, {
      method: 'POST',
      json: { email: 'a@example.com', password },
      headers: { 'sec-fetch-site': 'cross-site', origin: evil },
    })
    expect(login.body).toMatchObject({ code: 'cross_site' })
  })

  test('many requests of several people at the same moment are each their own', async () => {
    const people = [
      [tokens.owner, tenant.owner.userId],
      [tokens.mia, mia.userId],
    ] as const
    const asked = Array.from({ length: 60 }, async (_, i) => {
      const [token, id] = people[i % 2]!
      return (await send(`${at}/me`, { headers: bearer(token) })).body['id'] === id
    })
    expect(await Promise.all(asked)).toEqual(asked.map(() => true))
  })
})

test('who holds a permission over their own things alone does not pass where any are meant', async () => {
  const owner = await as(tenant.owner)
  const { id: roleId } = await owner.roles.create({ name: 'own', permissions: ['posts:update:own'] })
  await owner.roles.assign({ userId: mia.userId, roleId })
  const loaded = await as(mia)
  expect(() => loaded.demand('posts:update')).toThrow(Refusal)
  expect(() => loaded.demand('posts:update', { owner: mia.userId })).not.toThrow()
  expect(() => loaded.demand('posts:update', { owner: tenant.owner.userId })).toThrow(Refusal)
})

test('a service’s own error handler is asked where the error is none of ours', async () => {
  const app = fastify()
  app.setErrorHandler((error: Error, _request, reply) => reply.code(418).send({ mine: error.message }))
  await app.register(reeveFastify, { reeve, api: false, tenantOf: () => tenant.tenantId })
  app.get('/refused', async (request) => (await request.reeve.user()).id)
  app.get('/broken', () => {
    throw new Error('oh')
  })
  expect((await app.inject('/refused')).json()).toMatchObject({ code: 'not_signed_in' })
  expect((await app.inject('/broken')).json()).toEqual({ mine: 'oh' })
  expect((await app.inject('/v1/session')).statusCode).toBe(404)
  const headers = { authorization: `Bearer ${tokens.mia}` }
  expect((await app.inject({ url: '/refused', headers })).body).toBe(mia.userId)
  await app.close()
})

test('under a prefix Fastify serves the API there', async () => {
  const app = fastify()
  await app.register(async (child) => void (await child.register(reeveFastify, { reeve })), {
    prefix: '/api',
  })
  const url = await serving(app.server)
  await app.ready()
  const { body } = await send(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${tokens.mia}` } })
  expect(body).toMatchObject({ account: { email: mia.email } })
})

test('in Next it is opened once, at the first request, and tried again where that failed', async () => {
  const shared = globalThis as Record<symbol, unknown>
  const before = shared[Symbol.for('reeve.next')]
  delete shared[Symbol.for('reeve.next')]
  let opened = 0
  const open = async () => {
    opened++
    if (opened === 1) throw new Refusal('database_unreachable', 'not yet', 'wait')
    return reeve
  }
  const from = { headers: async () => new Headers(), cookies: async () => ({ set: () => {} }) }
  const [one, again] = [reeveForNext(open, from), reeveForNext(open, from)]
  expect(opened).toBe(0)
  await expect(one.session()).rejects.toMatchObject({ code: 'database_unreachable' })
  expect(await Promise.all([one.session(), again.session(), one.session()])).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(opened).toBe(2)
  shared[Symbol.for('reeve.next')] = before
})

async function inFastify(): Promise<string> {
  const app = fastify()
  await app.register(reeveFastify, { reeve })
  const me = async (request: { reeve: Visitor }) => {
    const user = await request.reeve.user()
    return { id: user.id, roles: user.membership.roles, mayAdd: user.can('users:create') }
  }
  app.get('/me', me)
  app.get('/:tenantId/me', me)
  app.get('/who', async (request) => ({ email: (await request.reeve.session())?.account.email ?? null }))
  app.post('/:tenantId/people', { preHandler: fastifyMayOnly('users:create') }, async (request, reply) => {
    const user = await request.reeve.user()
    return reply.code(201).send(await user.users.create(request.body as never))
  })
  app.post('/sign-in', async (request) => {
    const { account } = await request.reeve.signIn(request.body as never)
    return account
  })
  app.post('/sign-out', async (request, reply) => {
    await request.reeve.signOut()
    return reply.code(204).send()
  })
  app.get('/outage', () => {
    throw new Refusal('database_unreachable', 'nothing answers at 10.1.2.3', 'look at the machine')
  })
  app.get('/own-mistake', () => {
    throw new Error('oh')
  })
  await app.ready()
  return serving(app.server)
}

async function inExpress(): Promise<string> {
  const app = express()
  app.set('env', 'test')
  app.use(reeveExpress(reeve))
  app.use(express.json())
  const me: express.RequestHandler = async (request, response) => {
    const user = await request.reeve.user()
    response.json({ id: user.id, roles: user.membership.roles, mayAdd: user.can('users:create') })
  }
  app.get('/me', me)
  app.get('/:tenantId/me', me)
  app.get('/who', async (request, response) => {
    response.json({ email: (await request.reeve.session())?.account.email ?? null })
  })
  app.post('/:tenantId/people', expressMayOnly('users:create'), async (request, response) => {
    const user = await request.reeve.user()
    response.status(201).json(await user.users.create(request.body))
  })
  app.post('/sign-in', async (request, response) => {
    response.json((await request.reeve.signIn(request.body)).account)
  })
  app.post('/sign-out', async (request, response) => {
    await request.reeve.signOut()
    response.status(204).end()
  })
  app.get('/outage', () => {
    throw new Refusal('database_unreachable', 'nothing answers at 10.1.2.3', 'look at the machine')
  })
  app.get('/own-mistake', () => {
    throw new Error('oh')
  })
  app.use(refusals())
  return serving(createServer(app))
}

/** What Next gives to its pages and routes, and no more: headers and cookies, without the method. */
async function asInNext(): Promise<string> {
  return serving(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const given = new Headers(request.headers as Record<string, string>)
    given.set('x-forwarded-for', request.socket.remoteAddress!)
    const set: string[] = []
    const app = reeveForNext(async () => reeve, {
      headers: async () => given,
      cookies: async () => ({
        set: (name, value, { httpOnly, secure, sameSite, path, expires }) =>
          set.push(
            `${name}=${value}; Path=${path}; Expires=${expires.toUTCString()}${httpOnly ? '; HttpOnly' : ''}${secure ? '; Secure' : ''}; SameSite=${sameSite === 'lax' ? 'Lax' : '?'}`,
          ),
      }),
    })
    const [, first, second] = request.url!.split('/')
    const name = second ?? first!
    const tenantId = second === undefined ? undefined : first
    const json = () => JSON.parse(Buffer.concat(chunks).toString()) as never
    const routes: Record<string, () => Promise<Response>> = {
      me: async () => {
        const user = await app.user(tenantId)
        return Response.json({ id: user.id, roles: user.membership.roles, mayAdd: user.can('users:create') })
      },
      who: async () => Response.json({ email: (await app.session())?.account.email ?? null }),
      people: async () => {
        const user = await app.user(tenantId)
        user.demand('users:create')
        return Response.json(await user.users.create(json()), { status: 201 })
      },
      'sign-in': async () => Response.json((await app.signIn(json())).account),
      'sign-out': async () => {
        await app.signOut()
        return new Response(null, { status: 204 })
      },
      outage: () => {
        throw new Refusal('database_unreachable', 'nothing answers at 10.1.2.3', 'look at the machine')
      },
      'own-mistake': () => {
        throw new Error('oh')
      },
    }
    const route = app.route(async () => routes[name]!())
    const answer = await route(new Request(`http://host${request.url}`, { method: request.method! })).catch(
      () => new Response('Internal Server Error', { status: 500 }),
    )
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'set-cookie': set })
    response.end(await answer.text())
  })
}
