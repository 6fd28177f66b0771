/** AuthZEN 1.0, section "Search APIs": every sentence with a MUST or a SHOULD. */
import { beforeAll, describe, expect, test } from 'vitest'
import { uuidV7 } from '../../foundation/id.ts'
import { testApp, type Made } from '../../testing/http.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { aPep } from '../../testing/pep.ts'
import { declare } from '../../testing/scenarios.ts'

const world = await testApp({ console: 'nowhere' })
const acme = await aTenant(world.database)
const token = await world.signIn(acme.owner)
const pep = aPep(world, token)
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

/** Books of a library: readers read, each in their own language. */
const library = {
  policies: {
    book: {
      actions: ['read', 'lend'],
      subjects: { reader: {}, user: {} },
      rules: [
        {
          actions: ['read'],
          when: { eq: [{ ref: 'resource.properties.language' }, { ref: 'subject.properties.language' }] },
        },
        { actions: ['*'], when: { in: ['owner', { ref: 'subject.user.roles' }] } },
        { actions: ['lend'], when: { eq: [{ ref: 'context.day' }, 'Monday'] } },
      ],
    },
  },
  entities: {
    ...Object.fromEntries(letters.map((id) => [`book:${id}`, { language: id === 'd' ? 'de' : 'en' }])),
    ...Object.fromEntries(letters.map((id) => [`reader:${id}`, { language: id < 'f' ? 'en' : 'de' }])),
  },
}
beforeAll(() => declare(world, acme, token, library))

type Found = { page: { next_token: string; count: number }; results: Record<string, unknown>[] }
const reader = { type: 'reader', id: 'a' }
const book = { type: 'book', id: 'a' }
const read = { name: 'read' }
type Kind = 'subject' | 'resource' | 'action'
const searches: Record<Kind, object> = {
  subject: { subject: { type: 'reader' }, action: read, resource: book },
  resource: { subject: reader, action: read, resource: { type: 'book' } },
  action: { subject: reader, resource: book, context: { day: 'Monday' } },
}
const kinds = Object.keys(searches) as Kind[]
const all: Record<Kind, string[]> = {
  subject: ['a', 'b', 'c', 'd', 'e'],
  resource: ['a', 'b', 'c', 'e', 'f', 'g'],
  action: ['lend', 'read'],
}
const search = (kind: Kind, more: object = {}) =>
  pep.ask<Found>(`search/${kind}`, { ...searches[kind], ...more })
const namesIn = ({ results }: Found) => results.map(({ id, name }) => id ?? name)

describe.each(kinds)('Search APIs: %s', (kind) => {
  test('the answer has results, only of the kind that is searched for, and the page before them', async () => {
    const { status, body } = await search(kind)
    expect([status, namesIn(body)]).toEqual([200, all[kind]])
    expect(Object.keys(body)).toEqual(['page', 'results'])
    for (const one of body.results)
      expect(one).toEqual(
        kind === 'action'
          ? { name: one['name'] }
          : { type: kind === 'subject' ? 'reader' : 'book', id: one['id'] },
      )
  })

  test('any result, when it is evaluated, SHOULD be permitted; and nothing else is', async () => {
    const { body } = await search(kind)
    const whole: Record<string, object> = Object.assign(
      { subject: reader, action: read, resource: book },
      searches[kind],
    )
    const candidates = kind === 'action' ? ['read', 'lend', 'burn'] : [...letters, 'x']
    for (const name of candidates) {
      const part = kind === 'action' ? { name } : { ...whole[kind], id: name }
      const { body: decided } = await pep.ask('evaluation', { ...whole, [kind]: part })
      expect([name, decided]).toEqual([name, { decision: namesIn(body).includes(name) }])
    }
  })

  test('a page that is not the last MUST have a token, the last an empty one', async () => {
    const first = await search(kind, { page: { limit: 1 } })
    expect(first.body.page).toEqual({ next_token: expect.stringMatching(/./), count: 1 })
    expect((await search(kind)).body.page).toEqual({ next_token: '', count: all[kind].length })
    expect((await search(kind, { page: { limit: all[kind].length } })).body.page.next_token).toBe('')
  })

  test('with each token comes the next page, until the token is empty; nothing is missing and nothing twice', async () => {
    for (const limit of [1, 2, 3, 100])
      expect(await pep.search(kind, searches[kind], limit)).toEqual(all[kind])
  })

  test('a follow-up that leaves the limit out has that of the page before', async () => {
    const { body } = await search(kind, { page: { limit: 1 } })
    const second = await search(kind, { page: { token: body.page.next_token } })
    expect([second.status, namesIn(second.body)]).toEqual([200, all[kind].slice(1, 2)])
  })

  test('a follow-up with another limit SHOULD be refused', async () => {
    const { body } = await search(kind, { page: { limit: 1 } })
    for (const limit of [2, 0, 50])
      expect((await search(kind, { page: { token: body.page.next_token, limit } })).status).toBe(400)
  })

  test('a follow-up in which any entity has changed SHOULD be refused', async () => {
    const { body } = await search(kind, { page: { limit: 1 } })
    const page = { limit: 1, token: body.page.next_token }
    const changes = [
      { context: { day: 'Tuesday' } },
      { context: { day: 'Monday', more: 1 } },
      { resource: kind === 'resource' ? { type: 'other' } : { ...book, id: 'b' } },
      { resource: { ...(kind === 'resource' ? { type: 'book' } : book), properties: { a: 1 } } },
      { subject: kind === 'subject' ? { type: 'user' } : { ...reader, id: 'b' } },
      ...(kind === 'action'
        ? []
        : [{ action: { name: 'lend' } }, { action: { ...read, properties: { a: 1 } } }]),
      { page: { ...page, properties: { sort: 'id' } } },
    ]
    for (const change of changes)
      expect([change, (await search(kind, { page, ...change })).status]).toEqual([change, 400])
    expect((await search(kind, { page })).status).toBe(200)
  })

  test('a token is opaque: made up, changed, of another search or of another tenant it is refused', async () => {
    const { body } = await search(kind, { page: { limit: 1 } })
    const given = body.page.next_token
    expect(given).not.toMatch(/^[ab]$|lend/)
    const other = kinds[(kinds.indexOf(kind) + 1) % 3]!
    const elsewhere = aPep(world, await world.signIn((await aTenant(world.database)).owner))
    for (const token of ['x', `${given}A`, given.slice(1), given.toUpperCase(), 'a3M9NDU2O3N6PTI='])
      expect((await search(kind, { page: { token } })).status).toBe(400)
    expect((await search(other, { page: { token: given } })).status).toBe(400)
    expect(
      (await elsewhere.ask(`search/${kind}`, { ...searches[kind], page: { token: given } })).status,
    ).toBe(400)
  })

  test('limit is a non-negative integer; 0 asks for none, and goes on from there', async () => {
    for (const limit of [-1, 1.5, '1', true, {}])
      expect((await search(kind, { page: { limit } })).status).toBe(400)
    const none = await search(kind, { page: { limit: 0 } })
    expect(none.body).toMatchObject({
      page: { count: 0, next_token: expect.stringMatching(/./) },
      results: [],
    })
    expect((await search(kind, { page: { limit: 1_000_000 } })).status).toBe(200)
  })

  test('the page is OPTIONAL, and so is each of its keys', async () => {
    for (const page of [undefined, null, {}, { token: '' }, { token: null, limit: null }, { properties: {} }])
      expect((await search(kind, { page })).status).toBe(200)
    for (const page of ['1', 5, [], { token: 5 }, { properties: 'x' }])
      expect((await search(kind, { page })).status).toBe(400)
  })

  test('the id of what is searched for MUST be ignored, also from page to page', async () => {
    if (kind === 'action') {
      expect((await search(kind, { action: { name: 'burn' } })).body).toEqual((await search(kind)).body)
      return
    }
    const withId = { [kind]: { type: kind === 'subject' ? 'reader' : 'book', id: 'nobody' } }
    expect((await search(kind, withId)).body).toEqual((await search(kind)).body)
    const { body } = await search(kind, { page: { limit: 1 } })
    expect((await search(kind, { ...withId, page: { token: body.page.next_token } })).status).toBe(200)
  })

  test('what is unknown finds nothing, which is no error', async () => {
    const unknown = [
      { subject: { type: 'martian', id: 'a' } },
      { resource: { type: 'spaceship', id: 'a' } },
      {
        subject: { type: 'reader', id: kind === 'subject' ? 'a' : 'nobody' },
        resource: { type: 'spaceship', id: '1' },
      },
      ...(kind === 'action' ? [] : [{ action: { name: 'burn' } }]),
    ]
    for (const change of unknown)
      expect([change, await search(kind, change)]).toMatchObject([
        change,
        { status: 200, body: { page: { next_token: '', count: 0 }, results: [] } },
      ])
  })

  test('the context counts', async () => {
    const monday = { action: { name: 'lend' }, context: { day: 'Monday' } }
    expect(namesIn((await search(kind, monday)).body)).toEqual(kind === 'action' ? all.action : letters)
    expect(namesIn((await search(kind, { ...monday, context: {} })).body)).toEqual(
      kind === 'action' ? ['read'] : [],
    )
  })
})

describe('Search APIs: what is REQUIRED', () => {
  const parts: [Kind, string][] = [
    ...['subject', 'subject.type', 'action', 'action.name', 'resource', 'resource.type', 'resource.id'].map(
      (one): [Kind, string] => ['subject', one],
    ),
    ...['subject', 'subject.type', 'subject.id', 'action', 'action.name', 'resource', 'resource.type'].map(
      (one): [Kind, string] => ['resource', one],
    ),
    ...['subject', 'subject.type', 'subject.id', 'resource', 'resource.type', 'resource.id'].map(
      (one): [Kind, string] => ['action', one],
    ),
  ]
  test.each(parts)('%s search: %s', async (kind, path) => {
    const [name, inner] = path.split('.') as [string, string?]
    for (const value of [undefined, 5, null]) {
      const whole = structuredClone(searches[kind]) as Record<string, Record<string, unknown>>
      if (inner === undefined) whole[name] = value as never
      else whole[name]![inner] = value
      const { status, body } = await pep.ask<{ detail: string }>(`search/${kind}`, whole)
      expect([status, body.detail]).toEqual([400, expect.stringContaining(path)])
    }
  })
})

describe('Search APIs: Reeve’s own things', () => {
  const tenantOf = async () => {
    const tenant = await aTenant(world.database, 'Own')
    const as = await world.signIn(tenant.owner)
    const make = async (what: string, body: object) =>
      (await world.ask<Made>('POST', `/v1/tenants/${tenant.tenantId}/${what}`, { token: as, body })).body.id
    return { tenant, make, pep: aPep(world, as) }
  }

  test('people, what they wrote and what they may do with it, as the verbs of the API have it', async () => {
    const { tenant, make, pep } = await tenantOf()
    const [mia, max] = [await aUser(world.database, tenant), await aUser(world.database, tenant)]
    const asMia = await world.signIn(mia)
    const write = async (body: object) =>
      (await world.ask<Made>('POST', `/v1/tenants/${tenant.tenantId}/posts`, { token: asMia, body })).body.id
    const draft = await write({ title: 'A draft', content: '…' })
    const post = await make('posts', { title: 'News', content: '…', status: 'published' })
    const find = (name: string, id: string) =>
      pep.search(
        'subject',
        { subject: { type: 'user' }, action: { name }, resource: { type: 'post', id } },
        1,
      )
    const everybody = [tenant.owner.userId, mia.userId, max.userId].toSorted()

    expect(await find('read', post)).toEqual(everybody)
    expect(await find('update', post)).toEqual([tenant.owner.userId])
    expect((await find('read', draft)).toSorted()).toEqual([tenant.owner.userId, mia.userId].toSorted())
    expect((await find('delete', draft)).toSorted()).toEqual([tenant.owner.userId, mia.userId].toSorted())

    const subject = { type: 'user', id: mia.email }
    const posts = { subject, resource: { type: 'post' } }
    expect((await pep.search('resource', { ...posts, action: { name: 'read' } }, 1)).toSorted()).toEqual(
      [draft, post].toSorted(),
    )
    expect(await pep.search('resource', { ...posts, action: { name: 'update' } }, 1)).toEqual([draft])
    expect(await pep.search('resource', { ...posts, action: { name: 'create' } })).toEqual([])
    expect(await pep.search('action', { subject, resource: { type: 'post', id: draft } })).toEqual([
      'create',
      'delete',
      'publish',
      'read',
      'update',
    ])
    expect(await pep.search('action', { subject, resource: { type: 'post', id: post } })).toEqual([
      'create',
      'read',
    ])
    expect(await pep.search('action', { subject, resource: { type: 'post', id: uuidV7() } })).toEqual([
      'create',
    ])
  })

  test.each(['user', 'role', 'invitation', 'comment', 'tenant', 'audit_log'])(
    'every %s that the owner may read is found',
    async (type) => {
      const { tenant, make, pep } = await tenantOf()
      const post = await make('posts', { title: 'News', content: '…' })
      await make(`posts/${post}/comments`, { content: 'Hm' })
      await make('invitations', { email: 'new@example.com' })
      const asked = {
        subject: { type: 'user', id: tenant.owner.userId },
        action: { name: 'read' },
        resource: { type },
      }
      const found = await pep.search('resource', asked, 1)
      expect(found).toHaveLength(type === 'role' ? 4 : 1)
      for (const id of found)
        expect(await pep.evaluate(`user:${tenant.owner.userId}`, 'read', `${type}:${id}`)).toBe(true)
    },
  )

  test('it is RECOMMENDED that a search be transitive: whoever has a role that permits it is found', async () => {
    const { tenant, make, pep } = await tenantOf()
    await make('roles', { name: 'registrar', permissions: ['invitations:*'] })
    const kim = await aUser(world.database, tenant, { roles: ['registrar'] })
    const resource = { type: 'invitation', id: await make('invitations', { email: 'new@example.com' }) }
    const found = await pep.search('subject', {
      subject: { type: 'user' },
      action: { name: 'revoke' },
      resource,
    })
    expect(found.toSorted()).toEqual([tenant.owner.userId, kim.userId].toSorted())
  })

  test('a user of Reeve is found once, by the name under which they are permitted, and suspended not at all', async () => {
    const kim = await aUser(world.database, acme, { roles: ['owner'] })
    const lee = await aUser(world.database, acme, { roles: [] })
    await declare(world, acme, token, {
      policies: {},
      entities: { [`user:${lee.email}`]: { language: 'en' }, 'user:guest': { language: 'en' } },
    })
    const asked = { subject: { type: 'user' }, action: read, resource: book }
    expect(await pep.search('subject', asked, 2)).toEqual([
      ...[acme.owner.userId, kim.userId, lee.userId].toSorted(),
      'guest',
    ])
    await world.admin.query('update users set suspended_at = now() where id = any ($1)', [
      [kim.userId, lee.userId],
    ])
    expect(await pep.search('subject', asked)).toEqual([acme.owner.userId, 'guest'])
    expect(await pep.evaluate(`user:${kim.email}`, 'read', 'book:a')).toBe(false)
  })

  test('a search through many of whom few are permitted ends a page early, and goes on', async () => {
    await world.admin.query(
      `insert into entities (tenant_id, type, id, attributes)
       select $1, 'reader', 'z' || lpad(n::text, 5, '0'), jsonb_build_object('language', case n when 4500 then 'en' else 'it' end)
       from generate_series(1, 4600) n`,
      [acme.tenantId],
    )
    const first = await search('subject', { page: { limit: 50 } })
    expect(first.body.page.next_token).not.toBe('')
    expect(await pep.search('subject', searches.subject, 50)).toEqual([...all.subject, 'z04500'])
  })
})
