import { expect, test } from 'vitest'
import { testApp, type Answer } from '../testing/http.ts'

const inVain = { body: { email: 'ada@example.com', password: 'something else' } }

test('whoever asks too often waits, whatever they ask for; others do not', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 3, costly: 100 }, trustProxy: true })
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } })
  const statuses: number[] = []
  for (const url of ['/v1/session', '/v1/tenants', '/v1/account'])
    statuses.push((await ask('GET', url, from('192.0.2.1'))).status)
  expect(statuses).toEqual([401, 401, 401])

  const answer = await ask<{ requestId: string }>('GET', '/v1/session', from('192.0.2.1'))

  expect(answer).toMatchObject({
    status: 429,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: { code: 'too_many_requests', status: 429, remedy: expect.stringContaining('Retry-After') },
  })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60)
  expect((await ask('GET', '/v1/session', from('192.0.2.2'))).status).toBe(401)
})

test('a whole network of IPv6 is one neighbour', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 1, costly: 100 }, trustProxy: true })
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } })

  expect((await ask('GET', '/v1/session', from('2001:db8:0:1::1'))).status).toBe(401)
  expect((await ask('GET', '/v1/session', from('2001:db8:0:1:ffff::2'))).status).toBe(429)
  expect((await ask('GET', '/v1/session', from('2001:db8:0:2::1'))).status).toBe(401)
})

test('guessing passwords is slowed down long before that', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 100, costly: 2 } })
  const guess = async () => (await ask('POST', '/v1/sessions', inVain)).status

  expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429])

  const answer = await ask('POST', '/v1/sessions', inVain)
  expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect((await ask('GET', '/v1/session')).status).toBe(401)
})

test('every route that costs a password hash is for few requests', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 100, costly: 0 } })
  const costly = ['POST /v1/sign-up', 'POST /v1/sessions', 'POST /v1/invitations/accept']
  for (const route of costly) {
    const [method, url] = route.split(' ') as [string, string]
    expect([route, (await ask(method, url, { body: {} })).status]).toEqual([route, 429])
  }
})

test('whoever watches is never told to wait', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 0, costly: 0 } })
  expect((await ask('GET', '/v1/session')).status).toBe(429)
  for (const url of ['/health', '/health/live', '/health/ready', '/metrics']) {
    expect([url, (await ask('GET', url)).status]).toEqual([url, 200])
  }
})

test('every answer says how much may still be asked, and for how long', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 5, costly: 3 } })
  const told = ({ status, headers }: Answer) => [status, headers['ratelimit-policy'], headers['ratelimit']]
  const policy = '"address";q=5;w=60'

  expect(told(await ask('GET', '/v1/session'))).toEqual([401, policy, '"address";r=4;t=60'])
  expect(told(await ask('HEAD', '/v1/session'))).toEqual([
    401,
    policy,
    expect.stringMatching(/^"address";r=3;t=\d+$/),
  ])
  expect(told(await ask('GET', '/v1/session?x=1'))).toEqual([400, policy, expect.stringContaining('r=2;')])
  expect(told(await ask('POST', '/v1/sessions', inVain))).toEqual([
    401,
    `${policy}, "password";q=3;w=60`,
    expect.stringMatching(/^"address";r=1;t=\d+, "password";r=2;t=60$/),
  ])
  await ask('GET', '/v1/session')
  const exceeded = await ask('GET', '/v1/session')
  expect(told(exceeded)).toEqual([429, policy, expect.stringContaining('r=0;')])
  expect(exceeded.headers['ratelimit']).toContain(`t=${String(exceeded.headers['retry-after'])}`)
  expect(exceeded.headers).not.toHaveProperty('x-ratelimit-limit')
  expect((await ask('GET', '/health')).headers).not.toHaveProperty('ratelimit')
})

test('each route that costs a password hash has a limit of its own', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 100, costly: 1 } })
  const knock = async (url: string) => (await ask('POST', url, { body: {} })).status
  expect([await knock('/v1/sign-up'), await knock('/v1/sign-up')]).toEqual([400, 429])
  expect([await knock('/v1/sessions'), await knock('/v1/sessions')]).toEqual([400, 429])
})

test('of ten who ask at once, as many are served as may be', async () => {
  const { ask } = await testApp({ console: 'nowhere', limits: { all: 4, costly: 100 } })
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask('GET', '/v1/session')))
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(4)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(6)
})
