import { expect, test } from 'vitest'
import { testApp, type Answer, type Made, type Request } from '../testing/http.ts'
import { aUser } from '../testing/people.ts'
import { aPlace, pathOf, type Place } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask, admin, database, signIn } = world
const acme = await aPlace(world)
const { token } = acme

const etagOf = ({ headers }: Answer) => String(headers['etag'])
const ifMatch = (etag: string, request: Request = {}): Request => ({
  token,
  ...request,
  headers: { 'if-match': etag },
})
const ifNoneMatch = (etag: string): Request => ({ token, headers: { 'if-none-match': etag } })
const at = (url: string, place: Place = acme) => pathOf(`/v1/tenants/:tenantId${url}`, place.ids)
const refused = { status: 412, body: { code: 'precondition_failed' } }

/** What has an address of its own, and a change that twenty people make at once, each in their own way. */
const things: Record<
  string,
  { url: string; change: (nth: number) => object; via?: string; method?: string }
> = {
  'a user': { url: at('/users/:userId'), change: (nth) => ({ name: `Kim ${nth}` }) },
  'the profile of a user': {
    url: at('/users/:userId'),
    change: (nth) => ({ profile: { bio: `No ${nth}` } }),
  },
  'a role': { url: at('/roles/:roleId'), change: (nth) => ({ name: `role ${nth}` }) },
  'what a role permits': {
    url: at('/roles/:roleId'),
    via: at('/roles/:roleId/permissions'),
    method: 'PUT',
    change: (nth) => ({
      permissions: ['posts:read', ['users:read', 'roles:read', 'audit:read', 'tenant:read'][nth % 4]],
    }),
  },
  'a tenant': { url: at(''), change: (nth) => ({ name: `Acme ${nth}` }) },
  'an account': { url: '/v1/account', change: (nth) => ({ name: `Olive ${nth}` }) },
  'a post': { url: at('/posts/:postId'), change: (nth) => ({ title: `News ${nth}` }) },
  'a comment': {
    url: at('/posts/:postId/comments/:commentId'),
    change: (nth) => ({ content: `Word ${nth}` }),
  },
}

for (const [name, { url, change, via = url, method = 'PATCH' }] of Object.entries(things)) {
  test(`of twenty people who change ${name} as they saw it, one does, and the others are told`, async () => {
    const seen = await ask('GET', url, { token })

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => ask(method, via, ifMatch(etagOf(seen), { body: change(nth) }))),
    )

    const done = answers.filter(({ status }) => status === 200)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(412)])
    const now = await ask('GET', url, { token })
    expect(now.body).toEqual(done[0]!.body)
    expect(etagOf(now)).toBe(etagOf(done[0]!))
    expect(etagOf(now)).not.toBe(etagOf(seen))
  })

  test(`${name} has one ETag for as long as it stays, whoever asks and whatever part they want`, async () => {
    const one = await ask('GET', url, { token })
    expect(etagOf(one)).toMatch(/^"[\w-]{22}"$/)
    expect(etagOf(await ask('GET', url, { token }))).toBe(etagOf(one))
    expect(etagOf(await ask('GET', `${url}?fields=id`, { token }))).toBe(etagOf(one))
    expect(etagOf(await ask('HEAD', url, { token }))).toBe(etagOf(one))
  })

  test(`whoever has ${name} as it is, is not sent it again`, async () => {
    const { headers } = await ask('GET', url, { token })
    const etag = String(headers['etag'])
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `"a,b",W/${etag} , "c"`, '*']) {
      for (const how of ['GET', 'HEAD']) {
        const answer = await ask(how, url, ifNoneMatch(known))
        expect([known, answer.status, answer.body]).toEqual([known, 304, ''])
        expect(answer.headers).toMatchObject({ etag, 'cache-control': 'no-store' })
        expect(answer.headers).not.toHaveProperty('content-length')
        expect(answer.headers).not.toHaveProperty('content-type')
      }
    }
    expect(await ask('GET', `${url}?fields=id`, ifNoneMatch(etag))).toMatchObject({ status: 304, body: '' })
    for (const other of ['"other"', `"${etag.slice(1, -2)}"`, 'W/"x"', `"x", "y"`]) {
      expect(await ask('GET', url, ifNoneMatch(other))).toMatchObject({ status: 200, headers: { etag } })
    }
  })

  test(`a change of ${name} is made with its ETag, with one of several, and with *`, async () => {
    const etag = etagOf(await ask('GET', url, { token }))
    const first = await ask(method, via, ifMatch(etag, { body: change(101) }))
    expect(first.status).toBe(200)
    const second = await ask(method, via, ifMatch(`"x", ${etagOf(first)}`, { body: change(102) }))
    expect(second.status).toBe(200)
    expect(await ask(method, via, ifMatch('*', { body: change(103) }))).toMatchObject({ status: 200 })
    for (const wrong of [etag, etagOf(second), `W/${etagOf(await ask('GET', url, { token }))}`, '""']) {
      expect(await ask(method, via, ifMatch(wrong, { body: change(104) }))).toMatchObject(refused)
    }
  })
}

test('what was just made has the ETag that it is found with', async () => {
  const { body: tenant } = await ask<Made>('POST', '/v1/tenants', { token, body: { name: 'New' } })
  const making: [string, object][] = [
    ['/v1/tenants', { name: 'Newer' }],
    [`/v1/tenants/${tenant.id}/users`, { email: 'mia@example.com', name: 'Mia', profile: { bio: 'Hello' } }],
    [`/v1/tenants/${tenant.id}/roles`, { name: 'editor', permissions: ['posts:*'] }],
    [`/v1/tenants/${tenant.id}/posts`, { title: 'Hello', content: '' }],
    [at('/posts/:postId/comments'), { content: 'Hello' }],
  ]
  for (const [list, body] of making) {
    const made = await ask('POST', list, { token, body })
    const found = await ask('GET', String(made.headers['location']), { token })
    expect([list, etagOf(made)]).toEqual([list, etagOf(found)])
  }
})

test('whatever is changed about somebody is a change of them', async () => {
  const { body: kim } = await ask<Made>('POST', at('/users'), {
    token,
    body: { email: 'kim.k@example.com', name: 'Kim' },
  })
  const url = at(`/users/${kim.id}`)
  const changes: [string, string, object?][] = [
    ['PUT', `${url}/suspension`, { reason: 'gone' }],
    ['DELETE', `${url}/suspension`],
    ['PUT', `${url}/verification`],
    ['PUT', `${url}/roles/${acme.ids.roleId}`],
    ['DELETE', `${url}/roles/${acme.ids.roleId}`],
    ['PATCH', url, { profile: { locale: 'de' } }],
    ['DELETE', url],
  ]
  for (const [method, where, body] of changes) {
    const seen = etagOf(await ask('GET', url, { token }))
    expect(await ask(method, where, ifMatch('"seen before"', { body })), `${method} ${where}`).toMatchObject(
      refused,
    )
    const { status } = await ask(method, where, ifMatch(seen, { body }))
    expect([method, where, status]).toEqual([method, where, status === 204 ? 204 : 200])
    if (where !== url || method !== 'DELETE') {
      expect(etagOf(await ask('GET', url, { token }))).not.toBe(seen)
      expect(await ask(method, where, ifMatch(seen, { body }))).toMatchObject(refused)
    }
  }
  expect(await ask('DELETE', url, ifMatch('*'))).toMatchObject({ status: 404 })
})

test('of a role that is given and one that is taken at once, to somebody as they were seen, one is', async () => {
  const { body: kim } = await ask<Made>('POST', at('/users'), {
    token,
    body: { email: 'kim.r@example.com', name: 'Kim' },
  })
  const roles = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) =>
      ask<Made>('POST', at('/roles'), { token, body: { name: `given ${name}` } }),
    ),
  )
  const url = at(`/users/${kim.id}`)
  const seen = etagOf(await ask('GET', url, { token }))

  const answers = await Promise.all([
    ...roles.map(({ body }) => ask('PUT', `${url}/roles/${body.id}`, ifMatch(seen))),
    ask('PATCH', url, ifMatch(seen, { body: { profile: { bio: 'New' } } })),
    ask('PUT', `${url}/verification`, ifMatch(seen)),
  ])

  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412, 412])
})

test('a role whose permissions change meanwhile is neither renamed nor deleted as it was', async () => {
  for (let round = 0; round < 5; round++) {
    const made = await ask<Made>('POST', at('/roles'), { token, body: { name: `contended ${round}` } })
    const url = at(`/roles/${made.body.id}`)
    const answers = await Promise.all([
      ask('PUT', `${url}/permissions`, ifMatch(etagOf(made), { body: { permissions: ['posts:read'] } })),
      ask('PATCH', url, ifMatch(etagOf(made), { body: { description: 'Other.' } })),
      ask('DELETE', url, ifMatch(etagOf(made))),
    ])
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412 || status === 404)).toHaveLength(2)
  }
})

test('who replaces permissions without an ETag does not mix with who does with one', async () => {
  const made = await ask<Made>('POST', at('/roles'), { token, body: { name: 'mixed' } })
  const url = at(`/roles/${made.body.id}`)
  const sets = ['users:read', 'roles:read', 'audit:read', 'tenant:read', 'posts:read', 'comments:read']
  for (let round = 0; round < 10; round++) {
    const seen = etagOf(await ask('GET', url, { token }))
    await Promise.all(
      sets.map((permission, nth) => {
        const body = { permissions: [permission] }
        return ask('PUT', `${url}/permissions`, nth % 2 === 0 ? { token, body } : ifMatch(seen, { body }))
      }),
    )
    const { body } = await ask<{ permissions: string[] }>('GET', url, { token })
    expect(body.permissions).toHaveLength(1)
  }
})

test('a role that already permits just that stays as it is', async () => {
  const body = { permissions: ['posts:read', 'users:read:own'] }
  const made = await ask<Made>('POST', at('/roles'), { token, body: { name: 'settled', ...body } })
  const url = at(`/roles/${made.body.id}`)
  for (const permissions of [body.permissions, body.permissions.toReversed()]) {
    const answer = await ask('PUT', `${url}/permissions`, ifMatch(etagOf(made), { body: { permissions } }))
    expect([answer.status, etagOf(answer)]).toEqual([200, etagOf(made)])
  }
})

test('nobody learns by an ETag what they may not read', async () => {
  const role = { name: 'renamer', permissions: ['users:update'] }
  await ask('POST', at('/roles'), { token, body: role })
  const somebody = await signIn(await aUser(database, acme, { roles: [role.name] }))
  const seen = etagOf(await ask('GET', at('/users/:userId'), { token }))

  for (const etag of [seen, '"other"']) {
    const request = { ...ifMatch(etag, { body: { name: 'Kim' } }), token: somebody }
    expect(await ask('PATCH', at('/users/:userId'), request)).toMatchObject({ status: 403 })
  }
  expect(await ask('PATCH', at('/users/:userId'), { token: somebody, body: { name: 'Kim' } })).toMatchObject({
    status: 200,
  })
})

test('with a key and an ETag, the same change sent again is answered again', async () => {
  const url = at('/posts/:postId')
  const seen = etagOf(await ask('GET', url, { token }))
  const request = ifMatch(seen, { body: { title: 'Once, as seen' } })
  request.headers = { ...request.headers, 'idempotency-key': 'once-as-seen' }

  const answers = await Promise.all(Array.from({ length: 5 }, () => ask('PATCH', url, request)))

  for (const answer of answers)
    expect([answer.status, answer.body, etagOf(answer)]).toEqual([200, answers[0]!.body, etagOf(answers[0]!)])
})

test('where there is nothing with an ETag, If-Match is refused rather than passed over', async () => {
  for (const [method, url, body] of [
    ['POST', at('/users'), { email: 'x@example.com', name: 'X' }],
    ['POST', at('/posts/:postId/comments'), { content: 'X' }],
    ['DELETE', at('/invitations/:invitationId'), undefined],
    ['DELETE', '/v1/account/sessions', undefined],
    ['POST', '/v1/sessions', { email: 'x@example.com', password: 'x' }],
  ] as const) {
    expect(await ask(method, url, ifMatch('*', { body })), `${method} ${url}`).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  }
  expect(await admin.query(`select from users where email = 'x@example.com'`)).toMatchObject({ rowCount: 0 })
})

test('what is no list of ETags is refused', async () => {
  for (const text of ['', 'x', '"', '"a" "b"', '"a",', ', "a"', "'a'", '"a", *', `"${'x'.repeat(2000)}"`]) {
    const expected = { status: 400, body: { code: 'invalid_request' } }
    expect(await ask('GET', at('/posts/:postId'), ifNoneMatch(text)), text).toMatchObject(expected)
    const change = ifMatch(text, { body: { title: 'X' } })
    expect(await ask('PATCH', at('/posts/:postId'), change), text).toMatchObject(expected)
  }
})
