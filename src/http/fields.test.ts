import { expect, test } from 'vitest'
import { testApp } from '../testing/http.ts'
import { operationsOf, type OpenApi } from '../testing/openapi.ts'
import { aUser } from '../testing/people.ts'
import { aPlace, pathOf } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, database, signIn } = world
const acme = await aPlace(world)
const { token } = acme
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)

type Thing = Record<string, unknown>
type Some = Thing & { items?: Thing[] }

/** The names that a route says its fields may have. */
const namesOf = (route: string): string[] => {
  const { description = '' } = operations[route]!.parameters!.find(({ name }) => name === 'fields') ?? {}
  return [...description.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
}
const routes = Object.keys(operations).filter((route) =>
  operations[route]!.parameters?.some(({ name }) => name === 'fields'),
)
const read = async (route: string, fields?: string) => {
  const url = pathOf(route.replace('GET ', ''), acme.ids)
  return ask<Some>('GET', fields === undefined ? url : `${url}?fields=${fields}`, { token })
}
const thingsIn = ({ items, ...rest }: Some): Thing[] => items ?? [rest]

test('fields can be chosen wherever a list or one thing is read', () => {
  expect(routes.toSorted()).toEqual([
    'GET /v1/account',
    'GET /v1/account/sessions',
    'GET /v1/tenants',
    'GET /v1/tenants/:tenantId',
    'GET /v1/tenants/:tenantId/audit-logs',
    'GET /v1/tenants/:tenantId/entities/:entityType',
    'GET /v1/tenants/:tenantId/entities/:entityType/:entityName',
    'GET /v1/tenants/:tenantId/invitations',
    'GET /v1/tenants/:tenantId/permissions',
    'GET /v1/tenants/:tenantId/policies',
    'GET /v1/tenants/:tenantId/policies/:policyType',
    'GET /v1/tenants/:tenantId/posts',
    'GET /v1/tenants/:tenantId/posts/:postId',
    'GET /v1/tenants/:tenantId/posts/:postId/comments',
    'GET /v1/tenants/:tenantId/posts/:postId/comments/:commentId',
    'GET /v1/tenants/:tenantId/roles',
    'GET /v1/tenants/:tenantId/roles/:roleId',
    'GET /v1/tenants/:tenantId/separation-sets',
    'GET /v1/tenants/:tenantId/separation-sets/:setId',
    'GET /v1/tenants/:tenantId/users',
    'GET /v1/tenants/:tenantId/users/:userId',
  ])
})

for (const route of routes) {
  test(`${route} gives the fields asked for, each as it is, and no other`, async () => {
    const whole = thingsIn((await read(route)).body)
    const names = namesOf(route)
    expect(Object.keys(whole[0]!).toSorted()).toEqual(names.toSorted())

    for (const some of [[names[0]!], names.slice(0, 2).toReversed(), names]) {
      const { status, body } = await read(route, some.join(','))
      expect(status).toBe(200)
      expect(thingsIn(body)).toEqual(
        whole.map((thing) => Object.fromEntries(some.map((name) => [name, thing[name]]))),
      )
      if (body.items) expect(body).toHaveProperty('nextCursor')
    }
  })

  test(`${route} knows no other field, nor one twice, nor none`, async () => {
    const [name] = namesOf(route)
    for (const fields of [
      '',
      ',',
      `${name},`,
      `,${name}`,
      `${name},,${name}`,
      `${name},${name}`,
      `${name}%20`,
      `${name!.toUpperCase()}`,
      `${name};${name}`,
      'password',
      'tenantId.id',
      'items',
      '__proto__',
      'constructor',
      'deletedAt',
      'isDisabled',
      '*',
      `${name}&fields=${name}`,
    ]) {
      expect(await read(route, fields), fields).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ at: 'fields' }] },
      })
    }
  })
}

test('HEAD is told the length of what it would have got', async () => {
  const url = pathOf('/v1/tenants/:tenantId/posts/:postId?fields=id,title', acme.ids)
  const [get, head] = [await ask('GET', url, { token }), await ask('HEAD', url, { token })]
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
  expect(get.headers['content-length']).toBe(String(Buffer.byteLength(JSON.stringify(get.body))))
})

test('whoever chooses fields is asked for the same permissions', async () => {
  const nobody = await signIn(await aUser(database, acme, { roles: [] }))
  const url = pathOf('/v1/tenants/:tenantId/roles/:roleId?fields=id', acme.ids)
  expect(await ask('GET', url, { token: nobody })).toMatchObject({
    status: 403,
    body: { code: 'not_allowed', status: 403, remedy: expect.any(String) },
  })
})

test('the document says that a part may be given, of the same fields and none of them sure to be there', () => {
  const { schemas } = document.components
  const { responses } = operations['GET /v1/tenants/:tenantId/users/:userId']!
  expect(responses['200']!.content!['application/json']!.schema).toEqual({
    anyOf: [
      { $ref: '#/components/schemas/UserWithProfile' },
      { $ref: '#/components/schemas/UserWithProfilePart' },
    ],
  })
  expect(schemas['UserWithProfilePart']!.required ?? []).toEqual([])
  expect(schemas['UserWithProfilePart']!.properties).toEqual(schemas['UserWithProfile']!.properties)
})
