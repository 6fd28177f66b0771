import { expect, test } from 'vitest'
import { openPrisma, withTenant, type TenantPrisma } from '../../database/prisma.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { createPost } from '../posts/create.ts'
import { deletePost } from '../posts/delete.ts'
import type { PostStatus } from '../posts/post.ts'
import { archivePost } from '../posts/update.ts'
import { createComment } from './create.ts'
import { deleteComment } from './delete.ts'
import { listComments } from './list.ts'
import { readComment } from './read.ts'
import { updateComment } from './update.ts'

const { database, admin } = await testDatabase()
const prisma = await openPrisma(database)

const as = <T>({ context }: Person, work: (tx: TenantPrisma) => Promise<T>) =>
  withTenant(prisma, context, work)
const aPost = async (who: Person, status: PostStatus = 'published') =>
  (await as(who, (tx) => createPost(tx, { title: 'Hello', content: 'World', status }))).id
const say = (who: Person, postId: string, content = 'Hear, hear') =>
  as(who, (tx) => createComment(tx, postId, { content }))
const read = (who: Person, postId: string, id: string) => as(who, (tx) => readComment(tx, postId, id))
const list = (who: Person, postId: string, limit = 20, after?: string) =>
  as(who, (tx) => listComments(tx, postId, { limit, after }))
const rephrase = (who: Person, postId: string, id: string, content = 'In other words') =>
  as(who, (tx) => updateComment(tx, postId, id, { content }))
const remove = (who: Person, postId: string, id: string) => as(who, (tx) => deleteComment(tx, postId, id))

const notAllowed = { code: 'not_allowed' }
const notFound = { code: 'not_found' }

const acme = await aTenant(database)
const { owner } = acme
const mia = await aUser(database, acme)
const max = await aUser(database, acme)
const viewer = await aUser(database, acme, { roles: ['viewer'] })

test('a member says something under a post, and a viewer reads it but says nothing', async () => {
  const postId = await aPost(mia)

  const comment = await say(max, postId, 'ありがとう')
  expect(comment).toMatchObject({ postId, userId: max.userId, content: 'ありがとう' })
  expect((await list(viewer, postId)).items).toEqual([comment])
  await expect(say(viewer, postId)).rejects.toMatchObject(notAllowed)
})

test('under a post that is not there for somebody they neither say nor read anything', async () => {
  const draft = await aPost(mia, 'draft')
  const said = await say(mia, draft)

  await expect(say(max, draft)).rejects.toMatchObject(notFound)
  await expect(list(max, draft)).rejects.toMatchObject(notFound)
  await expect(read(max, draft, said.id)).rejects.toMatchObject(notFound)
  await expect(say(max, uuidV7())).rejects.toMatchObject(notFound)
  expect((await list(owner, draft)).items).toEqual([said])
})

test('when a post is archived, what was said under it is out of sight too', async () => {
  const postId = await aPost(mia)
  const said = await say(max, postId)
  await as(mia, (tx) => archivePost(tx, postId))

  await expect(rephrase(max, postId, said.id)).rejects.toMatchObject(notFound)
  await expect(remove(max, postId, said.id)).rejects.toMatchObject(notFound)
  expect((await list(mia, postId)).items).toEqual([said])
})

test('members rephrase what they said, and nobody else’s words, which an owner may', async () => {
  const postId = await aPost(mia)
  const { id } = await say(max, postId)

  await expect(rephrase(mia, postId, id)).rejects.toMatchObject(notAllowed)
  const rephrased = await rephrase(max, postId, id)
  expect(rephrased.content).toBe('In other words')
  expect(await rephrase(owner, postId, id, 'Moderated')).toMatchObject({
    userId: max.userId,
    content: 'Moderated',
  })
})

test('members take back what they said, and nothing else, which an owner may', async () => {
  const postId = await aPost(mia)
  const [one, other] = [await say(max, postId), await say(max, postId)]

  await expect(remove(mia, postId, one.id)).rejects.toMatchObject(notAllowed)
  await remove(max, postId, one.id)
  await remove(owner, postId, other.id)

  await expect(remove(max, postId, one.id)).rejects.toMatchObject(notFound)
  expect((await list(max, postId)).items).toEqual([])
})

test('a comment is found under its own post only', async () => {
  const [here, there] = [await aPost(mia), await aPost(mia)]
  const { id } = await say(max, here)

  await expect(read(max, there, id)).rejects.toMatchObject(notFound)
  await expect(rephrase(max, there, id)).rejects.toMatchObject(notFound)
  await expect(remove(max, there, id)).rejects.toMatchObject(notFound)
  expect((await read(max, here, id)).id).toBe(id)
})

test('another tenant has no part in any of it', async () => {
  const postId = await aPost(mia)
  const { id } = await say(max, postId)
  const { owner: stranger } = await aTenant(database, 'Globex')

  await expect(say(stranger, postId)).rejects.toMatchObject(notFound)
  await expect(list(stranger, postId)).rejects.toMatchObject(notFound)
  await expect(remove(stranger, postId, id)).rejects.toMatchObject(notFound)
  expect((await list(max, postId)).items).toHaveLength(1)
})

test('comments are turned over page by page, the oldest first, each once', async () => {
  const postId = await aPost(mia)
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push((await say(max, postId, `${i}`)).id)

  const first = await list(max, postId, 3)
  const second = await list(max, postId, 3, first.next!)
  const seen = [...first.items, ...second.items].map(({ id }) => id)

  expect(first.items).toHaveLength(3)
  expect(second.next).toBeNull()
  expect(seen).toEqual(ids.toSorted())
})

test.each([
  ['nothing', '   '],
  ['10,001 letters', 'x'.repeat(10_001)],
  ['a NUL character', 'a\0b'],
])('to say %s is refused', async (_, content) => {
  const postId = await aPost(mia)

  await expect(say(max, postId, content)).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await list(max, postId)).items).toEqual([])
})

test('a post takes along what was said under it', async () => {
  const postId = await aPost(mia)
  const { id } = await say(max, postId)
  await as(mia, (tx) => deletePost(tx, postId))

  const { rows } = await admin.query('select from comments where id = $1', [id])
  expect(rows).toEqual([])
})

test('what a deleted person said stays, without their name on it', async () => {
  const gone = await aUser(database, acme)
  const postId = await aPost(mia)
  const { id } = await say(gone, postId)
  await admin.query('delete from users where tenant_id = $1 and id = $2', [acme.tenantId, gone.userId])

  expect(await read(max, postId, id)).toMatchObject({ userId: null, content: 'Hear, hear' })
})
