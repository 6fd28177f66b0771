import { z } from 'zod'
import { withTenant } from '../database/prisma.ts'
import { createPost } from '../domains/posts/create.ts'
import { deletePost } from '../domains/posts/delete.ts'
import { listPosts } from '../domains/posts/list.ts'
import { readPost } from '../domains/posts/read.ts'
import { updatePost } from '../domains/posts/update.ts'
import { tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, line, pageOf, pageQuery, prose } from './schemas.ts'

const status = z.enum(['draft', 'published', 'archived'])
const post = z
  .object({
    id,
    userId: id.nullable(),
    title: z.string(),
    content: z.string(),
    status,
    publishedAt: z.date().nullable(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Post', description: 'What somebody wrote.' })
const newPost = z.strictObject({
  title: line(200),
  content: prose(100_000),
  status: status.optional().describe('A draft unless said otherwise; another one needs `posts:publish`.'),
})
const changes = newPost.partial()
const filters = z.strictObject({
  ...pageQuery,
  status: status.optional().describe('Only these.'),
  userId: id.optional().describe('Only those that this user wrote.'),
})
const one = ids.pick({ tenantId: true, postId: true })

/** What people write. */
export function postRoutes(app: App, { prisma, pages }: House): void {
  const list = {
    ...about('posts', 'listPosts', 'The posts that you may read, the newest first', 'posts:read'),
    querystring: filters,
    response: { 200: pageOf(post) },
  }
  app.get('/posts', { schema: list }, async (request) => {
    const { cursor, ...wanted } = request.query
    const after = pages.after('posts', cursor)
    const found = await withTenant(prisma, tenantContext(request), (tx) =>
      listPosts(tx, { ...wanted, after }),
    )
    return pages.page('posts', found)
  })

  const create = {
    ...about('posts', 'createPost', 'Write a post', 'posts:create'),
    body: newPost,
    response: { 201: post },
  }
  app.post('/posts', { schema: create }, async (request, reply) => {
    const made = await withTenant(prisma, tenantContext(request), (tx) => createPost(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('posts', 'readPost', 'One post', 'posts:read'),
    params: one,
    response: { 200: post },
  }
  app.get('/posts/:postId', { schema: read }, (request) =>
    withTenant(prisma, tenantContext(request), (tx) => readPost(tx, request.params.postId)),
  )

  const update = {
    ...about('posts', 'updatePost', 'Change a post', 'posts:read', 'posts:update'),
    params: one,
    body: changes,
    response: { 200: post },
  }
  app.patch('/posts/:postId', { schema: update }, (request) =>
    withTenant(prisma, tenantContext(request), (tx) => updatePost(tx, request.params.postId, request.body)),
  )

  const remove = {
    ...about('posts', 'deletePost', 'Delete a post', 'posts:read', 'posts:delete'),
    params: one,
    response: { 204: done },
  }
  app.delete('/posts/:postId', { schema: remove }, async (request, reply) => {
    await withTenant(prisma, tenantContext(request), (tx) => deletePost(tx, request.params.postId))
    return reply.code(204).send(null)
  })
}
