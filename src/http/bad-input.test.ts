import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { testApp, type Answer, type Request } from '../testing/http.ts'
import { cunning, misfitsOf, noIds, noObjects, queryMisfitsOf } from '../testing/mischief.ts'
import { bodyOf, expectAsDescribed, operationsOf, type OpenApi, type Schema } from '../testing/openapi.ts'
import { aPlace, everythingOf, pathOf, type Place } from '../testing/place.ts'
import { isTold, type ToldCode } from './problem-codes.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, admin } = world
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)
const routes = Object.keys(operations).filter((route) => route.includes(' /v1/'))
const taking = routes.filter((route) => bodyOf(operations[route]!))
const asking = routes.filter((route) =>
  operations[route]!.parameters?.some((parameter) => parameter.in === 'query'),
)
const naming = routes.filter((route) => route.includes(':'))

let acme: Place
let globex: Place
let untouched: string[]

const everything = () => Promise.all([acme, globex].map(({ tenantId }) => everythingOf(admin, tenantId)))

beforeAll(async () => {
  acme = await aPlace(world, 'Acme')
  globex = await aPlace(world, 'Globex')
  untouched = await everything()
})

test.each(taking)('%s takes no value of the wrong kind, and says which one it is', async (route) => {
  const body = bodyOf(operations[route]!)!
  for (const [path, schema] of fieldsOf(body)) {
    for (const value of misfitsOf(schema)) {
      const answer = await refused(route, { body: withField(example(body), path, value) })
      const named = answer.body.errors?.some(
        ({ at }) => at === path.join('.') || at.startsWith(`${path.join('.')}.`),
      )
      expect(named, `${path.join('.')} = ${JSON.stringify(value).slice(0, 60)}`).toBe(true)
    }
  }
})

test.each(taking)('%s takes nothing less and nothing more than it asks for', async (route) => {
  const body = bodyOf(operations[route]!)!
  for (const name of body.required ?? []) {
    const { [name]: _, ...rest } = example(body)
    const { body: problem } = await refused(route, { body: rest })
    expect(problem.errors).toEqual([expect.objectContaining({ at: name })])
  }
  for (const name of [
    'unknown',
    'id',
    'tenantId',
    'isAdmin',
    'constructor',
    'toString',
    'x'.repeat(100_000),
  ]) {
    await refused(route, { body: { ...example(body), [name]: 'more' } })
  }
})

test.each(taking)('%s takes JSON in UTF-8, one object, of a size that makes sense', async (route) => {
  for (const body of noObjects) await refused(route, { body })
  if (operations[route]!.requestBody!.required) {
    for (const body of ['', 'null']) await refused(route, { body })
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'a/b/c',
    '*/*',
  ]) {
    const { status } = await refused(route, { body: '{}', headers: { 'content-type': type } })
    expect(status).toBe(415)
  }
  const [[path] = [[]]] = fieldsOf(bodyOf(operations[route]!)!)
  const { status } = await refused(route, { body: withField({}, path, 'x'.repeat(1_000_000)) })
  expect(status).toBe(413)
})

test.each(routes)('%s answers no question that it does not know', async (route) => {
  const known = operations[route]!.parameters?.filter((parameter) => parameter.in === 'query') ?? []
  for (const question of [
    'unknown=1',
    'constructor=1',
    '__proto__=1',
    '__proto__[a]=1',
    'limit[]=1',
    '%zz=%zz',
    '=',
  ]) {
    await refused(route, { question })
  }
  for (const { name, schema } of known) {
    for (const value of queryMisfitsOf(schema))
      await refused(route, { question: `${name}=${encodeURIComponent(value)}` })
    await refused(route, { question: `${name}=%00` })
    await refused(route, { question: `${name}=1&${name}=2` })
  }
})

test.each(asking.filter((route) => operations[route]!.parameters!.some(({ name }) => name === 'cursor')))(
  '%s knows its own cursors alone',
  async (route) => {
    const [, url] = route.split(' ') as [string, string]
    for (const other of ['users', 'roles', 'posts', 'audit-logs', 'invitations', 'posts/:postId/comments']) {
      const { body } = await ask<{ nextCursor: string | null }>(
        'GET',
        pathOf(`/v1/tenants/:tenantId/${other}?limit=1`, acme.ids),
        acme,
      )
      const cursor = body.nextCursor
      if (cursor === null) continue
      if (url.endsWith(`/${other}`)) {
        expect((await ask('GET', `${pathOf(url, acme.ids)}?cursor=${cursor}`, acme)).status).toBe(200)
      } else {
        expect((await refused(route, { question: `cursor=${cursor}` })).body.code).toBe('invalid_cursor')
      }
      const middle = cursor.length >> 1
      const forged = [
        cursor.slice(0, -1),
        cursor.slice(1),
        `${cursor}A`,
        `${cursor}=`,
        cursor.slice(0, middle) + (cursor[middle] === 'A' ? 'B' : 'A') + cursor.slice(middle + 1),
        cursor.toUpperCase(),
      ]
      for (const one of forged) await refused(route, { question: `cursor=${encodeURIComponent(one)}` })
    }
    for (const made of [
      '',
      'x',
      '0',
      'null',
      acme.ids.userId,
      Buffer.from(acme.ids.userId).toString('base64url'),
    ]) {
      await refused(route, { question: `cursor=${encodeURIComponent(made)}` })
    }
  },
)

test('a cursor that another server sealed is refused', async () => {
  const other = await testApp({ database: world.database, console: 'nowhere' })
  const list = `/v1/tenants/${acme.tenantId}/roles`
  const { body } = await other.ask<{ nextCursor: string }>('GET', `${list}?limit=1`, acme)

  expect(await ask('GET', `${list}?cursor=${body.nextCursor}`, acme)).toMatchObject({
    body: { code: 'invalid_cursor' },
  })
  expect(await other.ask('GET', `${list}?cursor=${body.nextCursor}`, acme)).toMatchObject({ status: 200 })
})

test.each(naming)('%s takes ids and nothing else in its path', async (route) => {
  const body = bodyOf(operations[route]!)
  // types and names are what a tenant calls them
  for (const name of route.match(/(?<=:)\w+Id/g)!) {
    for (const id of noIds)
      await refused(route, { ids: { [name]: id }, ...(body ? { body: example(body) } : {}) })
  }
})

test('none of this changed anything', async () => {
  expect(await everything()).toEqual(untouched)
})

test.each(taking)('%s takes cunning text for text, or refuses it', async (route) => {
  const body = bodyOf(operations[route]!)!
  for (const [path, schema] of fieldsOf(body)) {
    if (kindOf(schema) !== 'string') continue
    for (const text of cunning) {
      const answer = await knock(route, { body: withField(example(body), path, text) })
      if (answer.status < 300) expectAsDescribed(document, route, answer)
      else expectProblem(answer)
      expect(JSON.stringify(answer.headers)).not.toContain('a=b')
    }
  }
})

test('a name is kept as it was written', async () => {
  const name = `Robert'); drop table users;-- <b>%_\\ ‮😀`
  const at = `/v1/tenants/${acme.tenantId}/users`
  const made = await ask<{ id: string }>('POST', at, { ...acme, body: { name, email: 'robert@example.com' } })
  expect(await ask('GET', `${at}/${made.body.id}`, acme)).toMatchObject({ status: 200, body: { name } })
})

test.each(asking)('%s looks for cunning text as text', async (route) => {
  for (const { name, in: place } of operations[route]!.parameters!) {
    if (place !== 'query') continue
    for (const text of cunning) {
      const answer = await knock(route, { question: `${name}=${encodeURIComponent(text)}` })
      if (answer.status === 200) expectAsDescribed(document, route, answer)
      else expectProblem(answer)
    }
  }
})

test('whatever is sent, the answer is one that is described', async () => {
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...cunning, 'a\0', '\ud800'))
  const request = fc.constantFrom(...taking).chain((route) => {
    const body = bodyOf(operations[route]!)!
    const valid = example(body)
    const fields = Object.keys(body.properties ?? {}).map((name): [string, fc.Arbitrary<unknown>] => [
      name,
      fc.oneof(anything, fc.constant(valid[name] ?? 'something')),
    ])
    const some = fc.record(Object.fromEntries(fields), { requiredKeys: [] })
    return fc.tuple(
      fc.constant(route),
      fc.oneof({ weight: 3, arbitrary: some }, { weight: 1, arbitrary: anything }),
    )
  })
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(request, async ([route, body]) => {
      const answer = await knock(route, { body: JSON.stringify(body) })
      statuses.add(answer.status)
      if (answer.status < 300) expectAsDescribed(document, route, answer)
      else expectProblem(answer)
    }),
    { numRuns: 300 },
  )
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400]))
})

test('a name of which nothing can be seen is none', async () => {
  for (const name of ['\u200b', '\ufeff', '\u00a0', '\u2060\u3000', '\t']) {
    const { body } = await refused('PATCH /v1/account', { body: { name } })
    expect(body.errors).toContainEqual(expect.objectContaining({ at: 'name' }))
  }
})

test('a post of 100,000 characters fits in any script', async () => {
  const body = { title: 'Long', content: '😀'.repeat(100_000) }
  expect(await knock('POST /v1/tenants/:tenantId/posts', { body })).toMatchObject({ status: 201 })
})

test('nobody of another tenant was seen or touched', async () => {
  const [, there] = await everything()
  expect(there).toBe(untouched[1])
})

type Problem = {
  status: number
  code: ToldCode
  detail: string
  errors?: { at: string; message: string }[]
} & Record<'type' | 'title' | 'remedy' | 'requestId', string>

type Trial = Omit<Request, 'token'> & { question?: string; ids?: Record<string, string> }

async function knock(route: string, { question, ids, ...request }: Trial): Promise<Answer> {
  const [method, url] = route.split(' ') as [string, string]
  const at = pathOf(url, { ...acme.ids, ...ids })
  const answer = await ask(method, question === undefined ? at : `${at}?${question}`, {
    ...request,
    token: acme.token,
  })
  expect(JSON.stringify(answer)).not.toContain('Globex')
  return answer
}

async function refused(route: string, trial: Trial): Promise<Answer<Problem>> {
  const answer = await knock(route, trial)
  expectProblem(answer, JSON.stringify(trial).slice(0, 200))
  return answer
}

/** A refusal by the book, with nothing of our inside in it. */
function expectProblem(answer: Answer, why = ''): asserts answer is Answer<Problem> {
  const problem = answer.body as Problem
  expect(answer.status, why).toBeGreaterThanOrEqual(400)
  expect(answer.status, `${why} ${JSON.stringify(problem)}`).toBeLessThan(500)
  expect(answer.headers['content-type'], why).toBe('application/problem+json')
  expect(isTold(problem.code), problem.code).toBe(true)
  expect(problem.status).toBe(answer.status)
  expect(problem.requestId).toBe(answer.headers['x-request-id'])
  expect(JSON.stringify(problem).length).toBeLessThan(10_000)
  expect(JSON.stringify(problem)).not.toMatch(
    /node_modules|\.[jt]s:\d|insert into|relation \\?"|column \\?"|syntax error|violates|reeve\.\w+\(/i,
  )
}

/** Every field of a body, by its path. */
function fieldsOf(schema: Schema, above: string[] = []): [string[], Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = [...above, name]
    return [[path, field] as [string[], Schema], ...fieldsOf(field, path)]
  })
}

function withField(
  body: Record<string, unknown>,
  [name, ...rest]: string[],
  value: unknown,
): Record<string, unknown> {
  return { ...body, [name!]: rest.length === 0 ? value : withField({}, rest, value) }
}

/** A body that fits, with what is required and nothing else. */
function example(schema: Schema): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name))
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(name, field)]))
}

let serial = 0

function exampleOf(name: string, schema: Schema): unknown {
  if (name === 'email') return `mia-${++serial}@example.com`
  if (kindOf(schema) === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(name, schema.items ?? {}))
  if (schema.format === 'uuid') return randomUUID()
  if (kindOf(schema) === 'object') return {}
  return `something ${++serial}`
}

function kindOf(schema: Schema): string | undefined {
  const [kind] = [schema, ...(schema.anyOf ?? [])].flatMap(({ type }) => type ?? [])
  return kind
}
