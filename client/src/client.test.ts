import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import {
  createClient,
  each,
  etagOf,
  isProblem,
  Problem,
  type Answer,
  type Body,
  type ClientOptions,
  type CodeOf,
  type Page,
  type Params,
  type User,
  type UserWithProfile,
} from './client.ts'
import { routes } from './operations.ts'

const notAllowed = {
  type: '/docs/problems#not_allowed',
  title: 'not allowed',
  status: 403,
  code: 'not_allowed',
  detail: 'you may not list the people of this tenant',
  remedy: 'ask an owner for a role that has it',
  requestId: '0199-1',
} as const
const busy = { title: 'database busy', code: 'database_busy', remedy: 'try again in a moment' }
const nobody = { items: [], nextCursor: null }
const credentials = { email: 'kim@example.com', password: 'secret' }

describe('what is sent', () => {
  test('a question about people goes out as a path and a query, with what was not asked left out', async () => {
    const { reeve, sent } = answering([nobody], { baseUrl: 'https://reeve.test/', token: 't0' })

    await reeve.listUsers({ tenantId: 'a/../b', q: '金 & co', isActive: false, cursor: undefined })

    expect(sent).toMatchObject([{ method: 'GET', body: undefined }])
    expect(sent[0]!.url).toBe(
      'https://reeve.test/v1/tenants/a%2F..%2Fb/users?q=%E9%87%91+%26+co&isActive=false',
    )
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer t0')
  })

  test('an id that would make the address another one is never sent', async () => {
    const { reeve, sent } = answering([nobody])

    for (const userId of ['', '.', '..']) {
      await expect(reeve.deleteUser({ tenantId: 't', userId })).rejects.toThrow('userId must be an id')
    }
    await expect(reeve.deleteUser({ tenantId: 't' } as never)).rejects.toThrow('userId must be an id')
    expect(sent).toEqual([])
  })

  test('a browser signs in for a cookie and sends no token of its own', async () => {
    const { reeve, sent } = answering([{ expiresAt: '2026-11-20T00:00:00Z', tenants: [] }])

    await reeve.signIn({ ...credentials, cookie: true })

    expect(sent).toMatchObject([
      { method: 'POST', url: '/v1/sessions', body: { ...credentials, cookie: true } },
    ])
    expect(sent[0]!.headers.has('authorization')).toBe(false)
  })

  test('a token that changes is asked for at each request', async () => {
    const tokens = ['t1', undefined, 't3']
    const { reeve, sent } = answering([nobody, nobody, nobody], { token: async () => tokens.shift() })

    for (const _ of [1, 2, 3]) await reeve.listTenants()

    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', null, 'Bearer t3'])
  })

  test('what answers nothing is undefined, with or without a body to send', async () => {
    const { reeve, sent } = answering([undefined, {}])

    expect(await reeve.signOut()).toBeUndefined()
    await reeve.suspendUser({ tenantId: 't', userId: 'u' })

    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['DELETE', '/v1/session', undefined],
      ['PUT', '/v1/tenants/t/users/u/suspension', undefined],
    ])
    expect(sent.some(({ headers }) => headers.has('content-type'))).toBe(false)
  })

  test('outside of a browser one has to say where the server is', async () => {
    await expect(createClient().whoAmI()).rejects.toThrow(/needs a baseUrl, such as/)
  })
})

describe('what is answered', () => {
  test('a refusal arrives whole, with its code and its remedy', async () => {
    const { reeve } = answering([[403, notAllowed]])

    const problem = await reeve.whoAmI().catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ ...notAllowed, message: notAllowed.detail, errors: [] })
  })

  test('a refusal is told from other errors, and from other refusals', () => {
    const problem: unknown = new Problem(notAllowed)

    expect(isProblem(problem)).toBe(true)
    expect(isProblem(problem, 'not_found', 'not_allowed')).toBe(true)
    expect(isProblem(problem, 'not_found')).toBe(false)
    expect(isProblem(new Error('not_allowed'))).toBe(false)
    expect(isProblem(undefined, 'not_found')).toBe(false)
  })

  test.each([
    [502, '<h1>Welcome to the proxy</h1>'],
    [200, '<h1>Welcome to the proxy</h1>'],
    [500, '{"error":"not ours"}'],
    [200, '7'],
  ])('an answer of status %i that is not ours is said to be unreadable', async (status, text) => {
    const { reeve } = answering([[status, text]])

    await expect(reeve.whoAmI()).rejects.toMatchObject({ code: 'unreadable_answer', status })
  })

  test('a server that is not ready answers so, and does not fail', async () => {
    const draining = { status: 'draining' }
    const { reeve } = answering([
      [503, draining],
      [503, busy],
      [503, '<h1>Proxy</h1>'],
    ])

    expect(await reeve.readHealth()).toEqual(draining)
    await expect(reeve.whoAmI()).rejects.toMatchObject({ code: 'database_busy' })
    await expect(reeve.readHealth()).rejects.toMatchObject({ code: 'unreadable_answer' })
  })

  test('the version of what was answered is known of the answer, and of no copy of it', async () => {
    const { reeve } = answering([[200, { name: 'Kim' }, { etag: '"v1"' }], { name: 'Lee' }])
    const ids = { tenantId: 't', userId: 'u' }

    const kim = await reeve.readUser(ids)
    expect(kim).toEqual({ name: 'Kim' })
    expect(etagOf(kim)).toBe('"v1"')
    expect(() => etagOf({ ...kim })).toThrow(TypeError)

    const lee = await reeve.readUser(ids)
    expect(() => etagOf(lee)).toThrow('no ETag came with this')
  })
})

describe('when it is asked again', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => void vi.useRealTimers())

  test('what was lost is asked again, three times in all, each time later', async () => {
    const { reeve, sent } = answering([lost, lost, nobody])
    expect(await inTime(reeve.listTenants())).toEqual(nobody)
    expect(sent).toHaveLength(3)

    const gone = answering([lost, lost, lost, nobody])
    await expect(inTime(gone.reeve.listTenants())).rejects.toMatchObject({ code: 'unreachable', status: 0 })
    expect(gone.sent).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = gone.sent.map(({ at }) => at)
    expect(second - first).toBeGreaterThanOrEqual(200)
    expect(third - second).toBeGreaterThanOrEqual(400)
    expect(third - first).toBeLessThanOrEqual(1_200)
  })

  test('how often is for the caller to say, within reason', async () => {
    for (const [attempts, times] of [
      [1, 1],
      [2, 2],
      [1_000, 10],
    ] as const) {
      const { reeve, sent } = answering(Array(20).fill(lost))
      await expect(inTime(reeve.listTenants({}, { attempts }))).rejects.toMatchObject({ code: 'unreachable' })
      expect(sent).toHaveLength(times)
    }
    const { reeve, sent } = answering([lost, nobody], { attempts: 1 })
    await expect(inTime(reeve.listTenants())).rejects.toMatchObject({ code: 'unreachable' })
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['too many requests', 429],
    ['a server that comes back', 503],
  ])('%s: the client waits as long as it is told to', async (_, status) => {
    const { reeve, sent } = answering([[status, busy, { 'retry-after': '7' }], nobody])

    expect(await inTime(reeve.listTenants())).toEqual(nobody)

    const waited = sent[1]!.at - sent[0]!.at
    expect(waited).toBeGreaterThanOrEqual(7_000)
    expect(waited).toBeLessThan(8_000)
  })

  test('a time to come back at may be a date', async () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString()
    const { reeve, sent } = answering([[503, '', { 'retry-after': inTenSeconds }], nobody])

    expect(await inTime(reeve.listTenants())).toEqual(nobody)

    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThan(8_000)
  })

  test('nobody is left waiting for long: they are told when to come back', async () => {
    const { reeve, sent } = answering([[429, busy, { 'retry-after': '55' }], nobody])

    await expect(reeve.listTenants()).rejects.toMatchObject({ status: 429, retryAfter: 55 })
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['a refusal', 403, notAllowed],
    ['a mistake of the server', 500, { ...busy, code: 'internal' }],
    ['a server that does not say when it comes back', 503, busy],
    ['a proxy that has lost the server', 502, '<h1>Bad Gateway</h1>'],
  ])('%s is not asked again', async (_, status, document) => {
    const { reeve, sent } = answering([[status, document], nobody])

    await expect(inTime(reeve.listTenants())).rejects.toMatchObject({ status })
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['was lost', lost],
    ['has an unknown outcome', [503, { ...busy, code: 'outcome_unknown' }] as const],
    ['came too often', [429, busy, { 'retry-after': '1' }] as const],
  ])('a change that %s is not sent again without a key: it might be done twice', async (_, answer) => {
    const { reeve, sent } = answering([answer, {}, answer, {}])

    const unkeyed = reeve.signIn(credentials, { idempotencyKey: false })

    await expect(inTime(unkeyed)).rejects.toBeInstanceOf(Problem)
    expect(sent).toHaveLength(1)
    expect(sent[0]!.headers.has('idempotency-key')).toBe(false)
  })

  test.each([
    ['was lost', lost],
    ['has an unknown outcome', [503, { ...busy, code: 'outcome_unknown' }] as const],
    ['came too often', [429, busy, { 'retry-after': '1' }] as const],
  ])(
    'a change that %s is sent again under the same key, which is another for the next change',
    async (_, answer) => {
      const { reeve, sent } = answering([answer, { id: '1' }, answer, { id: '2' }])

      expect(await inTime(reeve.signIn(credentials))).toEqual({ id: '1' })
      expect(await inTime(reeve.signIn(credentials))).toEqual({ id: '2' })

      const keys = sent.map(({ headers }) => headers.get('idempotency-key'))
      expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
      expect(keys).toEqual([keys[0], keys[0], keys[2], keys[2]])
      expect(keys[2]).not.toBe(keys[0])
      expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    },
  )

  test('a key of one’s own is sent as it is', async () => {
    const { reeve, sent } = answering([{}])

    await reeve.createTenant({ name: 'Looms' }, { idempotencyKey: 'order-4711' })

    expect(sent[0]!.headers.get('idempotency-key')).toBe('order-4711')
  })

  test('a change may be for one version alone', async () => {
    const { reeve, sent } = answering([{}])

    await reeve.updateUser({ tenantId: 't', userId: 'u' }, { name: 'Lee' }, { ifMatch: '"v1"' })

    expect(sent[0]!.headers.get('if-match')).toBe('"v1"')
  })

  test('an answer that comes too late counts as lost', async () => {
    const { reeve, sent } = answering([never, nobody])
    expect(await inTime(reeve.listTenants({}, { timeoutMs: 5_000 }))).toEqual(nobody)
    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThanOrEqual(5_200)

    const silent = answering([never, never, never])
    const problem = await inTime(silent.reeve.listTenants()).catch((error: Problem) => error)
    expect(problem).toMatchObject({
      code: 'unreachable',
      cause: { message: 'no answer within 30000 ms' },
    })
  })

  test('an answer that breaks off counts as lost', async () => {
    const brokenOff = new ReadableStream({ start: (body) => body.error(new TypeError('terminated')) })
    const { reeve, sent } = answering([[200, brokenOff], nobody])

    expect(await inTime(reeve.listTenants())).toEqual(nobody)
    expect(sent).toHaveLength(2)
  })

  test('whoever no longer waits gets their own reason, at once, wherever the client is', async () => {
    const reason = new Error('the page was left')
    const before = answering([nobody])
    await expect(before.reeve.whoAmI({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(before.sent).toEqual([])

    for (const answer of [never, [503, busy, { 'retry-after': '20' }] as const]) {
      const { reeve, sent } = answering([answer, nobody])
      const leaving = new AbortController()
      const asked = reeve.whoAmI({}, { signal: leaving.signal })
      asked.catch(() => {})
      await vi.advanceTimersByTimeAsync(1_000)
      leaving.abort(reason)
      await expect(asked).rejects.toBe(reason)
      expect(sent).toHaveLength(1)
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})

describe('a list, walked through', () => {
  const pages = () => [
    { items: [1, 2], nextCursor: 'c1' },
    { items: [], nextCursor: 'c2' },
    { items: [3], nextCursor: null },
  ]

  test('every item comes once, and nothing is asked for after the last page', async () => {
    const { reeve, sent } = answering(pages())

    expect(await all(each(reeve.listUsers, { tenantId: 't', q: 'kim' }))).toEqual([1, 2, 3])

    expect(sent.map(({ url }) => url.split('?')[1])).toEqual([
      'q=kim',
      'limit=100&q=kim&cursor=c1',
      'limit=100&q=kim&cursor=c2',
    ])
  })

  test('the size of a page is the caller’s, and so is where to begin', async () => {
    const { reeve, sent } = answering(pages())

    await all(each(reeve.listUsers, { tenantId: 't', limit: 2, cursor: 'c0' }))

    expect(sent.slice(0, 2).map(({ url }) => url.split('?')[1])).toEqual([
      'limit=2&cursor=c0',
      'limit=2&cursor=c1',
    ])
  })

  test('a list without pages is walked through as well', async () => {
    const { reeve, sent } = answering([{ items: [1], nextCursor: null }])

    expect(await all(each(reeve.listTenants))).toEqual([1])
    expect(sent.map(({ url }) => url)).toEqual(['/v1/tenants'])
  })

  test('whoever leaves the loop asks for no more', async () => {
    const { reeve, sent } = answering(pages())

    for await (const _ of each(reeve.listUsers, { tenantId: 't' })) break

    expect(sent).toHaveLength(1)
  })

  test('whoever is stopped in the middle of a page is stopped there', async () => {
    const { reeve, sent } = answering(pages())
    const leaving = new AbortController()
    const seen: unknown[] = []
    const walk = async () => {
      for await (const user of each(reeve.listUsers, { tenantId: 't' }, { signal: leaving.signal })) {
        seen.push(user)
        leaving.abort(new Error('enough'))
      }
    }

    await expect(walk()).rejects.toThrow('enough')
    expect([seen, sent.length]).toEqual([[1], 1])
  })
})

test('the types are those of the contract, whole or in part', () => {
  const { reeve } = answering([])
  const ids = { tenantId: 't', userId: 'u' }
  const types = async () => {
    expectTypeOf(await reeve.readUser(ids)).toEqualTypeOf<UserWithProfile>()
    expectTypeOf(await reeve.listUsers({ tenantId: 't', q: 'kim' })).toEqualTypeOf<Page<User>>()
    expectTypeOf(await reeve.readUser({ ...ids, fields: ['id', 'name'] })).toEqualTypeOf<{
      id: string
      name: string
    }>()
    expectTypeOf(await reeve.listUsers({ tenantId: 't', fields: ['email'] })).toEqualTypeOf<
      Page<{ email: string }>
    >()
    for await (const user of each(reeve.listUsers, { tenantId: 't' }))
      expectTypeOf(user).toEqualTypeOf<User>()
    for await (const user of each(reeve.listUsers, { tenantId: 't', fields: ['isActive'] })) {
      expectTypeOf(user).toEqualTypeOf<{ isActive: boolean }>()
    }
    for await (const tenant of each(reeve.listTenants)) expectTypeOf(tenant.slug).toEqualTypeOf<string>()
    expectTypeOf(await reeve.signOut()).toEqualTypeOf<void>()

    // @ts-expect-error there is no such field
    await reeve.listUsers({ tenantId: 't', fields: ['password'] })
    // @ts-expect-error there is no such filter
    await reeve.listUsers({ tenantId: 't', query: 'kim' })
    // @ts-expect-error nor here
    each(reeve.listUsers, { tenantId: 't', query: 'kim' })
    // @ts-expect-error a user has a tenant
    await reeve.readUser({ userId: 'u' })
    // @ts-expect-error nothing has a key where nothing is changed
    await reeve.readUser(ids, { idempotencyKey: 'k' })
    // @ts-expect-error parameters come before options
    await reeve.whoAmI({ signal: AbortSignal.abort() })
    // @ts-expect-error there is no such sort
    await reeve.listUsers({ tenantId: 't', sort: 'shoeSize' })
  }
  expect(types).toBeTypeOf('function') // it is for the compiler

  expectTypeOf<Answer<'whoAmI'>['tenants'][number]['permissions']>().toEqualTypeOf<string[]>()
  expectTypeOf<Answer<'readUser'>>().toEqualTypeOf<UserWithProfile>()
  expectTypeOf<Answer<'listUsers'>>().toEqualTypeOf<Page<User>>()
  expectTypeOf<Body<'signIn'>>().toEqualTypeOf<{ email: string; password: string; cookie?: boolean }>()
  expectTypeOf<Params<'readUser'>>().toEqualTypeOf<{ tenantId: string; userId: string }>()
  expectTypeOf<'sign_in_failed'>().toExtend<CodeOf<'signIn'>>()
  expectTypeOf<'last_owner'>().not.toExtend<CodeOf<'signIn'>>()
})

test('a client is its methods and nothing else, and each may be taken out of it', async () => {
  const { reeve } = answering([nobody])
  expect(Object.keys(reeve)).toEqual(Object.keys(routes))

  const { listTenants } = reeve
  expect(await listTenants()).toEqual(nobody)
})

const lost = Symbol('the connection breaks')
const never = Symbol('nothing comes')

type Sent = { url: string; method: string; headers: Headers; body: unknown; at: number }
type Given = object | symbol | undefined | readonly [number, unknown, Record<string, string>?]

/** A client whose server gives these answers, one after the other, and what it was sent. */
function answering(answers: Given[], options: ClientOptions = {}) {
  const sent: Sent[] = []
  const fetch = async (url: string, init: RequestInit) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    sent.push({ url, method: init.method!, headers: new Headers(init.headers), body, at: Date.now() })
    const answer = answers.shift()
    if (answer === lost) throw new TypeError('fetch failed')
    if (answer === never) return stopped(init.signal!)
    const [status, document, headers] = Array.isArray(answer) ? answer : [answer ? 200 : 204, answer, {}]
    const isJson = typeof document === 'object' && !(document instanceof ReadableStream)
    return new Response(isJson ? JSON.stringify(document) : (document ?? null), { status, headers })
  }
  return { reeve: createClient({ ...options, fetch }), sent }
}

/** As `fetch` does when it is stopped. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** What becomes of it when time goes by as quickly as it likes. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  await Promise.allSettled([asked, vi.advanceTimersByTimeAsync(300_000)])
  return asked
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}
