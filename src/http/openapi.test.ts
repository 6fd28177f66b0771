import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testApp } from '../testing/http.ts'
import {
  bodyOf,
  codesOf,
  expectAsDescribed,
  operationsOf,
  responseOf,
  type OpenApi,
  type Operation,
  type Schema,
} from '../testing/openapi.ts'
import { problemCodes } from './problem-codes.ts'

const { ask, routes } = await testApp({ console: 'nowhere' })
const { body: document, headers } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)
const all = Object.entries(operations)

/** Read by people, or by machines that know them without a description. */
const undocumented = [
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/problems',
  'GET /docs/problems/:code',
  'GET /metrics',
]

test('what is served is documented, and what is documented is served', () => {
  const served = routes.filter(({ method }) => method !== 'HEAD').map(({ method, url }) => `${method} ${url}`)
  expect(Object.keys(operations).toSorted()).toEqual(
    served.filter((route) => !undocumented.includes(route)).toSorted(),
  )
})

test('the document is OpenAPI 3.1, and says where it applies', () => {
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'Reeve', version: '0.0.0-test' },
    servers: [{ url: '/' }],
  })
})

test.each(all)('%s has a name, a group and words of its own', (_route, { operationId, summary, tags }) => {
  expect(operationId).toMatch(/^[a-z][A-Za-z]+$/)
  expect(all.filter(([, other]) => other.operationId === operationId)).toHaveLength(1)
  expect(document.tags.map(({ name }) => name)).toEqual(expect.arrayContaining(tags))
  expect(tags).toHaveLength(1)
  expect(summary).toMatch(/^[A-Z].*[^.]$/)
})

test('operations are named as the methods of a client are: by what they do, and to what', () => {
  const verbs =
    'list|read|create|update|delete|rename|change|set|assign|unassign|suspend|resume|verify|revoke|invite|accept|evaluate|search|inherit|disinherit|addTo|takeFrom'
  const whole = /^(signUp|signIn|signOut|whoAmI|invite)$/
  const names = all.map(([, { operationId }]) => operationId)
  expect(names.filter((name) => !whole.test(name) && !new RegExp(`^(${verbs})[A-Z]`).test(name))).toEqual([])
  for (const [route, { operationId }] of all) {
    const verb = new RegExp(`^(list|read|create|update|delete)`).exec(operationId)?.[1]
    const method = { list: 'GET', read: 'GET', create: 'POST', update: 'PATCH', delete: 'DELETE' }[verb ?? '']
    expect([operationId, route.split(' ')[0]]).toEqual([operationId, method ?? route.split(' ')[0]])
  }
})

test.each(all)('%s describes all that it takes', (route, { parameters = [], requestBody }) => {
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  expect(inPath.map(({ name }) => name).toSorted()).toEqual((route.match(/(?<=:)\w+/g) ?? []).toSorted())
  expect(inPath.every(({ required }) => required)).toBe(true)
  expect(parameters.filter(({ description }) => !description)).toEqual([])
  expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)

  const [, method] = /^(\w+)/.exec(route)!
  if (method === 'GET' || method === 'DELETE') expect(requestBody).toBeUndefined()
  if (method === 'POST' || method === 'PATCH') expect(requestBody?.required).toBe(true)
})

test.each(all)('%s takes no text without a bound', (_route, operation) => {
  const schemas = [bodyOf(operation) ?? {}, ...(operation.parameters ?? []).map(({ schema }) => schema)]
  const unbounded = schemas
    .flatMap(textsIn)
    .filter(({ maxLength, format, enum: words }) => maxLength === undefined && format === undefined && !words)
  expect(unbounded).toEqual([])
})

test.each(all)('%s describes what it answers, success and failure', (route, operation) => {
  const statuses = Object.keys(operation.responses).map(Number)
  const given = statuses.filter((status) => status < 400)
  expect(given.filter((status) => status !== 304)).toHaveLength(1)
  for (const status of statuses) {
    const response = responseOf(document, operation, status)!
    const isReport = route.includes('health') && status === 503
    expect(response.description).not.toBe('Default Response')
    expect(Object.keys(response.content ?? {})).toEqual(
      status === 204 || status === 304
        ? []
        : [status < 400 || isReport ? 'application/json' : 'application/problem+json'],
    )
    if (status >= 400 && !isReport) expect(codesOf(response).length).toBeGreaterThan(0)
  }
})

test('the codes that a problem may have are those that some operation answers with, and what no operation can', () => {
  const answered = all.flatMap(([, operation]) =>
    Object.keys(operation.responses).flatMap((status) => codesOf(responseOf(document, operation, status)!)),
  )
  const told = new Set([...answered, 'method_not_allowed'])
  expect((document.components.schemas['ProblemCode']!.enum as string[]).toSorted()).toEqual(
    [...told].toSorted(),
  )
  expect(Object.keys(problemCodes).toSorted()).toEqual([...told].toSorted())
})

test('the handbook lists every route, with who may', async () => {
  const handbook = await readFile(new URL('../../docs/http.md', import.meta.url), 'utf8')
  const lines = handbook.split('\n').filter((line) => /^\| `[A-Z]+ \//.test(line))
  const expected = all.map(
    ([route, operation]) => `| \`${route}\` | ${operation.summary} | ${whoMay(operation)} |`,
  )
  const others = undocumented.map((route) => expect.stringContaining(`\`${route}\``))
  expect(lines).toHaveLength(expected.length + others.length)
  expect(lines).toEqual(expect.arrayContaining([...expected, ...others]))
})

test('who must be signed in is told so', () => {
  const open = all.filter(([, { security }]) => security.length === 0).map(([route]) => route)
  expect(open).toEqual([
    'GET /health',
    'GET /api/health',
    'GET /health/ready',
    'GET /health/live',
    'GET /.well-known/authzen-configuration',
    'GET /.well-known/authzen-configuration/:tenantId',
    'POST /v1/sign-up',
    'POST /v1/sessions',
  ])
  const accept = operations['POST /v1/invitations/accept']!
  expect(accept.security).toEqual([{}, { bearer: [] }, { cookie: [] }])
})

test('everything that the document refers to is in it', () => {
  const references = JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g)!
  const targets = ['schemas', 'responses', 'headers'] as const
  const there = targets.flatMap((kind) =>
    Object.keys(document.components[kind]).map((name) => `#/components/${kind}/${name}`),
  )
  expect([...new Set(references)].toSorted()).toEqual(there.toSorted())
})

test('an answer that is not as described would be noticed', async () => {
  const answer = await ask<Record<string, unknown>>('GET', '/health')
  const expectIt = (changes: object) => () =>
    expectAsDescribed(document, 'GET /health', { ...answer, ...changes })

  expect(expectIt({})).not.toThrow()
  expect(expectIt({ body: { ...answer.body, status: 'fine' } })).toThrow()
  expect(expectIt({ body: { ...answer.body, database: undefined } })).toThrow()
  expect(expectIt({ status: 302 })).toThrow()
  expect(expectIt({ status: 404 })).toThrow()
  expect(expectIt({ headers: { ...answer.headers, 'content-type': 'text/html' } })).toThrow()
  expect(expectIt({ headers: { ...answer.headers, 'x-request-id': undefined } })).toThrow()
  expect(expectIt({ headers: { ...answer.headers, 'retry-after': '1' } })).toThrow()
})

test('a refusal that is not as described would be noticed', async () => {
  const answer = await ask<Record<string, unknown>>('GET', '/v1/session')
  const expectIt = (changes: object, route = 'GET /v1/session') => {
    return () => expectAsDescribed(document, route, { ...answer, ...changes })
  }

  expect(expectIt({})).not.toThrow()
  expect(expectIt({ body: { ...answer.body, code: 'sign_in_failed' } })).toThrow()
  expect(expectIt({ body: { ...answer.body, status: 403 } })).toThrow()
  expect(expectIt({ status: 403 })).toThrow()
  expect(expectIt({}, 'GET /v1/nothing')).toThrow()
  expect(expectIt({}, 'POST /v1/sessions')).toThrow()
})

function whoMay({ security, 'x-permissions': permissions }: Operation): string {
  if (permissions) return permissions.map((name) => `\`${name}\``).join(', ')
  const kinds = ['everybody', 'signed in', 'the token']
  return kinds[[0, 2, 3].indexOf(security.length)]!
}

function textsIn(schema: Schema): Schema[] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ]
  return schema.type === 'string' ? [schema] : inner.flatMap(textsIn)
}
