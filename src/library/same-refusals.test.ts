import { expect, test } from 'vitest'
import { uuidV7 } from '../foundation/id.ts'
import type { User } from '../reeve.ts'
import { appOn } from '../testing/http.ts'
import { testReeve } from '../testing/library.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { pathOf } from '../testing/place.ts'

const world = await testReeve()
const { reeve, database, as, signIn } = world
const { ask } = await appOn(world)

const acme = await aTenant(database)
const rival = await aTenant(database, 'Rival')
const mia = await aUser(database, acme, { name: 'Mia' })
const owner = await as(acme.owner)
const member = await as(mia)
const tokens = new Map([
  [owner, await signIn(acme.owner)],
  [member, await signIn(mia)],
])
const kim = await owner.users.create({ email: 'kim@example.com', name: 'Kim', username: 'kim' })
const post = await owner.posts.create({ title: 'News', content: '…', status: 'published' })
const draft = await owner.posts.create({ title: 'Draft', content: '…' })
const { items: roles } = await owner.roles.list()
const roleOf = (name: string) => roles.find((role) => role.name === name)!.id
const elsewhere = await as(rival.owner)
const stranger = await elsewhere.users.create({ email: 'sue@example.com', name: 'Sue' })
const nobody = uuidV7()
const cursor = (await owner.users.list({ limit: 1 })).nextCursor!
const used = await owner.invitations.create({ email: 'done@example.com' })
await owner.invitations.revoke(used.id)

const ids = {
  tenant: acme.tenantId,
  kim: kim.id,
  mia: mia.userId,
  me: acme.owner.userId,
  nobody,
  stranger: stranger.id,
  post: post.id,
  draft: draft.id,
  ownerRole: roleOf('owner'),
  adminRole: roleOf('admin'),
}

type Misuse = {
  what: string
  who?: User
  http: [method: string, path: string, body?: unknown]
  library: (user: User) => Promise<unknown>
  code: string
}
const any = <T>(value: unknown) => value as T

const misuses: Misuse[] = [
  // what was sent
  ...[
    {},
    { email: 'x@example.com' },
    { email: 'no address', name: 'X' },
    { email: 'x@example.com', name: '' },
    { email: 'x@example.com', name: 'two\nlines' },
    { email: 'x@example.com', name: 'X'.repeat(121) },
    { email: ['x@example.com'], name: 'X' },
    { email: 'x@example.com', name: 5 },
    { email: 'x@example.com', name: 'X', isVerified: true },
    { email: 'x@example.com', name: 'X', tenantId: rival.tenantId },
    { email: 'x@example.com', name: 'X', avatarUrl: 'javascript:alert(1)' },
    { email: 'x@example.com', name: 'X', roleIds: ['owner'] },
    { email: 'x@example.com', name: 'X', profile: { bio: 'a\0b' } },
    null,
    [],
    'kim',
  ].map((body): Misuse => ({
    what: `a person is ${JSON.stringify(body).slice(0, 60)}`,
    http: ['POST', '/users', body],
    library: (user) => user.users.create(any(body)),
    code: 'invalid_request',
  })),
  ...['0', '101', 'many', '1.5'].map((limit): Misuse => ({
    what: `a page has ${limit} people`,
    http: ['GET', `/users?limit=${limit}`],
    library: (user) => user.users.list(any({ limit })),
    code: 'invalid_request',
  })),
  {
    what: 'a list is asked for by a filter that it does not have',
    http: ['GET', '/users?age=7'],
    library: (user) => user.users.list(any({ age: 7 })),
    code: 'invalid_request',
  },
  {
    what: 'a search has too few letters',
    http: ['GET', '/users?q=%25'],
    library: (user) => user.users.list({ q: '%' }),
    code: 'invalid_request',
  },
  {
    what: 'a cursor is made up',
    http: ['GET', '/users?cursor=abc'],
    library: (user) => user.users.list({ cursor: 'abc' }),
    code: 'invalid_cursor',
  },
  {
    what: 'a cursor is of another list',
    http: ['GET', `/roles?cursor=${cursor}`],
    library: (user) => user.roles.list({ cursor }),
    code: 'invalid_cursor',
  },
  {
    what: 'an id is none',
    http: ['GET', '/users/kim'],
    library: (user) => user.users.read('kim'),
    code: 'invalid_request',
  },
  {
    what: 'a role ends before it begins',
    http: ['PUT', '/users/:kim/roles/:adminRole', { validUntil: '2001-01-01T00:00:00Z' }],
    library: (user) =>
      user.roles.assign({ userId: kim.id, roleId: ids.adminRole, validUntil: new Date('2001-01-01') }),
    code: 'invalid_request',
  },
  {
    what: 'a role ends at no time',
    http: ['PUT', '/users/:kim/roles/:adminRole', { validUntil: 'never' }],
    library: (user) =>
      user.roles.assign({ userId: kim.id, roleId: ids.adminRole, validUntil: new Date('never') }),
    code: 'invalid_request',
  },
  {
    what: 'a permission is in no catalogue',
    http: ['POST', '/roles', { name: 'r', permissions: ['dragons:feed'] }],
    library: (user) => user.roles.create({ name: 'r', permissions: ['dragons:feed'] }),
    code: 'invalid_request',
  },
  {
    what: 'the log is asked for a thing of no sort',
    http: ['GET', '/audit-logs?entityId=:kim'],
    library: (user) => user.audit.list({ entityId: kim.id }),
    code: 'invalid_request',
  },
  {
    what: 'a comment says nothing',
    http: ['POST', '/posts/:post/comments', { content: '  ' }],
    library: (user) => user.comments.create(post.id, { content: '  ' }),
    code: 'invalid_request',
  },
  {
    what: 'a post has no such status',
    http: ['PATCH', '/posts/:post', { status: 'hidden' }],
    library: (user) => user.posts.update(post.id, any({ status: 'hidden' })),
    code: 'invalid_request',
  },

  // what is there
  ...(['nobody', 'stranger'] as const).map((one): Misuse => ({
    what: `the person is ${one}`,
    http: ['PATCH', `/users/:${one}`, { name: 'X' }],
    library: (user) => user.users.update(ids[one], { name: 'X' }),
    code: 'not_found',
  })),
  {
    what: 'the person to be deleted is of another tenant',
    http: ['DELETE', '/users/:stranger'],
    library: (user) => user.users.delete(stranger.id),
    code: 'not_found',
  },
  {
    what: 'the role is given to nobody',
    http: ['PUT', '/users/:nobody/roles/:adminRole'],
    library: (user) => user.roles.assign({ userId: nobody, roleId: ids.adminRole }),
    code: 'not_found',
  },
  {
    what: 'the post is not there',
    http: ['GET', '/posts/:nobody'],
    library: (user) => user.posts.read(nobody),
    code: 'not_found',
  },
  {
    what: 'the address is taken',
    http: ['POST', '/users', { email: 'KIM@example.com', name: 'Kim too' }],
    library: (user) => user.users.create({ email: 'KIM@example.com', name: 'Kim too' }),
    code: 'email_taken',
  },
  {
    what: 'the user name is taken',
    http: ['PATCH', '/users/:mia', { username: 'KIM' }],
    library: (user) => user.users.update(mia.userId, { username: 'KIM' }),
    code: 'name_taken',
  },
  {
    what: 'the name of the role is taken',
    http: ['POST', '/roles', { name: 'admin' }],
    library: (user) => user.roles.create({ name: 'admin' }),
    code: 'name_taken',
  },
  {
    what: 'a system role is renamed',
    http: ['PATCH', '/roles/:adminRole', { name: 'boss' }],
    library: (user) => user.roles.update(ids.adminRole, { name: 'boss' }),
    code: 'system_role',
  },
  {
    what: 'the last owner goes',
    http: ['DELETE', '/users/:me'],
    library: (user) => user.users.delete(ids.me),
    code: 'last_owner',
  },
  {
    what: 'the last owner is one no more',
    http: ['DELETE', '/users/:me/roles/:ownerRole'],
    library: (user) => user.roles.unassign({ userId: ids.me, roleId: ids.ownerRole }),
    code: 'last_owner',
  },
  {
    what: 'somebody who belongs is invited',
    http: ['POST', '/invitations', { email: mia.email }],
    library: (user) => user.invitations.create({ email: mia.email }),
    code: 'already_exists',
  },

  // who asks
  ...(
    [
      [
        'POST',
        '/users',
        (user) => user.users.create({ email: 'x@example.com', name: 'X' }),
        { email: 'x@example.com', name: 'X' },
      ],
      ['DELETE', '/users/:kim', (user) => user.users.delete(kim.id)],
      ['PUT', '/users/:kim/suspension', (user) => user.users.suspend(kim.id)],
      ['POST', '/roles', (user) => user.roles.create({ name: 'mine' }), { name: 'mine' }],
      [
        'PUT',
        '/users/:mia/roles/:adminRole',
        (user) => user.roles.assign({ userId: mia.userId, roleId: ids.adminRole }),
      ],
      ['GET', '/audit-logs', (user) => user.audit.list()],
      ['PATCH', '', (user) => user.tenant.update({ name: 'Mine' }), { name: 'Mine' }],
      ['DELETE', '', (user) => user.tenant.delete()],
      ['DELETE', '/posts/:post', (user) => user.posts.delete(post.id)],
      [
        'POST',
        '/invitations',
        (user) => user.invitations.create({ email: 'x@example.com' }),
        { email: 'x@example.com' },
      ],
    ] satisfies [string, string, Misuse['library'], unknown?][]
  ).map(([method, path, library, body]): Misuse => ({
    what: `a member asks for ${method} ${path || '/'}`,
    who: member,
    http: [method, path, body],
    library,
    code: 'not_allowed',
  })),
  {
    what: 'a member looks at somebody’s draft',
    who: member,
    http: ['GET', '/posts/:draft'],
    library: (user) => user.posts.read(draft.id),
    code: 'not_found',
  },
]

test.each(misuses)(
  'the library and HTTP refuse alike when $what',
  async ({ who = owner, http, library, code }) => {
    const [method, path, body] = http
    const url = pathOf(`/v1/tenants/:tenant${path}`, ids)
    const over = await ask<{ code: string; remedy: string }>(method, url, {
      token: tokens.get(who),
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
    })
    const inProcess = await library(who).then(
      () => ({ code: 'done' }),
      (error: { code: string; message: string; remedy: string }) => error,
    )
    expect({ http: over.body.code, library: inProcess.code }).toEqual({ http: code, library: code })
  },
)

test('strangers are refused alike', async () => {
  const cases = [
    ['/v1/sessions', { email: 'kim@example.com', password: 'wrong' }, reeve.signIn.bind(reeve)],
    ['/v1/sessions', { email: 'kim@example.com' }, reeve.signIn.bind(reeve)],
    ['/v1/sessions', { email: { $ne: '' }, password: 'x' }, reeve.signIn.bind(reeve)],
    [
      '/v1/sign-up',
      { email: 'new@example.com', password: 'password', name: 'New' },
      reeve.signUp.bind(reeve),
    ],
    [
      '/v1/sign-up',
      { email: mia.email, password: 'a horse of course', name: 'New' },
      reeve.signUp.bind(reeve),
    ],
    ['/v1/sign-up', undefined, reeve.signUp.bind(reeve)],
    [
      '/v1/invitations/accept',
      { token: used.token, name: 'N', password: 'a horse of course' },
      reeve.acceptInvitation.bind(reeve),
    ],
    ['/v1/invitations/accept', { token: 'rv_i_x' }, reeve.acceptInvitation.bind(reeve)],
  ] as const
  const codes: string[] = []
  for (const [url, body, verb] of cases) {
    const over = await ask<{ code: string }>('POST', url, { body })
    const inProcess = await (verb as unknown as (given: unknown) => Promise<{ code: string }>)(body).catch(
      (error: { code: string }) => error,
    )
    expect(inProcess.code).toBe(over.body.code)
    codes.push(over.body.code)
  }
  expect(codes).toEqual([
    ...['sign_in_failed', 'invalid_request', 'invalid_request', 'invalid_request', 'email_taken'],
    ...['invalid_request', 'invitation_unusable', 'invitation_unusable'],
  ])
})
