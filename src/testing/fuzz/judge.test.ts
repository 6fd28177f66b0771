import { expect, test } from 'vitest'
import type { OpenApi } from '../openapi.ts'
import { Fault, judge, type Heard } from './judge.ts'
import type { Spoken } from './speak.ts'
import { Truth } from './truth.ts'
import { hush, markOf } from './wish.ts'
import type { Sight } from './witness.ts'

const [acme, globex, olive, gus] = [1, 2, 3, 4].map((n) => `01900000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
]
const token = `rv_s_${'A'.repeat(43)}`

const document = {
  paths: {
    '/v1/tenants/{tenantId}/users': {
      get: { responses: { 200: { content: { 'application/json': { schema: { type: 'object' } } } } } },
    },
  },
  components: { schemas: {}, responses: {}, headers: {} },
} as unknown as OpenApi

const spoken: Spoken = {
  method: 'GET',
  url: `/v1/tenants/${acme}/users`,
  headers: {},
  route: 'GET /v1/tenants/:tenantId/users',
  person: { accountId: olive, userId: olive, tenantId: acme, email: 'olive@example.com', token },
  ids: { tenantId: acme },
  value: undefined,
  requestId: 'r-1',
}
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'x-request-id': 'r-1',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}
const heard: Heard = { status: 200, headers, text: '{"items":[]}' }
const problem = { type: 'x', title: 'x', status: 404, code: 'x', detail: 'x', remedy: 'x', requestId: 'r-1' }
const refused: Heard = {
  status: 404,
  headers: { ...headers, 'content-type': 'application/problem+json' },
  text: JSON.stringify(problem),
}

test('an answer that is as it should be is let pass', () => {
  expect(judge(document, spoken, heard)).toMatchObject({ status: 200, body: { items: [] } })
  expect(judge(document, { ...spoken, route: undefined }, refused)).toMatchObject({ status: 404 })
})

test.each<[string, Partial<Heard>, Partial<Spoken>?]>([
  ['a failure of ours', { ...refused, status: 500 }],
  ['another page to look at', { status: 302 }],
  ['an answer that is not described', { status: 202 }],
  ['what only looks like JSON', { text: '{' }],
  ['another request id', { headers: { ...headers, 'x-request-id': 'r-2' } }],
  ['what may be kept on the way', { headers: { ...headers, 'cache-control': 'public' } }],
  ['a refusal without a remedy', { ...refused, text: JSON.stringify({ ...problem, remedy: '' }) }, other()],
  ['a refusal in HTML', { ...refused, headers: { ...headers, 'content-type': 'text/html' } }, other()],
  ['a refusal that tells of a file', { ...refused, text: told('at f (/app/src/a.ts:1)') }, other()],
  ['a refusal that tells of a table', { ...refused, text: told('relation "users" is unknown') }, other()],
  ['a password', { text: JSON.stringify({ name: `${hush} one` }) }],
  ['a hash', { text: '{"hash":"$argon2id$v=19"}' }],
  ['the hash of a token', { text: JSON.stringify({ hash: `\\x${'0a'.repeat(32)}` }) }],
  ['a token', { text: JSON.stringify({ token }) }],
  ['a token in a cookie', { headers: { ...headers, 'set-cookie': `a=${token}` } }],
])('%s is noticed', (_what, more, about = {}) => {
  expect(() => judge(document, { ...spoken, ...about }, { ...heard, ...more })).toThrow(Fault)
})

const made: Sight = {
  request: null,
  what: 'x',
  op: 'INSERT',
  tenant: null,
  id: null,
  account: null,
  action: null,
}

function truth(): Truth {
  const known = new Truth(new Map([['posts', 'post']]))
  known.learn([
    { ...made, what: 'tenants', id: acme },
    { ...made, what: 'tenants', id: globex },
    { ...made, what: 'users', tenant: acme, id: olive, account: olive },
    { ...made, what: 'users', tenant: globex, id: gus, account: gus },
  ])
  return known
}

test.each<[string, Partial<Heard>]>([
  ['an id of another tenant', { text: JSON.stringify({ id: gus }) }],
  ['the id of another tenant', { text: `{"a":"${globex.toUpperCase()}"}` }],
  ['an id of another tenant in a header', { headers: { ...headers, location: `/v1/tenants/${globex}` } }],
  ['text of another tenant', { text: `{"name":"Kim ${markOf(globex)}"}` }],
])('%s is noticed, but not by those who are in it', (_what, more) => {
  const answer = { ...heard, ...more }
  expect(() => truth().noOtherTenantIn({ spoken, heard: answer })).toThrow(Fault)
  const insider = { ...spoken, person: { ...spoken.person!, accountId: gus } }
  expect(() => truth().noOtherTenantIn({ spoken: insider, heard: answer })).not.toThrow()
})

test('whoever speaks of a tenant first is told nothing new', () => {
  const url = `/v1/tenants/${globex}`
  const echo = { ...refused, text: told(url) }
  expect(() => truth().noOtherTenantIn({ spoken: { ...spoken, url }, heard: echo })).not.toThrow()
})

test('an address that somebody wrote into a tenant belongs there from then on, and no other one does', () => {
  const known = truth()
  const theirs = `gus.${markOf(globex)}@example.com`
  const listed = (address: string) => ({
    spoken: { ...spoken, ids: { tenantId: acme } },
    heard: { ...heard, text: JSON.stringify({ email: address }) },
  })
  expect(() => known.noOtherTenantIn(listed(theirs))).toThrow(Fault)

  const invites = {
    ...spoken,
    method: 'POST',
    ids: { tenantId: acme },
    body: JSON.stringify({ email: theirs }),
  }
  known.noOtherTenantIn({ spoken: invites, heard: { ...heard, status: 201 } })
  expect(() => known.noOtherTenantIn(listed(theirs))).not.toThrow()
  expect(() => known.noOtherTenantIn(listed(`another-${theirs}`))).toThrow(Fault)
})

const post: Sight = { ...made, request: 'r-1', what: 'posts', tenant: acme, id: gus }
const line: Sight = {
  ...made,
  request: 'r-1',
  what: 'audit_logs',
  tenant: acme,
  id: '1',
  action: 'post.created',
}
const writing = { ...spoken, method: 'POST', url: `/v1/tenants/${acme}/posts` }

test.each<[string, Spoken, Heard, Sight[]]>([
  ['a refused change that changed something', writing, refused, [post, line]],
  ['a look that changed something', spoken, heard, [post, line]],
  ['a change of which the log says nothing', writing, { ...heard, status: 201 }, [post]],
  ['a line in the log for nothing', writing, { ...heard, status: 201 }, [line]],
  ['something made that is not there', writing, { ...heard, status: 201 }, []],
  [
    'what is done again for the same key',
    writing,
    { ...heard, status: 201, headers: { ...headers, 'idempotency-replayed': 'true' } },
    [post, line],
  ],
])('%s is noticed', (_what, about, answer, seen) => {
  expect(() => truth().asAnswered([{ spoken: about, heard: answer }], seen)).toThrow(Fault)
})

test('a change that is done, told and logged is let pass, and so is what somebody else did', () => {
  const other: Sight = { ...post, request: 'somebody else' }
  const exchange = { spoken: writing, heard: { ...heard, status: 201 } }
  expect(() => truth().asAnswered([exchange], [post, line, other])).not.toThrow()
})

function told(detail: string): string {
  return JSON.stringify({ ...problem, detail })
}

function other(): Partial<Spoken> {
  return { route: undefined }
}
