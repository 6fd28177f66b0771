import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { inTenant } from './database/database.ts'
import { createReeve } from './reeve.ts'
import { inDatabase } from './testing/global-setup.ts'
import { testReeve, urlOf } from './testing/library.ts'
import { aTenant, aUser } from './testing/people.ts'

const { reeve, database, access, admin, adminUrl, as, signIn } = await testReeve()
const password = 'correct horse battery'

test('somebody signs up, is known by their token, and asks somebody in, who accepts', async () => {
  const ada = await reeve.signUp(
    { email: 'Ada@Example.net', password, name: 'Ada', tenantName: 'Analytical Engines' },
    { ip: '::ffff:203.0.113.7', requestId: 'first-visit', userAgent: 'a test' },
  )
  const signedIn = await reeve.signIn({ email: 'ada@example.net', password })
  const session = (await reeve.session(signedIn.token))!
  expect(session.account).toEqual({ id: ada.account.id, email: 'ada@example.net', name: 'Ada' })
  expect(session.tenants.map(({ name, roles }) => ({ name, roles }))).toEqual([
    { name: 'Analytical Engines', roles: ['owner'] },
  ])
  expect((await session.listSessions()).map(({ ip, userAgent }) => ({ ip, userAgent }))).toEqual([
    { ip: null, userAgent: null },
    { ip: '203.0.113.7', userAgent: 'a test' },
  ])

  const owner = session.in(ada.tenant.id)!
  const { items: roles } = await owner.roles.list()
  const { id: roleId } = roles.find((role) => role.name === 'member')!
  const { token } = await owner.invitations.create({ email: 'lee@example.net', roleId })
  const lee = await reeve.acceptInvitation({ token, name: 'Lee', password: 'battery staple horse' })
  const asLee = (await reeve.user(lee.session!.token, ada.tenant.id))!

  expect(asLee.membership).toMatchObject({ name: 'Analytical Engines', roles: ['member'] })
  expect([asLee.can('posts:create'), asLee.can('users:create')]).toEqual([true, false])
  await expect(asLee.users.create({ email: 'mia@example.net', name: 'Mia' })).rejects.toMatchObject({
    code: 'not_allowed',
  })
})

test('every verb of a tenant does what it says', async () => {
  const tenant = await aTenant(database)
  const owner = await as(tenant.owner)

  const kim = await owner.users.create({ email: 'Kim@Example.com', name: 'Kim', profile: { locale: 'de' } })
  expect(await owner.users.read(kim.id)).toEqual(kim)
  expect(await owner.users.update(kim.id, { phone: '+44 20 7946 0000' })).toMatchObject({
    email: 'kim@example.com',
    phone: '+44 20 7946 0000',
    profile: { locale: 'de' },
  })
  expect(await owner.users.suspend(kim.id, { reason: 'on leave' })).toMatchObject({
    isActive: false,
    suspensionReason: 'on leave',
  })
  expect((await owner.users.list({ isActive: false })).items.map(({ id }) => id)).toEqual([kim.id])
  expect(await owner.users.resume(kim.id)).toMatchObject({ isActive: true })
  expect(await owner.users.verify(kim.id)).toMatchObject({ isVerified: true })

  const editor = await owner.roles.create({ name: 'editor', permissions: ['posts:*', 'comments:update:own'] })
  expect(await owner.roles.read(editor.id)).toEqual(editor)
  expect((await owner.roles.update(editor.id, { description: 'writes' })).description).toBe('writes')
  expect((await owner.roles.setPermissions(editor.id, ['posts:*'])).permissions).toEqual(['posts:*'])
  const validUntil = new Date('2040-01-01T00:00:00.123Z')
  const held = await owner.roles.assign({ userId: kim.id, roleId: editor.id, validUntil })
  expect(held.validUntil).toEqual(validUntil)
  await owner.roles.unassign({ userId: kim.id, roleId: editor.id })
  await owner.roles.delete(editor.id)
  expect((await owner.permissions.list()).map(({ name }) => name)).toContain('posts:*')

  const lee = await owner.invitations.create({ email: 'lee@example.com' })
  expect((await owner.invitations.revoke(lee.id)).state).toBe('revoked')
  expect((await owner.invitations.list()).items.map(({ id }) => id)).toEqual([lee.id])

  const post = await owner.posts.create({ title: 'News', content: '…' })
  expect(await owner.posts.read(post.id)).toEqual(post)
  expect((await owner.posts.update(post.id, { status: 'published' })).publishedAt).toBeInstanceOf(Date)
  const comment = await owner.comments.create(post.id, { content: 'Well said' })
  expect((await owner.comments.update(post.id, comment.id, { content: 'Hm' })).content).toBe('Hm')
  expect(await owner.comments.read(post.id, comment.id)).toMatchObject({ content: 'Hm' })
  expect((await owner.comments.list(post.id)).items).toHaveLength(1)
  await owner.comments.delete(post.id, comment.id)
  expect((await owner.posts.list({ status: 'published' })).items.map(({ id }) => id)).toEqual([post.id])
  await owner.posts.delete(post.id)

  await owner.users.delete(kim.id)
  await expect(owner.users.read(kim.id)).rejects.toMatchObject({ code: 'not_found' })
  const from = new Date(Date.now() - 60_000)
  const { items: log } = await owner.audit.list({ entityType: 'user', entityId: kim.id, from, limit: 100 })
  expect(log.at(-1)).toMatchObject({ action: 'user.created', userId: owner.id })

  expect((await owner.tenant.update({ name: 'Acme & Sons' })).name).toBe('Acme & Sons')
  expect((await owner.tenant.read()).name).toBe('Acme & Sons')
  await owner.tenant.delete()
  await expect(owner.tenant.read()).rejects.toMatchObject({ code: 'not_found' })
})

test('a list goes on where its cursor says, and another list’s cursor is refused', async () => {
  const tenant = await aTenant(database)
  const owner = await as(tenant.owner)
  for (const name of ['A', 'B', 'C', 'D']) await owner.users.create({ email: `${name}@example.com`, name })

  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await owner.users.list({ limit: 2, cursor })
    names.push(...page.items.map((user) => user.name))
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  expect(names).toEqual(['D', 'C', 'B', 'A', 'Olive Owner'])

  const sorted = await owner.users.list({ sort: 'name', limit: 2 })
  const rest = await owner.users.list({ sort: 'name', limit: 4, cursor: sorted.nextCursor! })
  expect([...sorted.items, ...rest.items].map(({ name }) => name)).toEqual([
    'A',
    'B',
    'C',
    'D',
    'Olive Owner',
  ])
  expect((await owner.users.list({ email: 'C@example.com' })).items.map(({ name }) => name)).toEqual(['C'])

  const { nextCursor } = await owner.users.list({ limit: 1 })
  await expect(owner.roles.list({ cursor: nextCursor! })).rejects.toMatchObject({ code: 'invalid_cursor' })
  const elsewhere = await as((await aTenant(database)).owner)
  await expect(elsewhere.users.list({ cursor: nextCursor! })).rejects.toMatchObject({
    code: 'invalid_cursor',
  })
})

test('somebody looks after their own account and sessions', async () => {
  const { session: first, account } = await reeve.signUp({ email: 'noa@example.net', password, name: 'Noa' })
  const second = await reeve.signIn({ email: 'noa@example.net', password })
  const here = (await reeve.session(first.token))!

  expect((await here.renameAccount({ name: 'Noa N.' })).name).toBe('Noa N.')
  expect(await here.readAccount()).toMatchObject({ id: account.id, name: 'Noa N.' })
  expect(await here.changePassword({ current: password, next: 'another horse entirely' })).toBe(1)
  expect(await reeve.session(second.token)).toBeUndefined()

  const third = await reeve.signIn({ email: 'noa@example.net', password: 'another horse entirely' })
  expect(await here.revokeOtherSessions()).toBe(1)
  const fourth = await reeve.signIn({ email: 'noa@example.net', password: 'another horse entirely' })
  await here.revokeSession((await reeve.session(fourth.token))!.id)
  for (const { token } of [third, fourth]) expect(await reeve.session(token)).toBeUndefined()

  const founded = await here.createTenant({ name: 'Second home' })
  expect((await reeve.user(first.token, founded.id))!.can('tenant:delete')).toBe(true)
  await here.signOut()
  expect(await reeve.session(first.token)).toBeUndefined()
})

test('somebody who has an account accepts an invitation with it, and nobody else can', async () => {
  const owner = await as((await aTenant(database)).owner)
  const { session } = await reeve.signUp({ email: 'pat@example.net', password, name: 'Pat' })
  const { token } = await owner.invitations.create({ email: 'pat@example.net' })
  const stranger = await reeve.signUp({ email: 'sly@example.net', password, name: 'Sly' })

  await expect(
    reeve.acceptInvitation({ token, name: 'Sly', password, accountId: stranger.account.id } as never),
  ).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(
    (await reeve.session(stranger.session.token))!.acceptInvitation({ token }),
  ).rejects.toMatchObject({
    code: 'not_allowed',
  })
  await (await reeve.session(session.token))!.acceptInvitation({ token })
  expect(await reeve.user(session.token, owner.tenantId)).toBeDefined()
})

test('nobody is found by what is no token, in another tenant, or by the tenant of nobody', async () => {
  const [mine, theirs] = [await aTenant(database), await aTenant(database)]
  const token = await signIn(mine.owner)
  for (const odd of ['', 'rv_s_', `${token}x`, undefined, null, 5, { toString: () => token }])
    expect(await reeve.session(odd as string)).toBeUndefined()
  expect(await reeve.user(token, theirs.tenantId)).toBeUndefined()
  expect(await reeve.user(token, undefined as never)).toBeUndefined()
  expect((await reeve.user(token, mine.tenantId.toUpperCase()))?.id).toBe(mine.owner.userId)
})

test('what happens in one transaction happens together or not at all, own tables included', async () => {
  await admin.query(`
    create table notes (tenant_id uuid not null, user_id uuid not null, text text not null);
    alter table notes enable row level security;
    create policy notes_of_tenant on notes using (tenant_id = (select reeve.tenant_id()));
    grant select, insert on notes to reeve_app`)
  const owner = await as((await aTenant(database)).owner)
  const other = await as((await aTenant(database)).owner)

  const made = await owner.transaction(async (tx) => {
    const kim = await tx.users.create({ email: 'kim@example.com', name: 'Kim' })
    const [note] = await tx.query<{ text: string }>(
      'insert into notes (tenant_id, user_id, text) values ($1, $2, $3) returning text',
      [tx.tenantId, kim.id, 'welcome'],
    )
    expect(note).toEqual({ text: 'welcome' })
    return kim
  })
  expect(await owner.users.read(made.id)).toMatchObject({ name: 'Kim' })

  const failed = owner.transaction(async (tx) => {
    await tx.users.create({ email: 'lee@example.com', name: 'Lee' })
    await tx.query('insert into notes (tenant_id, user_id, text) values ($1, $2, $3)', [
      ...[other.tenantId, made.id, 'into another tenant'],
    ])
  })
  await expect(failed).rejects.toMatchObject({ code: 'not_allowed' })
  expect((await owner.users.list({ q: 'lee' })).items).toEqual([])
  expect(await other.transaction((tx) => tx.query('select * from notes'))).toEqual([])
  expect(await owner.transaction((tx) => tx.query('select text from notes'))).toEqual([{ text: 'welcome' }])
})

test('a statement of one’s own that PostgreSQL refuses is told in our words, without its values', async () => {
  const owner = await as((await aTenant(database)).owner)
  const failed = await owner
    .transaction((tx) => tx.query('select $1::uuid', ['secret-text']))
    .catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'invalid_request' })
  expect(JSON.stringify([failed, String(failed), (failed as Error).stack])).not.toContain('secret-text')
})

test('two who act at the same moment through few connections are never taken for each other', async () => {
  const narrow = await createReeve({ databaseUrl: urlOf(access), poolSize: 2 })
  try {
    const tenants = await Promise.all([aTenant(database, 'North'), aTenant(database, 'South')])
    const users = await Promise.all(
      tenants.map(async ({ owner, tenantId }) => (await narrow.user(await signIn(owner), tenantId))!),
    )
    const work = async (i: number) => {
      const me = users[i % 2]!
      if (i % 3 === 0) await me.users.create({ email: `p${i}@example.com`, name: `P${i}` })
      const { items } = i % 5 === 0 ? await me.posts.list() : await me.users.list({ limit: 100 })
      const tenant = await me.tenant.read()
      expect(tenant.id).toBe(me.tenantId)
      return { me, ids: items.map(({ id }) => id) }
    }
    const seen: Awaited<ReturnType<typeof work>>[] = []
    for (let i = 0; i < 300; i += 60) {
      seen.push(...(await Promise.all(Array.from({ length: 60 }, (_, j) => work(i + j)))))
    }
    const [north, south] = users.map(
      (user) => new Set(seen.filter(({ me }) => me === user).flatMap(({ ids }) => ids)),
    )
    expect([...north!].filter((id) => south!.has(id))).toEqual([])
    const { rows } = await admin.query(
      `select tenant_id, count(*)::int as made from audit_logs
       where action = 'user.created' and tenant_id = any ($1) and user_id = any ($2) group by 1 order by 1`,
      [tenants.map(({ tenantId }) => tenantId), users.map(({ id }) => id)],
    )
    expect(rows.map(({ made }) => made)).toEqual([50, 50])
  } finally {
    await narrow.close()
  }
})

test('the operator does what nobody else may, and the audit log knows the name', async () => {
  const operator = reeve.operator('nightly job', { requestId: 'night-1' })
  const account = await operator.accounts.create({ email: 'ops@example.net', name: 'Ops', password })
  const tenant = await operator.tenants.create({ accountId: account.id, name: 'Night shift' })
  const there = operator.in(tenant.id)
  const kim = await there.users.create({ email: 'kim@example.com', name: 'Kim' })
  await there.transaction((tx) => tx.users.suspend(kim.id, { reason: 'night' }))
  const { items } = await there.audit.list({ entityType: 'user', entityId: kim.id })
  expect(items.map(({ action, operator: name, requestId }) => ({ action, name, requestId }))).toEqual([
    { action: 'user.updated', name: 'nightly job', requestId: 'night-1' },
    { action: 'user.created', name: 'nightly job', requestId: 'night-1' },
  ])
  expect((await operator.tenants.list({ limit: 1 })).items[0]!.id).toBe(tenant.id)

  const { token } = await reeve.signIn({ email: 'ops@example.net', password })
  expect(await operator.accounts.listSessions(account.id)).toHaveLength(1)
  await operator.accounts.disable(account.id, { reason: 'left' })
  expect(await reeve.session(token)).toBeUndefined()
  expect((await operator.accounts.enable(account.id)).isDisabled).toBe(false)
  expect((await operator.accounts.rename(account.id, { name: 'Opal' })).name).toBe('Opal')
  await operator.accounts.setPassword(account.id, 'quite another horse')
  await reeve.signIn({ email: 'ops@example.net', password: 'quite another horse' })
  expect(await operator.accounts.revokeSessions(account.id)).toBe(1)
  expect((await operator.accounts.read(account.id)).email).toBe('ops@example.net')
})

test('the operator who mistypes a tenant, or names a deleted one, is told so', async () => {
  const operator = reeve.operator('support')
  await expect(operator.in('01890000-0000-7000-8000-000000000000').users.list()).rejects.toMatchObject({
    code: 'not_found',
  })
  const { tenantId, owner } = await aTenant(database)
  await (await as(owner)).tenant.delete()
  await expect(operator.in(tenantId).posts.list()).rejects.toMatchObject({ code: 'not_found' })
  expect(() => operator.in('north')).toThrow('tenantId: must be a UUID')
  expect(() => reeve.operator('')).toThrow('name: must not be empty')
})

test('who was suspended, or lost a role, is refused by the verbs whatever can() remembers', async () => {
  const tenant = await aTenant(database)
  const mia = await aUser(database, tenant, { name: 'Mia', roles: ['admin'] })
  const loaded = await as(mia)
  await admin.query('delete from user_roles where user_id = $1', [mia.userId])
  expect(loaded.can('users:create')).toBe(true)
  await expect(loaded.users.create({ email: 'x@example.com', name: 'X' })).rejects.toMatchObject({
    code: 'not_allowed',
  })
  expect((await as(mia)).can('users:create')).toBe(false)
  await (await as(tenant.owner)).users.suspend(mia.userId)
  await expect(loaded.users.list()).rejects.toMatchObject({ code: 'not_found' })
})

test('demand() refuses in the words of the database', async () => {
  const tenant = await aTenant(database)
  const mia = await as(await aUser(database, tenant))
  const inWords = (error: { code: string; message: string; remedy: string }) => {
    const { code, message, remedy } = error
    return { code, message, remedy }
  }
  const here = await mia.transaction(async () => mia.demand('users:create')).catch(inWords)
  const there = await mia.users.create({ email: 'x@example.com', name: 'X' }).catch(inWords)
  expect(here).toEqual(there)
})

test('a loaded user’s context is the one that a transaction of one’s own declares', async () => {
  const { owner } = await aTenant(database)
  const me = await as(owner)
  const declared = await inTenant(reeve.database, me.context, async (tx) => {
    await tx.start()
    const { rows } = await tx.client.query<{ tenant: string; me: string }>(
      'select reeve.tenant_id() as tenant, reeve.user_id() as me',
    )
    return rows[0]
  })
  expect(declared).toEqual({ tenant: me.tenantId, me: me.id })
})

test('two of them live in one process, each with its own database, and end by themselves', async () => {
  const one = await createReeve({ databaseUrl: urlOf(access) })
  const two = await createReeve({ databaseUrl: urlOf(access) })
  const { token } = await one
    .signUp({ email: 'duo@example.net', password, name: 'Duo' })
    .then((made) => made.session)
  expect((await two.session(token))?.account.name).toBe('Duo')
  await Promise.all([one.close(), one.close()])
  await one.close()
  await expect(one.session(token)).rejects.toMatchObject({ code: 'shutting_down' })
  await expect(one.operator('late').tenants.list()).rejects.toMatchObject({ code: 'shutting_down' })
  expect((await two.session(token))?.account.name).toBe('Duo')
  await two.close()
})

test('closing waits for what is under way', async () => {
  const short = await createReeve({ databaseUrl: urlOf(access) })
  const { owner } = await aTenant(database)
  const me = (await short.user(await signIn(owner), owner.context.tenantId))!
  const slow = me.transaction(async (tx) => {
    await tx.query('select pg_sleep(0.3)')
    return tx.users.create({ email: 'slow@example.com', name: 'Slow' })
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await short.close()
  expect(await slow).toMatchObject({ name: 'Slow' })
})

test('a login above row-level security acts as the server in development, and is refused in production', async () => {
  const secretKeys = `k:${Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64')}`
  const inDevelopment = await createReeve({ databaseUrl: adminUrl })
  const { rows } = await inDevelopment.database.pool.query(
    'select current_user as me, count(*)::int from users group by 1',
  )
  expect(rows).toEqual([])
  await inDevelopment.close()

  const before = process.env['NODE_ENV']
  for (const name of ['production', 'staging']) {
    process.env['NODE_ENV'] = name
    try {
      await expect(createReeve({ databaseUrl: adminUrl, secretKeys })).rejects.toMatchObject({
        code: 'unsafe_role',
      })
    } finally {
      process.env['NODE_ENV'] = before
    }
  }
})

test('a schema of another version is refused, whoever looks, and the remedy is named', async () => {
  const outdated = { code: 'schema_outdated', remedy: expect.stringContaining('reeve migrate deploy') }
  const empty = inDatabase(adminUrl, 'template1')
  await expect(createReeve({ databaseUrl: empty })).rejects.toMatchObject(outdated)
  const { pathname } = new URL(empty)
  await expect(
    createReeve({ databaseUrl: urlOf({ ...access, database: pathname.slice(1) }) }),
  ).rejects.toMatchObject(outdated)

  await admin.query(`alter table users rename column phone to telephone`)
  await expect(createReeve({ databaseUrl: urlOf(access) })).rejects.toMatchObject(outdated)
  await admin.query(`alter table users rename column telephone to phone`)

  await admin.query(`update _prisma_migrations set rolled_back_at = now()
                     where migration_name = (select max(migration_name) from _prisma_migrations)`)
  await expect(createReeve({ databaseUrl: adminUrl })).rejects.toMatchObject({
    ...outdated,
    message: expect.stringContaining('1 migrations are pending'),
  })
  await admin.query('update _prisma_migrations set rolled_back_at = null')
})

test('a database that is not there, or says nothing, is refused within seconds, with a remedy and no password', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as AddressInfo
  const nowhere = ['127.0.0.1:1', 'no-such-host.invalid:5432', `127.0.0.1:${port}`]
  for (const host of nowhere) {
    const began = performance.now()
    const failed = await createReeve({ databaseUrl: `postgresql://reeve_app:hush-hush@${host}/reeve` }).catch(
      (error: unknown) => error,
    )
    expect(performance.now() - began).toBeLessThan(8_000)
    expect(failed).toMatchObject({ code: 'database_unreachable', remedy: expect.stringMatching(/\w/) })
    expect(JSON.stringify([failed, String(failed), (failed as Error).stack])).not.toContain('hush-hush')
  }
  silent.close()
  const wrong = createReeve({ databaseUrl: urlOf({ ...access, password: 'wrong' }) })
  await expect(wrong).rejects.toMatchObject({ code: 'database_refused_us' })
})
