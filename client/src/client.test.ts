import { expect, test } from 'vitest'
import { createClient, Problem } from './client.ts'

const notAllowed = {
  type: 'about:blank',
  title: 'not allowed',
  status: 403,
  code: 'not_allowed',
  detail: 'you may not list the people of this tenant',
  remedy: 'ask an owner for a role that has it',
  requestId: '0199-1',
}

test('a question about people goes out as a path and a query, with what was not asked left out', async () => {
  const { reeve, sent } = answering(
    200,
    { items: [], nextCursor: null },
    { baseUrl: 'https://reeve.test/', token: 't0' },
  )

  expect(await reeve.listUsers('a/../b', { q: '金 & co', isActive: false, cursor: '' })).toEqual({
    items: [],
    nextCursor: null,
  })

  expect(sent.url).toBe('https://reeve.test/v1/tenants/a%2F..%2Fb/users?q=%E9%87%91+%26+co&isActive=false')
  expect(sent.headers.get('authorization')).toBe('Bearer t0')
})

test('a browser signs in for a cookie and sends no token of its own', async () => {
  const { reeve, sent } = answering(201, { expiresAt: '2026-11-20T00:00:00Z', tenants: [] })

  expect(
    await reeve.signIn({ email: 'kim@example.com', password: 'secret', cookie: true }),
  ).not.toHaveProperty('token')

  expect(sent.url).toBe('/v1/sessions')
  expect(sent.headers.has('authorization')).toBe(false)
  expect(sent.body).toEqual({ email: 'kim@example.com', password: 'secret', cookie: true })
})

test('signing out answers nothing', async () => {
  const { reeve, sent } = answering(204)

  expect(await reeve.signOut()).toBeUndefined()

  expect([sent.method, sent.url, sent.body]).toEqual(['DELETE', '/v1/session', undefined])
})

test('a refusal arrives whole, with its code and its remedy', async () => {
  const { reeve } = answering(403, notAllowed)

  const problem = await reeve.session().catch((error: unknown) => error)

  expect(problem).toBeInstanceOf(Problem)
  expect(problem).toMatchObject({ ...notAllowed, message: notAllowed.detail, errors: [] })
})

test.each([502, 200])('an answer of status %i that is not ours is said to be unreadable', async (status) => {
  const { reeve } = answering(status, '<h1>Welcome to the proxy</h1>')

  await expect(reeve.session()).rejects.toMatchObject({ code: 'unreadable_answer', status })
})

test('a server that does not answer is a problem, a caller who no longer waits is not', async () => {
  const gone = createClient({ fetch: () => Promise.reject(new TypeError('fetch failed')) })
  await expect(gone.session()).rejects.toMatchObject({ code: 'unreachable', status: 0 })

  const signal = AbortSignal.abort()
  const stopped = createClient({ fetch: () => Promise.reject(signal.reason) })
  await expect(stopped.session({ signal })).rejects.toBe(signal.reason)
})

/** A client whose server always answers the same, and what that server was last sent. */
function answering(
  status: number,
  answer?: object | string,
  options: { baseUrl?: string; token?: string } = {},
) {
  const sent = { url: '', method: '', headers: new Headers(), body: undefined as unknown }
  const fetch = async (url: string, init: RequestInit) => {
    Object.assign(sent, { url, method: init.method, headers: new Headers(init.headers) })
    sent.body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    return new Response(typeof answer === 'object' ? JSON.stringify(answer) : (answer ?? null), { status })
  }
  return { reeve: createClient({ ...options, fetch }), sent }
}
