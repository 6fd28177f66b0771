import { expect, test } from 'vitest'
import { hashing } from '../domains/accounts/passwords.ts'
import { uuidV7 } from '../foundation/id.ts'
import { testApp, type Answer, type Made, type Request } from '../testing/http.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { aPlace } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, admin, database, signIn, routes } = world
const acme = await aPlace(world)
const at = `/v1/tenants/${acme.tenantId}`

const password = 'correct horse battery'
const withKey = (key: string, request: Request = {}): Request => ({
  ...request,
  headers: { ...request.headers, 'idempotency-key': key },
})
/** All that whoever asked can tell answers apart by. */
const told = ({ status, body, headers }: Answer) => ({
  status,
  body,
  location: headers['location'],
  cookie: headers['set-cookie'],
  etag: headers['etag'],
})
const count = async (question: string, ...values: unknown[]) =>
  (await admin.query<{ n: number }>(`select count(*)::int as n from ${question}`, values)).rows[0]!.n

test('whoever sends a change again with its key gets the same answer, and it is made once', async () => {
  const request = withKey(uuidV7(), { token: acme.token, body: { email: 'mia@example.com', name: 'Mia' } })

  const first = await ask<Made>('POST', `${at}/users`, request)
  const again = await ask<Made>('POST', `${at}/users`, request)

  expect(first.status).toBe(201)
  expect(told(again)).toEqual(told(first))
  expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
    undefined,
    'true',
  ])
  expect(await count(`users where email = 'mia@example.com'`)).toBe(1)
  expect(await count(`audit_logs where entity_id = $1`, first.body.id)).toBe(1)
})

test('of twenty requests at once with one key one makes somebody, and all are answered alike', async () => {
  const request = withKey(uuidV7(), { token: acme.token, body: { email: 'nia@example.com', name: 'Nia' } })

  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', `${at}/users`, request)))

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  for (const answer of answers) expect(told(answer)).toEqual(told(answers[0]!))
  expect(await count(`users where email = 'nia@example.com'`)).toBe(1)
})

test('a key is for one request: with another body, at another address or by another method it is refused', async () => {
  const key = withKey(uuidV7(), { token: acme.token })
  const made = await ask<Made>('POST', `${at}/roles`, { ...key, body: { name: 'editor' } })

  for (const [method, url, body] of [
    ['POST', `${at}/roles`, { name: 'author' }],
    ['POST', `${at}/roles`, { name: 'editor', description: 'Writes.' }],
    ['POST', `${at}/users`, { name: 'editor', email: 'eve@example.com' }],
    ['PATCH', `${at}/roles/${made.body.id}`, { name: 'editor' }],
    ['DELETE', `${at}/roles/${made.body.id}`, undefined],
  ] as const) {
    expect(await ask(method, url, { ...key, body }), `${method} ${url}`).toMatchObject({
      status: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: { code: 'idempotency_key_reused' },
    })
  }
  expect(await count(`roles where name in ('author')`)).toBe(0)

  const renaming = withKey(uuidV7(), { token: acme.token, body: { description: 'Writes.' } })
  expect(await ask('PATCH', `${at}/roles/${made.body.id}`, renaming)).toMatchObject({ status: 200 })
  expect(await ask('PATCH', `${at}/roles/${acme.ids.roleId}`, renaming)).toMatchObject({
    body: { code: 'idempotency_key_reused' },
  })
})

test('the same is the same in whatever order it is written', async () => {
  const key = withKey(uuidV7(), { token: acme.token })
  const one = await ask('POST', `${at}/roles`, { ...key, body: '{"name":"ordered","description":"One."}' })
  const other = await ask('POST', `${at}/roles`, {
    ...key,
    body: '{ "description": "One.", "name": "ordered" }',
  })
  expect([one.status, told(other)]).toEqual([201, told(one)])
})

test('the same key of somebody else, or in another tenant, is another key', async () => {
  const kim = await aUser(database, acme, { roles: ['owner'] })
  const other = await aTenant(database, 'Other')
  const body = { name: 'shared' }
  const key = uuidV7()
  const make = (tenantId: string, token: string, name: string) =>
    ask('POST', `/v1/tenants/${tenantId}/roles`, withKey(key, { token, body: { ...body, name } }))

  expect(await make(acme.tenantId, acme.token, 'mine')).toMatchObject({ status: 201 })
  expect(await make(acme.tenantId, await signIn(kim), 'theirs')).toMatchObject({ status: 201 })
  expect(await make(other.tenantId, await signIn(other.owner), 'elsewhere')).toMatchObject({ status: 201 })
})

test('whoever belongs to two tenants uses a key in each', async () => {
  const elsewhere = await ask<Made>('POST', '/v1/tenants', { token: acme.token, body: { name: 'Elsewhere' } })
  const request = withKey(uuidV7(), { token: acme.token, body: { name: 'twice' } })
  const here = await ask<Made>('POST', `${at}/roles`, request)
  const there = await ask<Made>('POST', `/v1/tenants/${elsewhere.body.id}/roles`, request)
  expect([here.status, there.status]).toEqual([201, 201])
  expect(there.body.id).not.toBe(here.body.id)
})

test('a key of a change that was refused is free', async () => {
  const key = withKey(uuidV7(), { token: acme.token })
  const taken = { email: 'mia@example.com', name: 'Mia' }
  expect(await ask('POST', `${at}/users`, { ...key, body: taken })).toMatchObject({ status: 409 })
  expect(await ask('POST', `${at}/users`, { ...key, body: { ...taken, email: '' } })).toMatchObject({
    status: 400,
  })
  expect(await count('idempotency_keys where key = $1', key.headers!['idempotency-key'])).toBe(0)

  expect(
    await ask('POST', `${at}/users`, { ...key, body: { ...taken, email: 'mia2@example.com' } }),
  ).toMatchObject({ status: 201 })
})

test('a day later the key is a new one', async () => {
  const request = withKey(uuidV7(), { token: acme.token, body: { title: 'Daily', content: 'News' } })
  const first = await ask<Made>('POST', `${at}/posts`, request)
  await admin.query(`update idempotency_keys set created_at = now() - interval '24 hours' where key = $1`, [
    request.headers!['idempotency-key'],
  ])
  const next = await ask<Made>('POST', `${at}/posts`, request)
  expect([first.status, next.status]).toEqual([201, 201])
  expect(next.body.id).not.toBe(first.body.id)
})

test('signing up is done once, also by twenty at once, and the session that it gives is the same', async () => {
  const body = { email: 'ada@example.com', password, name: 'Ada', tenantName: 'Analytical Engines' }
  const request = withKey(uuidV7(), { body })

  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/v1/sign-up', request)))
  const later = await ask<{ session: { token: string } }>('POST', '/v1/sign-up', request)

  expect(later).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } })
  for (const answer of answers) expect(told(answer)).toEqual(told(later))
  expect(await count(`account_emails where email = 'ada@example.com'`)).toBe(1)
  expect(await count(`tenants where name = 'Analytical Engines'`)).toBe(1)
  expect(await ask('GET', '/v1/session', { token: later.body.session.token })).toMatchObject({ status: 200 })
})

test('signing in is done once, with the cookie too, and costs one hash', async () => {
  const request = withKey(uuidV7(), { body: { email: 'ada@example.com', password, cookie: true } })
  const first = await ask('POST', '/v1/sessions', request)
  const hashed = hashing.passed
  const again = await ask('POST', '/v1/sessions', request)

  expect(first.headers['set-cookie']).toContain('__Host-reeve_session=rv_s_')
  expect(told(again)).toEqual(told(first))
  expect(hashing.passed).toBe(hashed)
})

test('nobody gets a session by the key of somebody else', async () => {
  const key = uuidV7()
  const signIn = (given: string) =>
    ask('POST', '/v1/sessions', withKey(key, { body: { email: 'ada@example.com', password: given } }))
  expect(await signIn(password)).toMatchObject({ status: 201 })

  const answer = await signIn('something else')

  expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect(JSON.stringify(answer)).not.toContain('rv_s_')
})

test('an invitation is accepted once, and whoever asks again is let in again', async () => {
  const invited = await ask<{ token: string }>('POST', `${at}/invitations`, {
    token: acme.token,
    body: { email: 'lena@example.com' },
  })
  const request = withKey(uuidV7(), {
    body: { token: invited.body.token, name: 'Lena', password, cookie: true },
  })

  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ask('POST', '/v1/invitations/accept', request)),
  )
  const later = await ask('POST', '/v1/invitations/accept', request)

  expect(later).toMatchObject({ status: 201, body: { account: { email: 'lena@example.com' } } })
  for (const answer of answers) expect(told(answer)).toEqual(told(later))
  const { headers: _, ...withoutKey } = request
  expect(await ask('POST', '/v1/invitations/accept', withoutKey)).toMatchObject({
    body: { code: 'invitation_unusable' },
  })
})

test('whoever accepts with an account they are signed in with does so once too', async () => {
  const { body } = await ask<{ session: { token: string } }>('POST', '/v1/sign-up', {
    body: { email: 'kira@example.com', password, name: 'Kira' },
  })
  const invited = await ask<{ token: string }>('POST', `${at}/invitations`, {
    token: acme.token,
    body: { email: 'kira@example.com' },
  })
  const request = withKey(uuidV7(), { token: body.session.token, body: { token: invited.body.token } })
  const first = await ask('POST', '/v1/invitations/accept', request)
  expect(first).toMatchObject({ status: 201 })
  expect(told(await ask('POST', '/v1/invitations/accept', request))).toEqual(told(first))
  // who has no session is somebody else, and their key another
  expect(await ask('POST', '/v1/invitations/accept', { ...request, token: undefined })).toMatchObject({
    status: 409,
    body: { code: 'invitation_unusable' },
  })
})

test('a password is changed once, and the answer comes again although the old one is right no more', async () => {
  const { body } = await ask<{ session: { token: string } }>('POST', '/v1/sign-up', {
    body: { email: 'pia@example.com', password, name: 'Pia' },
  })
  await ask('POST', '/v1/sessions', { body: { email: 'pia@example.com', password } })
  const request = withKey(uuidV7(), {
    token: body.session.token,
    body: { current: password, next: 'battery staple horse' },
  })

  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ask('PUT', '/v1/account/password', request)),
  )
  const later = await ask('PUT', '/v1/account/password', request)

  for (const answer of [...answers, later])
    expect(answer).toMatchObject({ status: 200, body: { endedSessions: 1 } })
})

test('a tenant is founded once', async () => {
  const request = withKey(uuidV7(), { token: acme.token, body: { name: 'Once Ltd' } })
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('POST', '/v1/tenants', request)))
  expect(answers[0]).toMatchObject({ status: 201 })
  for (const answer of answers) expect(told(answer)).toEqual(told(answers[0]!))
  expect(await count(`tenants where name = 'Once Ltd'`)).toBe(1)
})

test('posts and comments, which are written with Prisma, are written once', async () => {
  for (const [url, body] of [
    [`${at}/posts`, { title: 'Once upon a time', content: '…' }],
    [`${at}/posts/${acme.ids.postId}/comments`, { content: 'Once upon a time' }],
  ] as const) {
    const request = withKey(uuidV7(), { token: acme.token, body })
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('POST', url, request)))
    expect(answers[0]).toMatchObject({ status: 201 })
    for (const answer of answers) expect(told(answer)).toEqual(told(answers[0]!))
  }
  expect(await count(`posts where title = 'Once upon a time'`)).toBe(1)
  expect(await count(`comments where content = 'Once upon a time'`)).toBe(1)
})

test('a deletion is answered again as it was the first time', async () => {
  const made = await ask<Made>('POST', `${at}/roles`, { token: acme.token, body: { name: 'short-lived' } })
  const request = withKey(uuidV7(), { token: acme.token })
  const url = `${at}/roles/${made.body.id}`
  expect(await ask('DELETE', url, request)).toMatchObject({ status: 204, body: '' })
  expect(await ask('DELETE', url, request)).toMatchObject({ status: 204, body: '' })
  expect(await ask('DELETE', url, { token: acme.token })).toMatchObject({ status: 404 })
})

test('what is kept tells nobody anything: no name, no password, no token', async () => {
  const keys = [uuidV7(), uuidV7()]
  const body = { email: 'secret@example.com', password, name: 'Secret Person' }
  const signedUp = await ask<{ session: { token: string } }>(
    'POST',
    '/v1/sign-up',
    withKey(keys[0]!, { body }),
  )
  await ask(
    'POST',
    `${at}/users`,
    withKey(keys[1]!, { token: acme.token, body: { email: 'hush@example.com', name: 'Hush' } }),
  )

  const { rows } = await admin.query<Record<string, unknown>>(
    'select * from idempotency_keys where key = any ($1)',
    [keys],
  )

  expect(rows).toHaveLength(2)
  for (const row of rows) {
    const text =
      JSON.stringify(row) + Buffer.from(String(row['result']).split(':')[1]!, 'base64url').toString()
    expect(text).not.toMatch(/Secret|secret@|hush|rv_s_|correct horse|Analytical/i)
    expect(text).not.toContain(signedUp.body.session.token)
  }
})

test('an answer that was kept for one request cannot be put in the place of another', async () => {
  const [hers, mine] = [uuidV7(), uuidV7()]
  const ada = { email: 'ada@example.com', password }
  const signedIn = await ask<{ token: string }>('POST', '/v1/sessions', withKey(hers, { body: ada }))
  const request = withKey(mine, { body: { email: 'pia@example.com', password: 'battery staple horse' } })
  await ask('POST', '/v1/sessions', request)
  await admin.query(
    `update idempotency_keys set result = (select result from idempotency_keys where key = $1) where key = $2`,
    [hers, mine],
  )

  const answer = await ask('POST', '/v1/sessions', request)

  expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect(JSON.stringify(answer)).not.toContain(signedIn.body.token)
})

test('a key has 1 to 255 visible characters', async () => {
  const make = (key: string) =>
    ask('POST', `${at}/roles`, withKey(key, { token: acme.token, body: { name: `role ${uuidV7()}` } }))
  for (const key of ['x', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', '~'.repeat(255)])
    expect((await make(key)).status).toBe(201)
  for (const key of ['', ' ', 'a b', '~'.repeat(256), 'ü', 'a\tb']) {
    expect(await make(key), JSON.stringify(key)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ at: 'idempotency-key' }] },
    })
  }
})

test('a server that dies in the act of making a change has made it once when the same is sent again', async () => {
  await admin.query(`create sequence deaths`)
  await admin.query(`create function die_twice() returns trigger language plpgsql security definer as $$
    begin
      -- a sequence is not rolled back, so it knows
      if nextval('deaths') <= 4 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$`)
  await admin.query(`create constraint trigger die_twice after insert on roles deferrable initially deferred
    for each row execute function die_twice()`)
  const request = withKey(uuidV7(), { token: acme.token, body: { name: 'unlucky' } })

  const first = await ask('POST', `${at}/roles`, request)
  const next = await ask('POST', `${at}/roles`, request)
  await admin.query('drop function die_twice cascade')

  expect(first.status).toBe(503)
  expect(next).toMatchObject({ status: 201, body: { name: 'unlucky' } })
  expect(told(await ask('POST', `${at}/roles`, request))).toEqual(told(next))
  expect(await count(`roles where name = 'unlucky'`)).toBe(1)
})

test('every change under /v1 takes a key, and nothing else asks for one', async () => {
  const { body: document } = await ask<{
    paths: Record<string, Record<string, { parameters?: { name: string }[] }>>
  }>('GET', '/openapi.json')
  for (const { method, url } of routes.filter(
    ({ url, method }) => url.startsWith('/v1/') && method !== 'HEAD',
  )) {
    const { parameters = [] } = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!
    const takes = parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key')
    expect([method, url, takes]).toEqual([method, url, method !== 'GET'])
  }
})
