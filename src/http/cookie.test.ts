import { expect, test } from 'vitest'
import { testApp, type Answer } from '../testing/http.ts'
import { aTenant } from '../testing/people.ts'
import { aPlace, pathOf } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, routes, database, signIn } = world

const ada = { email: 'ada@example.com', password: 'correct horse battery' }
const signedUp = await ask('POST', '/v1/sign-up', { body: { ...ada, name: 'Ada', cookie: true } })

test('a browser gets its session in a cookie that no script reads and no other host gets', async () => {
  const signedIn = await ask('POST', '/v1/sessions', { body: { ...ada, cookie: true } })
  const body = {
    token: await anInvitation('nia@example.com'),
    name: 'Nia',
    password: ada.password,
    cookie: true,
  }
  const cameIn = await ask('POST', '/v1/invitations/accept', { body })

  for (const answer of [signedUp, signedIn, cameIn]) {
    expect(answer.status).toBe(201)
    const [pair, ...attributes] = String(answer.headers['set-cookie']).split('; ')
    expect(pair).toMatch(/^__Host-reeve_session=rv_s_[\w-]{43}$/)
    expect(attributes.toSorted()).toEqual([
      expect.stringMatching(/^Expires=.* GMT$/),
      'HttpOnly',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ])
    expect(JSON.stringify(answer.body)).not.toContain('rv_s_')
    expect(await ask('GET', '/v1/session', { headers: cookieOf(answer) })).toMatchObject({ status: 200 })
  }
})

test('whoever asks for no cookie gets none, but the token', async () => {
  const { body, headers } = await ask('POST', '/v1/sessions', { body: ada })
  expect(headers).not.toHaveProperty('set-cookie')
  expect(body).toMatchObject({ token: expect.stringMatching(/^rv_s_/) })
})

test.each([
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' },
  { origin: 'http://localhost:3000' },
])('a change from our own pages is made: %o', async (from) => {
  expect(await rename(from)).toMatchObject({ status: 200 })
})

test.each([
  {},
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
  { origin: 'http://evil.example' },
  { origin: 'http://localhost:3000.evil.example' },
  { origin: 'http://localhost:3001' },
  { origin: 'null' },
  { origin: 'localhost:3000' },
  { referer: 'http://localhost:3000/' },
])('a change that comes with the cookie from elsewhere is refused: %o', async (from) => {
  expect(await rename(from)).toMatchObject({ status: 403, body: { code: 'cross_site' } })
})

test('behind a proxy that is believed, our own pages are where people see us', async () => {
  const { ask } = await testApp({ console: 'nowhere', trustProxy: true })
  const cookie = cookieOf(await ask('POST', '/v1/sign-up', { body: { ...ada, name: 'Ada', cookie: true } }))
  const from = (origin: string) =>
    ask('PATCH', '/v1/account', {
      body: { name: 'Ada' },
      headers: { ...cookie, origin, 'x-forwarded-host': 'people.example.com' },
    })

  expect(await from('https://people.example.com')).toMatchObject({ status: 200 })
  expect(await from('https://localhost:80')).toMatchObject({ status: 403 })
})

test('no route makes a change for a cookie from another site', async () => {
  const { ids } = await aPlace(world)
  const changing = routes.filter(
    ({ method, url }) => url.startsWith('/v1/') && !['GET', 'HEAD'].includes(method),
  )
  const open = ['/v1/sign-up', '/v1/sessions']
  const refused: string[] = []
  for (const { method, url } of changing) {
    const headers = { ...cookieOf(signedUp), 'sec-fetch-site': 'cross-site' }
    const body = url === '/v1/invitations/accept' ? { token: 'rv_i_x' } : {}
    const answer = await ask<{ code: string }>(method, pathOf(url, ids), { body, headers })
    if (answer.body.code === 'cross_site') refused.push(`${method} ${url}`)
  }
  expect(refused).toEqual(
    changing.filter(({ url }) => !open.includes(url)).map(({ method, url }) => `${method} ${url}`),
  )
})

test('a form of another site reaches nothing, for it cannot send JSON', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain']) {
    const body = JSON.stringify({ ...ada, cookie: true })
    const answer = await ask('POST', '/v1/sessions', { body, headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    expect(answer.headers).not.toHaveProperty('set-cookie')
  }
})

test('a link from another site shows people what they may see', async () => {
  const headers = { ...cookieOf(signedUp), 'sec-fetch-site': 'cross-site' }
  expect(await ask('GET', '/v1/session', { headers })).toMatchObject({ status: 200 })
})

test('a token that a program sends is no cookie, wherever it comes from', async () => {
  const token = await signIn((await aTenant(database)).owner)
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example', ...cookieOf(signedUp) }
  const answer = await ask('PATCH', '/v1/account', { token, headers, body: { name: 'Olive' } })
  expect(answer).toMatchObject({ status: 200, body: { name: 'Olive' } })
})

test('signing out ends the session and takes the cookie back, and touches no other cookie of the host', async () => {
  const signedIn = await ask('POST', '/v1/sessions', { body: { ...ada, cookie: true } })
  const headers = { ...cookieOf(signedIn), 'sec-fetch-site': 'same-origin' }

  const signedOut = await ask('DELETE', '/v1/session', { headers })

  expect(signedOut.status).toBe(204)
  expect(signedOut.headers['set-cookie']).toMatch(
    /^__Host-reeve_session=; (?=.*Path=\/)(?=.*Expires=Thu, 01 Jan 1970)(?=.*HttpOnly)(?=.*Secure)(?=.*SameSite=Lax)/,
  )
  expect(signedOut.headers).not.toHaveProperty('clear-site-data')
  expect(await ask('GET', '/v1/session', { headers })).toMatchObject({ status: 401 })
})

function rename(from: Record<string, string>) {
  const headers = { host: 'localhost:3000', ...cookieOf(signedUp), ...from }
  return ask('PATCH', '/v1/account', { body: { name: 'Ada' }, headers })
}

function cookieOf({ headers }: Answer): { cookie: string } {
  return { cookie: `theme=dark; ${String(headers['set-cookie']).split('; ')[0]}` }
}

async function anInvitation(email: string): Promise<string> {
  const { tenantId, token } = await aPlace(world)
  const { body } = await ask<{ token: string }>('POST', `/v1/tenants/${tenantId}/invitations`, {
    token,
    body: { email },
  })
  return body.token
}
