import { expect, test } from 'vitest'
import { openPrisma, withTenant, type TenantPrisma } from '../../database/prisma.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { createPost, type NewPost } from './create.ts'
import { deletePost } from './delete.ts'
import { listPosts, type PostFilter } from './list.ts'
import { readPost } from './read.ts'
import { archivePost, publishPost, updatePost, type PostChanges } from './update.ts'

const { database, admin } = await testDatabase()
const prisma = await openPrisma(database)

const as = <T>({ context }: Person, work: (tx: TenantPrisma) => Promise<T>) =>
  withTenant(prisma, context, work)
const create = (who: Person, post: Partial<NewPost> = {}) =>
  as(who, (tx) => createPost(tx, { title: 'Hello', content: 'World', ...post }))
const read = (who: Person, postId: string) => as(who, (tx) => readPost(tx, postId))
const update = (who: Person, postId: string, changes: PostChanges) =>
  as(who, (tx) => updatePost(tx, postId, changes))
const remove = (who: Person, postId: string) => as(who, (tx) => deletePost(tx, postId))
const list = (who: Person, filter: PostFilter & { limit?: number; after?: string } = {}) =>
  as(who, (tx) => listPosts(tx, { limit: 20, ...filter }))

const notAllowed = { code: 'not_allowed' }
const notFound = { code: 'not_found' }

async function aHouse() {
  const acme = await aTenant(database)
  const [mia, max, viewer] = [
    await aUser(database, acme),
    await aUser(database, acme),
    await aUser(database, acme, { roles: ['viewer'] }),
  ]
  return { acme, owner: acme.owner, mia, max, viewer }
}

/** Somebody whose only role permits just this. */
async function whoMay(acme: Tenant, ...permissions: string[]): Promise<Person> {
  const person = await aUser(database, acme, { roles: [] })
  const roleId = uuidV7()
  await admin.query('insert into roles (tenant_id, id, name) values ($1, $2, $3)', [
    acme.tenantId,
    roleId,
    roleId,
  ])
  for (const granted of permissions) {
    const [resource, action, scope = 'any'] = granted.split(':')
    const values = [acme.tenantId, roleId, `${resource}:${action}`, scope]
    await admin.query('insert into role_permissions values ($1, $2, $3, $4)', values)
  }
  const values = [acme.tenantId, person.userId, roleId]
  await admin.query('insert into user_roles (tenant_id, user_id, role_id) values ($1, $2, $3)', values)
  return person
}

test('a member writes a post; it is a draft until they publish it', async () => {
  const { mia, viewer } = await aHouse()

  const post = await create(mia, { title: '  Grüße  ', content: 'aus 東京' })
  expect(post).toMatchObject({ title: 'Grüße', content: 'aus 東京', userId: mia.userId, status: 'draft' })
  expect(post.publishedAt).toBeNull()
  await expect(read(viewer, post.id)).rejects.toMatchObject(notFound)

  const published = await as(mia, (tx) => publishPost(tx, post.id))
  expect(published).toMatchObject({ status: 'published', publishedAt: expect.any(Date) })
  expect(await read(viewer, post.id)).toEqual(published)
})

test('a viewer writes nothing', async () => {
  const { viewer } = await aHouse()

  await expect(create(viewer)).rejects.toMatchObject(notAllowed)
  expect((await list(viewer)).items).toEqual([])
})

test('to begin with a published post takes the permission to publish', async () => {
  const { acme, mia } = await aHouse()
  const writer = await whoMay(acme, 'posts:read', 'posts:create')

  expect(await create(mia, { status: 'published' })).toMatchObject({ publishedAt: expect.any(Date) })
  await expect(create(writer, { status: 'published' })).rejects.toMatchObject(notAllowed)
  expect(await create(writer)).toMatchObject({ status: 'draft' })
})

test('a draft and an archived post are there for their author and for those who may change every post', async () => {
  const { mia, max, owner, viewer } = await aHouse()
  const draft = await create(mia)
  const archived = await create(mia, { status: 'published' })
  await as(mia, (tx) => archivePost(tx, archived.id))

  for (const { id } of [draft, archived]) {
    expect((await read(mia, id)).id).toBe(id)
    expect((await read(owner, id)).id).toBe(id)
    await expect(read(max, id)).rejects.toMatchObject(notFound)
    await expect(read(viewer, id)).rejects.toMatchObject(notFound)
  }
  expect((await list(mia)).items.map(({ id }) => id)).toEqual([archived.id, draft.id])
  expect((await list(owner)).items).toHaveLength(2)
  expect((await list(max)).items).toEqual([])
})

test('members change their own posts and not those of others, which an admin may', async () => {
  const { acme, mia, max } = await aHouse()
  const editor = await aUser(database, acme, { roles: ['admin'] })
  const { id } = await create(mia, { status: 'published' })

  await expect(update(max, id, { title: 'Mine' })).rejects.toMatchObject(notAllowed)
  expect(await update(mia, id, { title: 'Better' })).toMatchObject({ title: 'Better', content: 'World' })
  expect(await update(editor, id, { content: 'Best' })).toMatchObject({ title: 'Better', content: 'Best' })
  expect((await read(mia, id)).userId).toBe(mia.userId)
})

test('the words take one permission, the status another, and to send both back unchanged takes neither', async () => {
  const { acme, mia } = await aHouse()
  const { id, title, content, status } = await create(mia, { status: 'published' })
  const corrector = await whoMay(acme, 'posts:read', 'posts:update')
  const publisher = await whoMay(acme, 'posts:read', 'posts:publish')

  expect(await update(corrector, id, { title: 'Corrected', content, status })).toMatchObject({
    title: 'Corrected',
  })
  await expect(update(corrector, id, { status: 'archived' })).rejects.toMatchObject(notAllowed)
  await expect(update(publisher, id, { title })).rejects.toMatchObject(notAllowed)
  expect(await update(publisher, id, { title: 'Corrected', content })).toMatchObject({ status: 'published' })
  expect(await update(publisher, id, { status: 'archived' })).toMatchObject({ status: 'archived' })
})

test('publishing again keeps the time of the last publication, and archiving does not lose it', async () => {
  const { mia } = await aHouse()
  const { id, publishedAt } = await create(mia, { status: 'published' })

  expect((await as(mia, (tx) => publishPost(tx, id))).publishedAt).toEqual(publishedAt)
  expect((await as(mia, (tx) => archivePost(tx, id))).publishedAt).toEqual(publishedAt)
  const again = (await as(mia, (tx) => publishPost(tx, id))).publishedAt!
  expect(again.valueOf()).toBeGreaterThan(publishedAt!.valueOf())
})

test('members delete their own posts and not those of others', async () => {
  const { mia, max, owner } = await aHouse()
  const [one, other] = [
    await create(mia, { status: 'published' }),
    await create(mia, { status: 'published' }),
  ]

  await expect(remove(max, one.id)).rejects.toMatchObject(notAllowed)
  await remove(mia, one.id)
  await remove(owner, other.id)

  await expect(read(mia, one.id)).rejects.toMatchObject(notFound)
  await expect(remove(mia, one.id)).rejects.toMatchObject(notFound)
  expect((await list(owner)).items).toEqual([])
})

test('a post that somebody may not see can be neither changed nor deleted nor told from one that is not there', async () => {
  const { acme, mia } = await aHouse()
  const janitor = await whoMay(acme, 'posts:read', 'posts:delete', 'posts:publish')
  const { id } = await create(mia)

  await expect(update(janitor, id, { status: 'published' })).rejects.toMatchObject(notFound)
  await expect(remove(janitor, id)).rejects.toMatchObject(notFound)
  await expect(remove(janitor, uuidV7())).rejects.toMatchObject(notFound)
})

test('whoever may read only their own posts finds only those', async () => {
  const { acme, mia } = await aHouse()
  const loner = await whoMay(acme, 'posts:read:own', 'posts:create')
  const theirs = await create(mia, { status: 'published' })
  const own = await create(loner)

  expect((await list(loner)).items.map(({ id }) => id)).toEqual([own.id])
  expect((await list(loner, { userId: mia.userId })).items).toEqual([])
  await expect(read(loner, theirs.id)).rejects.toMatchObject(notFound)
})

test('another tenant has no part in any of it', async () => {
  const { mia } = await aHouse()
  const { owner: stranger } = await aTenant(database, 'Globex')
  const { id } = await create(mia, { status: 'published' })
  const intruder = { ...stranger, context: { ...stranger.context, tenantId: mia.context.tenantId } }

  await expect(read(stranger, id)).rejects.toMatchObject(notFound)
  await expect(update(stranger, id, { title: 'Mine' })).rejects.toMatchObject(notFound)
  await expect(remove(stranger, id)).rejects.toMatchObject(notFound)
  expect((await list(stranger)).items).toEqual([])
  await expect(list(intruder)).rejects.toMatchObject(notFound)
  await expect(create(intruder)).rejects.toMatchObject(notFound)
})

test('posts are turned over page by page, the newest first, each once', async () => {
  const { mia, max } = await aHouse()
  const ids = []
  for (let i = 0; i < 7; i++) ids.unshift((await create(i % 2 === 0 ? mia : max, { status: 'published' })).id)

  const seen: string[] = []
  let after: string | null | undefined
  do {
    const page = await list(mia, { limit: 3, ...(after ? { after } : {}) })
    expect(page.items.length).toBeLessThanOrEqual(3)
    seen.push(...page.items.map(({ id }) => id))
    after = page.next
  } while (after !== null)

  expect(seen.toSorted()).toEqual(ids.toSorted())
  expect(seen).toEqual(seen.toSorted().toReversed())
})

test('posts are found by status and by author', async () => {
  const { mia, max, owner } = await aHouse()
  const draft = await create(mia)
  const published = await create(mia, { status: 'published' })
  await create(max)

  const ids = async (filter: PostFilter) => (await list(owner, filter)).items.map(({ id }) => id)
  expect(await ids({ userId: mia.userId })).toEqual([published.id, draft.id])
  expect(await ids({ status: 'published' })).toEqual([published.id])
  expect(await ids({ status: 'draft', userId: mia.userId })).toEqual([draft.id])
  expect(await ids({ status: 'archived' })).toEqual([])
})

test.each([
  ['no title', { title: '  ' }],
  ['a title of 201 letters', { title: 'x'.repeat(201) }],
  ['a title of two lines', { title: 'one\ntwo' }],
  ['a text of 100,001 letters', { content: 'x'.repeat(100_001) }],
  ['a NUL character', { content: 'a\0b' }],
  ['a status that there is not', { status: 'gone' as 'draft' }],
])('a post with %s is refused, and leaves nothing', async (_, post) => {
  const { mia } = await aHouse()

  await expect(create(mia, post)).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await list(mia)).items).toEqual([])
})

test('a post takes all that it has room for', async () => {
  const { mia } = await aHouse()
  const post = { title: '語'.repeat(200), content: '👋'.repeat(100_000) }

  const { id } = await create(mia, post)
  expect(await read(mia, id)).toMatchObject(post)
})

test('what is no id is refused as such', async () => {
  const { mia } = await aHouse()

  await expect(read(mia, '1 or 1=1')).rejects.toMatchObject({ code: 'invalid_request' })
})

test('what a deleted person wrote stays, without their name on it', async () => {
  const { acme, mia, owner } = await aHouse()
  const { id } = await create(mia, { status: 'published' })
  await admin.query('delete from users where tenant_id = $1 and id = $2', [acme.tenantId, mia.userId])

  expect(await read(owner, id)).toMatchObject({ userId: null, title: 'Hello' })
})
