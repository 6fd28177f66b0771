import { expect, test } from 'vitest'
import { testApp, type Made } from '../testing/http.ts'
import { aPlace } from '../testing/place.ts'

const world = await testApp({ console: 'nowhere' })
const { ask } = world
const acme = await aPlace(world, 'Acme')
const { token } = acme
const at = `/v1/tenants/${acme.tenantId}`

type Thing = Made & { name: string; email: string; title: string; createdAt: string }
type Page = { items: Thing[]; nextCursor: string | null }

for (const name of ['Zoë', 'anna', 'Bert', 'Bert', 'Ähm']) {
  const email = `${name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[^a-z]/g, '')}-${name.length}-${Math.random()}@example.com`
  await ask('POST', `${at}/users`, { token, body: { name, email } })
}
for (const title of ['One', 'Two', 'Three']) {
  await ask('POST', `${at}/posts`, { token, body: { title, content: '' } })
}

/** All of a list, page by page. */
async function all(url: string, limit = 2): Promise<Thing[]> {
  const things: Thing[] = []
  const sign = url.includes('?') ? '&' : '?'
  for (let cursor: string | null = ''; cursor !== null;) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { status, body } = await ask<Page>('GET', `${url}${sign}limit=${limit}${next}`, { token })
    expect(status).toBe(200)
    things.push(...body.items)
    cursor = body.nextCursor
  }
  return things
}

const lists: Record<string, { url: string; usual: string; sorts: Record<string, keyof Thing> }> = {
  users: {
    url: `${at}/users`,
    usual: '-createdAt',
    sorts: { createdAt: 'createdAt', name: 'name', email: 'email' },
  },
  posts: { url: `${at}/posts`, usual: '-createdAt', sorts: { createdAt: 'createdAt' } },
}

for (const [name, { url, usual, sorts }] of Object.entries(lists)) {
  test(`${name} come in the order asked for, each once, and turned round with a minus`, async () => {
    const everything = await all(url)
    expect((await all(`${url}?sort=${usual}`)).map(({ id }) => id)).toEqual(everything.map(({ id }) => id))
    for (const [sort, by] of Object.entries(sorts)) {
      const up = await all(`${url}?sort=${sort}`)
      const down = await all(`${url}?sort=-${sort}`, 3)
      expect(up.map(({ id }) => id).toSorted()).toEqual(everything.map(({ id }) => id).toSorted())
      expect(down.map(({ id }) => id)).toEqual(up.map(({ id }) => id).toReversed())
      if (by !== 'name') expect(up.map((thing) => thing[by])).toEqual(up.map((thing) => thing[by]).toSorted())
    }
  })
}

test('roles come by name, or by when they were made', async () => {
  const byName = (await all(`${at}/roles?sort=name`)).map(({ name }) => name)
  const byAge = (await all(`${at}/roles?sort=createdAt`)).map(({ name }) => name)
  expect(byName.toSorted()).toEqual(byAge.toSorted())
  expect(byAge).toEqual((await all(`${at}/roles`)).map(({ name }) => name))
  expect(byName).not.toEqual(byAge)
})

test('somebody is found by their exact address', async () => {
  const [somebody] = await all(`${at}/users?sort=name`)
  const { email } = somebody!
  expect(await all(`${at}/users?email=${encodeURIComponent(email.toUpperCase())}`)).toMatchObject([{ email }])
  expect(await all(`${at}/users?email=nobody@example.com`)).toEqual([])
})

test.each([
  ['users', 'sort=lastLoginAt'],
  ['users', 'sort=-'],
  ['users', 'sort='],
  ['users', 'sort=name,email'],
  ['users', 'sort=name&sort=email'],
  ['users', 'sort=name&q=zo'],
  ['users', 'sort=name&roleId=ROLE'],
  ['users', 'sort=name&email=a@example.com'],
  ['roles', 'sort=-name'],
  ['roles', 'sort=isSystem'],
  ['posts', 'sort=title'],
  ['invitations', 'sort=createdAt'],
])('%s cannot be asked for with %s', async (list, question) => {
  const url = `${at}/${list}?${question.replace('ROLE', acme.ids.roleId)}`
  expect(await ask('GET', url, { token })).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
})

test('a cursor goes on with the list, order and filters that it came from, and with nothing else', async () => {
  const cursorOf = async (url: string) => {
    const { body } = await ask<Page>('GET', `${url}${url.includes('?') ? '&' : '?'}limit=1`, { token })
    return body.nextCursor!
  }
  const elsewhere = await ask<Made>('POST', '/v1/tenants', { token, body: { name: 'Elsewhere' } })
  const other = `/v1/tenants/${elsewhere.body.id}`
  const posts = `${at}/posts`
  const { body: first } = await ask<Page>('GET', posts, { token })
  const [one, two] = first.items.map(({ id }) => id) as [string, string]
  for (const postId of [one, two])
    for (const content of ['a', 'b'])
      await ask('POST', `${posts}/${postId}/comments`, { token, body: { content } })

  const strangers: [string, string][] = [
    [`${at}/users`, `${at}/users?sort=name`],
    [`${at}/users?sort=name`, `${at}/users`],
    [`${at}/users?sort=name`, `${at}/users?sort=-name`],
    [`${at}/users?sort=name`, `${at}/users?sort=email`],
    [`${at}/users`, `${at}/users?isActive=true`],
    [`${at}/users?isActive=true`, `${at}/users?isActive=false`],
    [`${at}/users?q=example.com`, `${at}/users?q=example`],
    [`${at}/users`, `${other}/users`],
    [`${at}/roles`, `${other}/roles`],
    [`${at}/roles`, `${at}/roles?sort=name`],
    [posts, `${posts}?status=draft`],
    [`${posts}/${one}/comments`, `${posts}/${two}/comments`],
    [`${at}/audit-logs`, `${at}/audit-logs?action=user.created`],
    [`${at}/audit-logs?from=2026-01-01T00:00:00Z`, `${at}/audit-logs?from=2026-01-02T00:00:00Z`],
  ]
  for (const [from, into] of strangers) {
    const cursor = await cursorOf(from)
    const ask_ = (url: string) =>
      ask('GET', `${url}${url.includes('?') ? '&' : '?'}cursor=${cursor}`, { token })
    expect(await ask_(from), from).toMatchObject({ status: 200 })
    expect(await ask_(into), `${from} -> ${into}`).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    })
  }
})

test('how many, and which fields, may change from page to page', async () => {
  const { body } = await ask<Page>('GET', `${at}/users?limit=1&sort=email`, { token })
  const next = `${at}/users?limit=50&sort=email&fields=email&cursor=${body.nextCursor}`
  const { status, body: rest } = await ask<Page>('GET', next, { token })
  expect(status).toBe(200)
  expect(rest.items.length).toBe((await all(`${at}/users`)).length - 1)
  expect(Object.keys(rest.items[0]!)).toEqual(['email'])
})
