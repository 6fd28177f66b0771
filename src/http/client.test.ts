import type { AddressInfo } from 'node:net'
import { expect, expectTypeOf, test } from 'vitest'
import { createClient, each, etagOf, isProblem, type Page, type User } from '../../client/src/client.ts'
import { testApp } from '../testing/http.ts'
import { operationsOf, type OpenApi, type Operation } from '../testing/openapi.ts'

// a running server, asked over a socket as any program does
const { app } = await testApp()
await app.listen({ host: '127.0.0.1', port: 0 })
const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

const operations = Object.entries(operationsOf(app.swagger() as unknown as OpenApi))
const called = new Set<string>()

const as = (token?: string) => createClient({ baseUrl, token, fetch: noted })
const stranger = as()
const credentials = { email: 'ada@example.com', password: 'correct horse battery' }
const signedUp = await stranger.signUp({ ...credentials, name: 'Ada', tenantName: 'Engines' })
const reeve = as(signedUp.session.token)
const tenantId = signedUp.tenant.id
const signIn = async () => as((await stranger.signIn(credentials)).token)

test('Ada sees who she is, and renames herself', async () => {
  const me = await reeve.whoAmI()
  expect(me).toMatchObject({
    account: { email: 'ada@example.com' },
    tenants: [{ tenantId, userId: signedUp.user.id, permissions: ['*:*'] }],
  })
  expectTypeOf(me.expiresAt).toEqualTypeOf<string>() // times are as they are in JSON
  expect(new Date(me.expiresAt).toISOString()).toBe(me.expiresAt)

  await reeve.renameAccount({ name: 'Ada King' })
  expect(await reeve.readAccount()).toMatchObject({ name: 'Ada King' })
})

test('Ada signs out here, then there, then everywhere else, and changes her password', async () => {
  const [here, there, elsewhere] = [await signIn(), await signIn(), await signIn()]
  const { items } = await here.listSessions()

  await there.revokeSession({ sessionId: items.find(({ isCurrent }) => isCurrent)!.id })
  await expect(here.whoAmI()).rejects.toMatchObject({ code: 'not_signed_in' })

  expect(await there.signOut()).toBeUndefined()
  await expect(there.whoAmI()).rejects.toMatchObject({ code: 'not_signed_in' })

  const other = await signIn()
  expect(await other.revokeOtherSessions()).toEqual({ endedSessions: 2 })
  await expect(elsewhere.whoAmI()).rejects.toMatchObject({ code: 'not_signed_in' })

  const next = 'battery staple horse'
  await other.changePassword({ current: credentials.password, next })
  await expect(signIn()).rejects.toMatchObject({ code: 'sign_in_failed', status: 401 })
  await other.changePassword({ current: next, next: credentials.password })
})

test('Ada founds a tenant, renames it, and closes it', async () => {
  const ada = await signIn()
  const { id } = await ada.createTenant({ name: 'Looms' })

  await ada.updateTenant({ tenantId: id }, { name: 'Silk looms' })
  expect(await ada.readTenant({ tenantId: id })).toMatchObject({ name: 'Silk looms', slug: 'looms' })
  const names = []
  for await (const { name } of each(ada.listTenants)) names.push(name)
  expect(names.toSorted()).toEqual(['Engines', 'Silk looms'])

  expect(await ada.deleteTenant({ tenantId: id })).toBeUndefined()
  await expect(ada.readTenant({ tenantId: id })).rejects.toMatchObject({ code: 'not_found', status: 404 })
})

test('Kim is added, found, changed, vouched for, shut out, let in, and deleted', async () => {
  const ada = await signIn()
  const kim = await ada.createUser({ tenantId }, { email: 'kim@example.com', name: 'Kim Ünal' })
  const here = { tenantId, userId: kim.id }

  const found: Page<User> = await ada.listUsers({ tenantId, q: 'ünal', isActive: true, limit: 5 })
  expect(found).toMatchObject({ items: [{ id: kim.id }], nextCursor: null })

  await ada.updateUser(here, { name: 'Kim Lee', phone: null, profile: { locale: 'de' } })
  expect(await ada.verifyUser(here)).toMatchObject({ isVerified: true })
  expect(await ada.suspendUser(here, { reason: 'on leave' })).toMatchObject({ suspensionReason: 'on leave' })
  expect(await ada.resumeUser(here)).toMatchObject({ isActive: true })
  expect(await ada.suspendUser(here)).toMatchObject({ isActive: false })
  expect(await ada.readUser(here)).toMatchObject({ name: 'Kim Lee', profile: { locale: 'de' } })

  await ada.deleteUser(here)
  await expect(ada.readUser(here)).rejects.toMatchObject({ code: 'not_found' })
})

test('a role is made, changed, given, taken, and deleted', async () => {
  const ada = await signIn()
  const { id: roleId } = await ada.createRole({ tenantId }, { name: 'writer', permissions: ['posts:read'] })
  await ada.updateRole({ tenantId, roleId }, { description: 'Whoever writes.' })
  await ada.setRolePermissions({ tenantId, roleId }, { permissions: ['posts:*', 'comments:read'] })
  expect(await ada.readRole({ tenantId, roleId })).toMatchObject({
    description: 'Whoever writes.',
    permissions: ['comments:read', 'posts:*'],
  })
  expect((await ada.listRoles({ tenantId })).items.map(({ name }) => name)).toContain('writer')
  expect((await ada.listPermissions({ tenantId })).items).not.toEqual([])

  const { id: userId } = await ada.createUser({ tenantId }, { email: 'lee@example.com', name: 'Lee' })
  const validUntil = '2031-01-01T00:00:00.000Z'
  expect(await ada.assignRole({ tenantId, userId, roleId }, { validUntil })).toMatchObject({ validUntil })
  await expect(ada.deleteRole({ tenantId, roleId })).rejects.toMatchObject({ code: 'still_in_use' })
  await ada.unassignRole({ tenantId, userId, roleId })
  await ada.deleteRole({ tenantId, roleId })
})

test('the chief inherits what an editor may, and whoever pays does not approve', async () => {
  const ada = await signIn()
  const make = async (name: string) =>
    (await ada.createRole({ tenantId }, { name, permissions: ['posts:read'] })).id
  const [roleId, juniorId, third] = [await make('chief'), await make('clerk'), await make('payer')]

  expect(await ada.inheritRole({ tenantId, roleId, juniorId })).toMatchObject({ inherits: [juniorId] })
  await expect(ada.inheritRole({ tenantId, roleId: juniorId, juniorId: roleId })).rejects.toMatchObject({
    code: 'role_circle',
  })
  expect(await ada.disinheritRole({ tenantId, roleId, juniorId })).toMatchObject({ inherits: [] })

  const { id: setId } = await ada.createSeparationSet(
    { tenantId },
    { name: 'desk', roleIds: [roleId, juniorId] },
  )
  expect((await ada.addToSeparationSet({ tenantId, setId, roleId: third })).roleIds).toContain(third)
  expect((await ada.takeFromSeparationSet({ tenantId, setId, roleId: third })).roleIds).toHaveLength(2)
  expect(await ada.updateSeparationSet({ tenantId, setId }, { name: 'till' })).toMatchObject({ name: 'till' })
  expect((await ada.listSeparationSets({ tenantId })).items).toMatchObject([{ name: 'till', cardinality: 2 }])
  expect(await ada.readSeparationSet({ tenantId, setId })).toMatchObject({ id: setId })
  await ada.deleteSeparationSet({ tenantId, setId })
})

test('Mia is asked in and comes; Max is asked in and not wanted any more', async () => {
  const ada = await signIn()
  const { token } = await ada.invite({ tenantId }, { email: 'mia@example.com' })
  const { id: invitationId } = await ada.invite({ tenantId }, { email: 'max@example.com' })
  await ada.revokeInvitation({ tenantId, invitationId })

  const mia = await stranger.acceptInvitation({ token, name: 'Mia', password: 'horse staple battery' })

  expect((await as(mia.session!.token).whoAmI()).tenants).toMatchObject([{ tenantId, roles: [] }])
  const states = (await ada.listInvitations({ tenantId })).items.map(({ email, state }) => [email, state])
  expect(states).toEqual([
    ['max@example.com', 'revoked'],
    ['mia@example.com', 'accepted'],
  ])
})

test('Ada writes a post, which is read, talked about, and taken back; the log knows', async () => {
  const ada = await signIn()
  const { id: postId } = await ada.createPost({ tenantId }, { title: 'Engines', content: '…' })
  await ada.updatePost({ tenantId, postId }, { status: 'published' })
  expect(await ada.readPost({ tenantId, postId })).toMatchObject({ title: 'Engines' })
  expect((await ada.listPosts({ tenantId, status: 'published' })).items).toHaveLength(1)

  const { id: commentId } = await ada.createComment({ tenantId, postId }, { content: 'First' })
  const here = { tenantId, postId, commentId }
  await ada.updateComment(here, { content: 'Second' })
  expect(await ada.readComment(here)).toMatchObject({ content: 'Second' })
  expect((await ada.listComments({ tenantId, postId })).items).toHaveLength(1)

  await ada.deleteComment(here)
  await ada.deletePost({ tenantId, postId })
  const { items } = await ada.listAudit({
    tenantId,
    entityType: 'post',
    from: '2020-01-01T00:00:00Z',
    limit: 1,
  })
  expect(items).toMatchObject([{ action: 'post.deleted', entityId: postId }])
})

test('the server says how it is, also to strangers', async () => {
  for (const how of [stranger.readHealth, stranger.readHealthAlias, stranger.readReadiness]) {
    expect(await how()).toMatchObject({ status: 'ok', version: '0.0.0-test' })
  }
  expect(await stranger.readLiveness()).toMatchObject({ status: 'ok' })
})

test('everybody in a list of many pages comes once', async () => {
  const ada = await signIn()
  const { id } = await ada.createTenant({ name: 'Crowd' })
  const made = ['ada@example.com']
  for (let n = 0; n < 24; n++) {
    const { email } = await ada.createUser({ tenantId: id }, { email: `u${n}@example.com`, name: 'U' })
    made.unshift(email)
  }

  for (const limit of [undefined, 7]) {
    const emails = []
    for await (const { email } of each(ada.listUsers, { tenantId: id, limit })) emails.push(email)
    expect(emails).toEqual(made)
  }
})

test('of a person one may ask for a part, and a list comes in the order wanted', async () => {
  const ada = await signIn()
  const { id } = await ada.createTenant({ name: 'Choir' })
  for (const name of ['Zoe', 'Bea'])
    await ada.createUser({ tenantId: id }, { email: `${name}@example.com`, name })

  const choir = { tenantId: id, sort: 'name', fields: ['name', 'isActive'] } as const
  expect((await ada.listUsers({ ...choir, limit: 2 })).items).toEqual([
    { name: 'Ada King', isActive: true },
    { name: 'Bea', isActive: true },
  ])
  const names = []
  for await (const { name } of each(ada.listUsers, { ...choir, limit: 1 })) names.push(name)
  expect(names).toEqual(['Ada King', 'Bea', 'Zoe'])
  expect(await ada.readTenant({ tenantId: id, fields: ['slug'] })).toEqual({ slug: 'choir' })
})

test('of two who change the same person at once, the second is told, and overwrites nothing', async () => {
  const ada = await signIn()
  const { id: userId } = await ada.createUser({ tenantId }, { email: 'noa@example.com', name: 'Noa' })
  const here = { tenantId, userId }
  const [seenHere, seenThere] = [await ada.readUser(here), await ada.readUser(here)]

  const changed = await ada.updateUser(here, { name: 'Noa Lee' }, { ifMatch: etagOf(seenHere) })
  const late = ada.updateUser(here, { name: 'Noa Kim' }, { ifMatch: etagOf(seenThere) })

  await expect(late).rejects.toMatchObject({ code: 'precondition_failed', status: 412 })
  expect(await ada.readUser(here)).toMatchObject({ name: 'Noa Lee' })
  await ada.updateUser(here, { phone: '+44 20 7946 0000' }, { ifMatch: etagOf(changed) })
})

test('what is refused says what and why, and a program can tell', async () => {
  const ada = await signIn()
  const role = { name: 'twice' }
  await ada.createRole({ tenantId }, role)

  const twice = await ada.createRole({ tenantId }, role).catch((error: unknown) => error)
  expect(isProblem(twice, 'name_taken')).toBe(true)

  const long = await ada.createRole({ tenantId }, { name: 'x'.repeat(51) }).catch((error: unknown) => error)
  if (!isProblem(long, 'invalid_request')) throw long
  expect(long.errors).toEqual([{ at: 'name', message: 'must have at most 50 characters' }])
  expect(long.requestId).toMatch(/^[\w-]{36}$/)
  expectTypeOf(long.code).toEqualTypeOf<'invalid_request'>()
})

test('a gateway asks who may do what, of Reeve’s own things and of those that it declares', async () => {
  const { session, tenant } = await stranger.signUp({
    email: 'gateway@example.com',
    password: credentials.password,
    name: 'Gateway',
  })
  const pep = as(session.token)
  const here = { tenantId: tenant.id }
  const [policy, entity] = [
    { ...here, policyType: 'record' },
    { ...here, entityType: 'record', entityName: 'a/b' },
  ]
  const definition = { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] }
  await pep.setPolicy(policy, definition)
  await pep.setEntity(entity, { attributes: { secret: false } })
  expect((await pep.readPolicy(policy)).definition).toEqual(definition)
  expect(await pep.readEntity(entity)).toMatchObject({
    type: 'record',
    id: 'a/b',
    attributes: { secret: false },
  })
  expect((await pep.listPolicies(here)).items.map(({ type }) => type)).toEqual(['record'])
  expect((await pep.listEntities({ ...here, entityType: 'record' })).items.map(({ id }) => id)).toEqual([
    'a/b',
  ])

  const subject = { type: 'user', id: 'gateway@example.com' }
  const action = { name: 'view' }
  const resource = { type: 'record', id: 'a/b' }
  const question = { subject, action, resource }
  const many = { ...question, evaluations: [{}, { action: { name: 'burn' } }] }
  const who = { subject: { type: 'user' }, action, resource }
  const what = { subject, action, resource: { type: 'record' } }
  const how = { subject, resource }
  for (const answer of [await pep.evaluateOne(question), await pep.evaluateOneInTenant(here, question)])
    expect(answer).toEqual({ decision: true })
  for (const answer of [await pep.evaluateMany(many), await pep.evaluateManyInTenant(here, many)])
    expect(answer.evaluations?.map(({ decision }) => decision)).toEqual([true, false])
  for (const answer of [await pep.searchSubjects(who), await pep.searchSubjectsInTenant(here, who)])
    expect(answer.results).toHaveLength(1)
  for (const answer of [await pep.searchResources(what), await pep.searchResourcesInTenant(here, what)])
    expect(answer.results).toEqual([resource])
  for (const answer of [await pep.searchActions(how), await pep.searchActionsInTenant(here, how)])
    expect(answer.results).toEqual([action])
  const { policy_decision_point: point } = await stranger.readAuthzenConfiguration()
  const ofTenant = await stranger.readTenantAuthzenConfiguration(here)
  expect(ofTenant.policy_decision_point).toBe(`${point}/${tenant.id}`)

  await pep.deleteEntity(entity)
  await pep.deletePolicy(policy)
  expect(await pep.evaluateOne(question)).toEqual({ decision: false })
})

test('every operation of the contract has been called', () => {
  expect(operations.map(([route]) => route).filter((route) => !called.has(route))).toEqual([])
})

test.each(operations)('%s is asked as the contract says', async (route, operation) => {
  const [method, path] = route.split(' ') as [string, string]
  const { inPath, inQuery, body } = sampleOf(operation)
  const asked: { url: string; init: RequestInit }[] = []
  const fetch = async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return new Response('{}')
  }
  const methods = createClient({ baseUrl, fetch }) as unknown as Record<
    string,
    (...given: object[]) => unknown
  >
  const takesParams = method === 'GET' || operation.parameters?.some((one) => one.in !== 'header')
  const given = [
    takesParams ? { ...inPath, ...inQuery } : undefined,
    operation.requestBody ? body : undefined,
  ]

  await methods[operation.operationId]!(...given.filter((one) => one !== undefined))

  const [{ url, init }] = asked as [{ url: string; init: RequestInit }]
  const { pathname, searchParams } = new URL(url)
  expect([init.method, pathname]).toEqual([
    method,
    path.replaceAll(/:(\w+)/g, (_, name: string) => inPath[name]!),
  ])
  expect(Object.fromEntries(searchParams)).toEqual(inQuery)
  expect(init.body).toEqual(operation.requestBody ? JSON.stringify(body) : undefined)
  const headers = new Headers(init.headers)
  const accepts = (header: string) =>
    operation.parameters?.some((one) => one.name.toLowerCase() === header) ?? false
  expect(headers.has('idempotency-key')).toBe(accepts('idempotency-key'))
  expect(headers.get('content-type')).toBe(operation.requestBody ? 'application/json' : null)
})

/** Remembers which operation was called. */
function noted(url: string, init: RequestInit) {
  const { pathname } = new URL(url)
  const [route] = operations.find(([one]) => matches(one, `${init.method} ${pathname}`))!
  called.add(route)
  return fetch(url, init)
}

function matches(route: string, asked: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(asked)
}

function sampleOf({ parameters = [] }: Operation) {
  const valuesIn = (place: string) =>
    Object.fromEntries(parameters.filter((one) => one.in === place).map(({ name }) => [name, `some ${name}`]))
  const encoded = Object.fromEntries(Object.keys(valuesIn('path')).map((name) => [name, `the-${name}`]))
  return { inPath: encoded, inQuery: valuesIn('query'), body: { some: 'body' } }
}
