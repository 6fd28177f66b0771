import { beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../foundation/id.ts'
import { testApp, type Made } from '../testing/http.ts'
import { bodyOf, operationsOf, type OpenApi } from '../testing/openapi.ts'
import { aPlace, everythingOf, pathOf, type Ids, type Place } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, routes, admin } = world
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)

let acme: Place
let globex: Place

beforeAll(async () => {
  acme = await aPlace(world, 'Acme')
  globex = await aPlace(world, 'Globex')
})

/** Bodies that would do something, if only the ids were of the same tenant. */
const bodies: Record<string, object> = {
  'PATCH /v1/tenants/:tenantId': { name: 'Taken over' },
  'POST /v1/tenants/:tenantId/users': { email: 'mia@example.com', name: 'Mia' },
  'PATCH /v1/tenants/:tenantId/users/:userId': { name: 'Taken over' },
  'POST /v1/tenants/:tenantId/roles': { name: 'taken over' },
  'PATCH /v1/tenants/:tenantId/roles/:roleId': { name: 'taken over' },
  'PUT /v1/tenants/:tenantId/roles/:roleId/permissions': { permissions: ['users:read'] },
  'POST /v1/tenants/:tenantId/separation-sets': { name: 'taken over', roleIds: [uuidV7(), uuidV7()] },
  'PATCH /v1/tenants/:tenantId/separation-sets/:setId': { name: 'taken over' },
  'POST /v1/tenants/:tenantId/invitations': { email: 'mia@example.com' },
  'POST /v1/tenants/:tenantId/posts': { title: 'Taken over', content: '…' },
  'PATCH /v1/tenants/:tenantId/posts/:postId': { title: 'Taken over' },
  'PUT /v1/tenants/:tenantId/policies/:policyType': {
    actions: ['view'],
    subjects: {},
    rules: [{ actions: ['view'] }],
  },
  'PUT /v1/tenants/:tenantId/entities/:entityType/:entityName': { attributes: { taken: 'over' } },
  'POST /v1/tenants/:tenantId/posts/:postId/comments': { content: 'Taken over' },
  'PATCH /v1/tenants/:tenantId/posts/:postId/comments/:commentId': { content: 'Taken over' },
}

const inTenants = routes
  .filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/v1/tenants/:tenantId'))
  .map(({ method, url }) => `${method} ${url}`)

test('whoever adds a route that needs a body says here what would do something', () => {
  const needing = inTenants.filter((route) => operations[route]?.requestBody?.required)
  expect(Object.keys(bodies).toSorted()).toEqual(needing.toSorted())
})

for (const route of inTenants) {
  // what somebody calls their own things, others may call theirs
  for (const name of route.match(/(?<=:)\w+Id/g) as (keyof Ids)[]) {
    test(`${route} knows no ${name} of another tenant`, async () => {
      const [method, url] = route.split(' ') as [string, string]
      const request = { token: acme.token, ...(bodies[route] ? { body: bodies[route] } : {}) }
      const before = await everythingOf(admin, globex.tenantId)

      const answer = await ask(method, pathOf(url, { ...acme.ids, [name]: globex.ids[name] }), request)

      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
      expect(JSON.stringify(answer)).not.toContain('Globex')
      expect(await everythingOf(admin, globex.tenantId)).toBe(before)
    })
  }
}

test('a comment is found under its own post alone', async () => {
  const { token, ids } = acme
  const at = `/v1/tenants/${ids.tenantId}/posts`
  const other = await ask<Made>('POST', at, {
    token,
    body: { title: 'Another', content: '…', status: 'published' },
  })

  expect(await ask('GET', `${at}/${other.body.id}/comments/${ids.commentId}`, { token })).toMatchObject({
    status: 404,
  })
  expect(await ask('GET', `${at}/${ids.postId}/comments/${ids.commentId}`, { token })).toMatchObject({
    status: 200,
  })
})

test('a role of another tenant cannot be given to anybody', async () => {
  const at = `/v1/tenants/${acme.tenantId}`
  const as = { token: acme.token }
  const notFound = { status: 404, body: { code: 'not_found' } }
  const { roleId } = globex.ids

  const nia = { email: 'nia@example.com', name: 'Nia' }
  expect(await ask('POST', `${at}/users`, { ...as, body: { ...nia, roleIds: [roleId] } })).toMatchObject(
    notFound,
  )
  expect(await ask('POST', `${at}/invitations`, { ...as, body: { email: nia.email, roleId } })).toMatchObject(
    notFound,
  )

  const ours = { roleIds: [acme.ids.roleId] }
  expect(await ask('POST', `${at}/users`, { ...as, body: { ...nia, ...ours } })).toMatchObject({
    status: 201,
  })
})

test('ids of another tenant find nothing in lists', async () => {
  const { userId, roleId, postId } = globex.ids
  const author = globex.owner.userId
  const questions = [
    `users?roleId=${roleId}`,
    `users?q=Globex`,
    `posts?userId=${author}`,
    `audit-logs?userId=${author}`,
    `audit-logs?entityType=user&entityId=${userId}`,
    `audit-logs?entityType=post&entityId=${postId}`,
  ]
  for (const question of questions) {
    const [here, there] = await Promise.all(
      [acme, globex].map(({ tenantId, token }) =>
        ask<{ items: unknown[] }>('GET', `/v1/tenants/${tenantId}/${question}`, { token }),
      ),
    )
    expect([question, here!.status, here!.body]).toEqual([question, 200, { items: [], nextCursor: null }])
    if (!question.includes('roleId')) expect(there!.body.items, question).not.toEqual([])
  }
})

test('a cursor of another tenant is none here', async () => {
  const page = await ask<{ nextCursor: string }>('GET', `/v1/tenants/${globex.tenantId}/users?limit=1`, {
    token: globex.token,
  })
  const after = `/v1/tenants/${acme.tenantId}/users?cursor=${page.body.nextCursor}`

  const answer = await ask('GET', after, { token: acme.token })

  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
})

test('no set separates a role of another tenant', async () => {
  const { token, ids } = acme
  const before = await everythingOf(admin, globex.tenantId)
  const answer = await ask('POST', `/v1/tenants/${ids.tenantId}/separation-sets`, {
    token,
    body: { name: 'abroad', roleIds: [ids.roleId, globex.ids.roleId] },
  })
  expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await everythingOf(admin, globex.tenantId)).toBe(before)
})

test('every body that names an id was thought of above', () => {
  const naming = Object.entries(operations).filter(([, operation]) =>
    Object.keys(bodyOf(operation)?.properties ?? {}).some((name) => /Ids?$/.test(name)),
  )
  expect(naming.map(([route]) => route)).toEqual([
    'POST /v1/tenants/:tenantId/users',
    'POST /v1/tenants/:tenantId/separation-sets',
    'POST /v1/tenants/:tenantId/invitations',
  ])
})
