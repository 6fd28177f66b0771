import { expect, test } from 'vitest'
import { testApp, type Made, type Request } from '../testing/http.ts'
import { expectAsDescribed, operationsOf, type OpenApi } from '../testing/openapi.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { aPlace, everythingOf, pathOf, type Place } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, routes, admin, database, signIn } = world
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)

/** Whoever has all of `needs` may, and nobody who lacks one of them. */
type TenantRoute = {
  needs: string[]
  gives: number
  body?: object | ((place: Place) => object)
  before?: (place: Place) => Promise<unknown>
}

const tenantRoutes: Record<string, TenantRoute> = {
  'GET /v1/tenants/:tenantId': { needs: ['tenant:read'], gives: 200 },
  'PATCH /v1/tenants/:tenantId': { needs: ['tenant:update'], gives: 200, body: { name: 'Acme & Co' } },
  'DELETE /v1/tenants/:tenantId': { needs: ['tenant:delete'], gives: 204 },

  'GET /v1/tenants/:tenantId/users': { needs: ['users:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/users': {
    needs: ['users:create'],
    gives: 201,
    body: { email: 'mia@example.com', name: 'Mia' },
  },
  'GET /v1/tenants/:tenantId/users/:userId': { needs: ['users:read'], gives: 200 },
  'PATCH /v1/tenants/:tenantId/users/:userId': {
    needs: ['users:update'],
    gives: 200,
    body: { name: 'Kim Lee' },
  },
  'DELETE /v1/tenants/:tenantId/users/:userId': { needs: ['users:delete'], gives: 204 },
  'PUT /v1/tenants/:tenantId/users/:userId/suspension': {
    needs: ['users:suspend'],
    gives: 200,
    body: { reason: 'left the company' },
  },
  'DELETE /v1/tenants/:tenantId/users/:userId/suspension': {
    needs: ['users:suspend'],
    gives: 200,
    before: ({ ids, token }) =>
      ask('PUT', pathOf('/v1/tenants/:tenantId/users/:userId/suspension', ids), { token }),
  },
  'PUT /v1/tenants/:tenantId/users/:userId/verification': { needs: ['users:update'], gives: 200 },

  'GET /v1/tenants/:tenantId/roles': { needs: ['roles:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/roles': { needs: ['roles:create'], gives: 201, body: { name: 'editor' } },
  'GET /v1/tenants/:tenantId/roles/:roleId': { needs: ['roles:read'], gives: 200 },
  'PATCH /v1/tenants/:tenantId/roles/:roleId': {
    needs: ['roles:update'],
    gives: 200,
    body: { name: 'visitor' },
  },
  'DELETE /v1/tenants/:tenantId/roles/:roleId': { needs: ['roles:delete'], gives: 204 },
  'PUT /v1/tenants/:tenantId/roles/:roleId/permissions': {
    needs: ['roles:update'],
    gives: 200,
    body: { permissions: ['roles:update'] },
  },
  'PUT /v1/tenants/:tenantId/users/:userId/roles/:roleId': { needs: ['roles:assign'], gives: 200 },
  'DELETE /v1/tenants/:tenantId/users/:userId/roles/:roleId': {
    needs: ['roles:assign'],
    gives: 204,
    before: ({ ids, token }) =>
      ask('PUT', pathOf('/v1/tenants/:tenantId/users/:userId/roles/:roleId', ids), { token }),
  },
  'PUT /v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId': { needs: ['roles:update'], gives: 200 },
  'DELETE /v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId': {
    needs: ['roles:update'],
    gives: 200,
    before: ({ ids, token }) =>
      ask('PUT', pathOf('/v1/tenants/:tenantId/roles/:roleId/inherits/:juniorId', ids), { token }),
  },
  'GET /v1/tenants/:tenantId/separation-sets': { needs: ['roles:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/separation-sets': {
    needs: ['roles:separate'],
    gives: 201,
    body: ({ ids }) => ({ name: 'approvals', roleIds: [ids.roleId, ids.juniorId] }),
  },
  'GET /v1/tenants/:tenantId/separation-sets/:setId': { needs: ['roles:read'], gives: 200 },
  'PATCH /v1/tenants/:tenantId/separation-sets/:setId': {
    needs: ['roles:separate'],
    gives: 200,
    body: { cardinality: 3 },
  },
  'DELETE /v1/tenants/:tenantId/separation-sets/:setId': { needs: ['roles:separate'], gives: 204 },
  'PUT /v1/tenants/:tenantId/separation-sets/:setId/roles/:roleId': {
    needs: ['roles:separate'],
    gives: 200,
  },
  'DELETE /v1/tenants/:tenantId/separation-sets/:setId/roles/:roleId': {
    needs: ['roles:separate'],
    gives: 200,
    before: ({ ids, token }) =>
      ask('PUT', pathOf('/v1/tenants/:tenantId/separation-sets/:setId/roles/:roleId', ids), { token }),
  },
  'GET /v1/tenants/:tenantId/permissions': { needs: ['roles:read'], gives: 200 },

  'GET /v1/tenants/:tenantId/invitations': { needs: ['invitations:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/invitations': {
    needs: ['invitations:create'],
    gives: 201,
    body: { email: 'mia@example.com' },
  },
  'DELETE /v1/tenants/:tenantId/invitations/:invitationId': { needs: ['invitations:revoke'], gives: 200 },

  'GET /v1/tenants/:tenantId/audit-logs': { needs: ['audit:read'], gives: 200 },

  'GET /v1/tenants/:tenantId/posts': { needs: ['posts:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/posts': {
    needs: ['posts:create'],
    gives: 201,
    body: { title: 'Hello', content: 'world' },
  },
  'GET /v1/tenants/:tenantId/posts/:postId': { needs: ['posts:read'], gives: 200 },
  'PATCH /v1/tenants/:tenantId/posts/:postId': {
    needs: ['posts:read', 'posts:update'],
    gives: 200,
    body: { title: 'Hello again' },
  },
  'DELETE /v1/tenants/:tenantId/posts/:postId': { needs: ['posts:read', 'posts:delete'], gives: 204 },
  'GET /v1/tenants/:tenantId/posts/:postId/comments': { needs: ['posts:read', 'comments:read'], gives: 200 },
  'POST /v1/tenants/:tenantId/posts/:postId/comments': {
    needs: ['posts:read', 'comments:create'],
    gives: 201,
    body: { content: 'Hear, hear' },
  },
  'GET /v1/tenants/:tenantId/posts/:postId/comments/:commentId': {
    needs: ['posts:read', 'comments:read'],
    gives: 200,
  },
  'PATCH /v1/tenants/:tenantId/posts/:postId/comments/:commentId': {
    needs: ['posts:read', 'comments:read', 'comments:update'],
    gives: 200,
    body: { content: 'Hear, hear!' },
  },
  'DELETE /v1/tenants/:tenantId/posts/:postId/comments/:commentId': {
    needs: ['posts:read', 'comments:read', 'comments:delete'],
    gives: 204,
  },

  'GET /v1/tenants/:tenantId/policies': { needs: ['policies:read'], gives: 200 },
  'GET /v1/tenants/:tenantId/policies/:policyType': { needs: ['policies:read'], gives: 200 },
  'PUT /v1/tenants/:tenantId/policies/:policyType': {
    needs: ['policies:update'],
    gives: 200,
    body: { actions: ['view', 'edit'], subjects: { user: {} }, rules: [{ actions: ['*'] }] },
  },
  'DELETE /v1/tenants/:tenantId/policies/:policyType': { needs: ['policies:delete'], gives: 204 },
  'GET /v1/tenants/:tenantId/entities/:entityType': { needs: ['entities:read'], gives: 200 },
  'GET /v1/tenants/:tenantId/entities/:entityType/:entityName': { needs: ['entities:read'], gives: 200 },
  'PUT /v1/tenants/:tenantId/entities/:entityType/:entityName': {
    needs: ['entities:update'],
    gives: 200,
    body: { attributes: { title: 'Another' } },
  },
  'DELETE /v1/tenants/:tenantId/entities/:entityType/:entityName': { needs: ['entities:delete'], gives: 204 },
}

/** For programs that ask for decisions, with the statuses of AuthZEN: what one may not ask is 403, whatever the tenant. */
const action = { name: 'read' }
const kim = { type: 'user', id: 'kim@example.com' }
const asked: Record<string, object> = {
  evaluation: { subject: kim, action, resource: kim },
  evaluations: { subject: kim, action, resource: kim, evaluations: [{}] },
  'search/subject': { subject: { type: 'user' }, action, resource: kim },
  'search/resource': { subject: kim, action, resource: { type: 'user' } },
  'search/action': { subject: kim, resource: kim },
}
const accessRoutes = Object.fromEntries(
  ['/access/v1', '/:tenantId/access/v1'].flatMap((at) =>
    Object.entries(asked).map(([api, body]) => [`POST ${at}/${api}`, { needs: ['access:evaluate'], body }]),
  ),
)

const password = 'correct horse battery'

/** For everybody who is signed in, about nobody but themselves. */
const accountRoutes: Record<string, { gives: number; body?: object }> = {
  'GET /v1/session': { gives: 200 },
  'DELETE /v1/session': { gives: 204 },
  'GET /v1/account': { gives: 200 },
  'PATCH /v1/account': { gives: 200, body: { name: 'Ada King' } },
  'PUT /v1/account/password': { gives: 200, body: { current: password, next: 'battery staple horse' } },
  'GET /v1/account/sessions': { gives: 200 },
  'DELETE /v1/account/sessions': { gives: 200 },
  'DELETE /v1/account/sessions/:sessionId': { gives: 204 },
  'GET /v1/tenants': { gives: 200 },
  'POST /v1/tenants': { gives: 201, body: { name: 'Analytical Engines' } },
}

/** For whoever knows a secret, which is a password or the token of an invitation. */
const secretRoutes = ['POST /v1/sign-up', 'POST /v1/sessions', 'POST /v1/invitations/accept']

/** For everybody. */
const openRoutes = [
  'GET /health',
  'GET /api/health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/problems',
  'GET /docs/problems/:code',
  'GET /.well-known/authzen-configuration',
  'GET /.well-known/authzen-configuration/:tenantId',
]

test('whoever adds a route says here who may come through it', () => {
  const served = routes.filter(({ method }) => method !== 'HEAD').map(({ method, url }) => `${method} ${url}`)
  const told = [tenantRoutes, accessRoutes, accountRoutes].flatMap((table) => Object.keys(table))
  expect(served.toSorted()).toEqual([...told, ...secretRoutes, ...openRoutes].toSorted())
})

test('whoever reads the documentation is told the permissions that are needed', () => {
  const told = Object.entries(operations).map(([route, operation]) => [route, operation['x-permissions']])
  const needed = Object.entries({ ...tenantRoutes, ...accessRoutes }).map(([route, { needs }]) => [
    route,
    needs,
  ])
  expect(Object.fromEntries(told.filter(([, needs]) => needs))).toEqual(Object.fromEntries(needed))
})

const { rows: catalogue } = await admin.query<{ name: string }>(
  `select name from permissions where name !~ '[*]'`,
)
const outsider = await signIn((await aTenant(database, 'Elsewhere')).owner)

for (const [route, { needs, gives, body, before }] of Object.entries(tenantRoutes)) {
  test(`${route} is for those who have ${needs.join(' and ')}`, async () => {
    const place = await aPlace(world)
    await before?.(place)
    const knock = knockingAt(route, place.ids, typeof body === 'function' ? body(place) : body)
    const suspended = await somebodyWith(needs, place)
    await admin.query('update users set suspended_at = now() where id = $1', [suspended.userId])
    const lacking = await Promise.all(needs.map((one) => somebodyWith(allBut(one), place)))
    const able = await somebodyWith(needs, place)
    const untouched = await everythingOf(admin, place.tenantId)

    expect(await knock()).toEqual([401, 'not_signed_in'])
    expect(await knock({ token: outsider })).toEqual([404, 'not_found'])
    expect(await knock({ token: suspended.token })).toEqual([404, 'not_found'])
    for (const { token } of lacking) expect(await knock({ token })).toEqual([403, 'not_allowed'])
    expect(await everythingOf(admin, place.tenantId)).toBe(untouched)

    expect(await knock({ token: able.token })).toEqual([gives, undefined])
    expect((await everythingOf(admin, place.tenantId)) === untouched).toBe(route.startsWith('GET '))
  })
}

for (const [route, { needs, body }] of Object.entries(accessRoutes)) {
  test(`${route} is for programs that have ${needs.join(' and ')}`, async () => {
    const place = await aPlace(world)
    const knock = knockingAt(route, place.ids, body)
    const suspended = await somebodyWith(needs, place)
    await admin.query('update users set suspended_at = now() where id = $1', [suspended.userId])
    const lacking = await somebodyWith(allBut(needs[0]!), place)
    const able = await somebodyWith(needs, place)
    const untouched = await everythingOf(admin, place.tenantId)

    expect(await knock()).toEqual([401, 'not_signed_in'])
    if (route.includes(':tenantId')) expect(await knock({ token: outsider })).toEqual([403, 'not_allowed'])
    expect(await knock({ token: suspended.token })).toEqual([403, 'not_allowed'])
    expect(await knock({ token: lacking.token })).toEqual([403, 'not_allowed'])
    expect(await knock({ token: able.token })).toEqual([200, undefined])
    expect(await everythingOf(admin, place.tenantId)).toBe(untouched)
  })
}

for (const [route, { gives, body }] of Object.entries(accountRoutes)) {
  test(`${route} is for everybody who is signed in`, async () => {
    const ada = await anAccount()
    const elsewhere = await ask<{ token: string }>('POST', '/v1/sessions', {
      body: { email: ada.email, password },
    })
    const knock = knockingAt(route, { sessionId: await sessionOf(elsewhere.body.token) }, body)
    const disabled = await anAccount()
    await admin.query('select reeve.account_disable($1, $2)', [disabled.accountId, 'left'])

    expect(await knock()).toEqual([401, 'not_signed_in'])
    expect(await knock({ token: `${ada.token.slice(0, -1)}~` })).toEqual([401, 'not_signed_in'])
    expect(await knock({ token: disabled.token })).toEqual([401, 'not_signed_in'])
    expect(await knock({ headers: { authorization: `Basic ${ada.token}` } })).toEqual([401, 'not_signed_in'])

    expect(await knock({ token: ada.token })).toEqual([gives, undefined])
  })
}

test('nobody ends a session of somebody else', async () => {
  const [ada, kim] = [await anAccount(), await anAccount()]
  const knock = knockingAt('DELETE /v1/account/sessions/:sessionId', {
    sessionId: await sessionOf(kim.token),
  })

  expect(await knock({ token: ada.token })).toEqual([404, 'not_found'])

  expect(await knock({ token: kim.token })).toEqual([204, undefined])
  expect(await knock({ token: kim.token })).toEqual([401, 'not_signed_in'])
})

test('signing in needs the password, and signing up an address that nobody has', async () => {
  const { email } = await anAccount()
  const signIn = knockingAt('POST /v1/sessions', {})
  const signUp = knockingAt('POST /v1/sign-up', {})

  expect(await signIn({ body: { email, password: 'something else' } })).toEqual([401, 'sign_in_failed'])
  expect(await signIn({ body: { email: 'nobody@example.com', password } })).toEqual([401, 'sign_in_failed'])
  expect(await signUp({ body: { email, password, name: 'Ada' } })).toEqual([409, 'email_taken'])

  expect(await signIn({ body: { email, password } })).toEqual([201, undefined])
  expect(await signUp({ body: { email: 'new@example.com', password, name: 'Ada' } })).toEqual([
    201,
    undefined,
  ])
})

test('an invitation is for whoever has its token, and for the address that was invited', async () => {
  const { tenantId, token } = await aPlace(world)
  const invite = async (email: string) => {
    const invited = await ask<{ token: string }>('POST', `/v1/tenants/${tenantId}/invitations`, {
      token,
      body: { email },
    })
    return invited.body.token
  }
  const [ada, kim] = [await anAccount(), await anAccount()]
  const [forAda, forNew] = [await invite(ada.email), await invite('new.here@example.com')]
  const accept = knockingAt('POST /v1/invitations/accept', {})
  const asNew = { name: 'Nia', password }

  expect(await accept({ body: { ...asNew, token: `${forNew.slice(0, -4)}AAAA` } })).toEqual([
    409,
    'invitation_unusable',
  ])
  expect(await accept({ body: { ...asNew, token: forAda } })).toEqual([401, 'not_signed_in'])
  expect(await accept({ body: { token: forAda }, token: kim.token })).toEqual([403, 'not_allowed'])

  expect(await accept({ body: { token: forAda }, token: ada.token })).toEqual([201, undefined])
  // a session that has ended is none, so it does not stand in the way of somebody new
  const ended = { authorization: 'Bearer rv_s_ended', cookie: '__Host-reeve_session=ended' }
  expect(await accept({ body: { ...asNew, token: forNew }, headers: ended })).toEqual([201, undefined])
  expect(await accept({ body: { ...asNew, token: forNew } })).toEqual([409, 'invitation_unusable'])
})

test('a tenant that was deleted is there for nobody, not even for its owner', async () => {
  const { ids, token } = await aPlace(world)
  expect(await ask('DELETE', pathOf('/v1/tenants/:tenantId', ids), { token })).toMatchObject({ status: 204 })

  for (const route of Object.keys(tenantRoutes).filter((one) => one.startsWith('GET '))) {
    expect([route, ...(await knockingAt(route, ids)({ token }))]).toEqual([route, 404, 'not_found'])
  }
  expect(await ask('GET', '/v1/tenants', { token })).toMatchObject({ body: { items: [] } })
})

test('HEAD tells the same people the same, without saying it', async () => {
  const { ids, token } = await aPlace(world)
  const nobody = await somebodyWith([], await aPlace(world))
  for (const { url } of routes.filter(({ method, url }) => method === 'GET' && url.startsWith('/v1/'))) {
    for (const as of [{}, { token: outsider }, { token: nobody.token }, { token }]) {
      const [get, head] = [await ask('GET', pathOf(url, ids), as), await ask('HEAD', pathOf(url, ids), as)]
      expect([url, head.status, head.body]).toEqual([url, get.status, ''])
    }
  }
})

for (const route of openRoutes) {
  test(`${route} is for everybody`, async () => {
    const [method, url] = route.split(' ') as [string, string]
    expect(await ask(method, pathOf(url, { code: 'not_found', tenantId: 'acme' }))).toMatchObject({
      status: 200,
    })
  })
}

/** Asks at a route; the answer must be as it is documented, and is told by its status and code. */
function knockingAt(route: string, ids: Record<string, string>, body?: object) {
  const [method, url] = route.split(' ') as [string, string]
  return async (request: Request = {}): Promise<[number, string | undefined]> => {
    const answer = await ask<{ code?: string }>(method, pathOf(url, ids), {
      ...(body ? { body } : {}),
      ...request,
    })
    expectAsDescribed(document, route, answer)
    return [answer.status, answer.body.code]
  }
}

let serial = 0

async function somebodyWith(permissions: string[], place: Place) {
  const name = `role ${++serial}`
  const body = { name, permissions }
  await ask<Made>('POST', `/v1/tenants/${place.tenantId}/roles`, { token: place.token, body })
  const somebody = await aUser(database, place, { roles: [name] })
  return { ...somebody, token: await signIn(somebody) }
}

function allBut(permission: string): string[] {
  return catalogue.map(({ name }) => name).filter((name) => name !== permission)
}

async function anAccount(): Promise<{ accountId: string; email: string; token: string }> {
  const email = `ada-${++serial}@example.com`
  const made = await ask<{ account: Made; session: { token: string } }>('POST', '/v1/sign-up', {
    body: { email, password, name: 'Ada' },
  })
  return { accountId: made.body.account.id, email, token: made.body.session.token }
}

async function sessionOf(token: string): Promise<string> {
  const { body } = await ask<{ items: (Made & { isCurrent: boolean })[] }>('GET', '/v1/account/sessions', {
    token,
  })
  return body.items.find(({ isCurrent }) => isCurrent)!.id
}
