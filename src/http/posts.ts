import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { withTenant, type TenantPrisma } from '../database/prisma.ts'
import { createPost } from '../domains/posts/create.ts'
import { deletePost } from '../domains/posts/delete.ts'
import { listPosts, postSorts } from '../domains/posts/list.ts'
import { readPost } from '../domains/posts/read.ts'
import { updatePost } from '../domains/posts/update.ts'
import { tenantContext } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, line, pageOf, pageQuery, prose } from './schemas.ts'

const status = z.enum(['draft', 'published', 'archived'])
const post = z
  .object({
    id,
    userId: id.nullable().describe('Who wrote it; null where they were deleted since.'),
    title: z.string(),
    content: z.string(),
    status,
    publishedAt: z.date().nullable(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Post', description: 'What somebody wrote.' })
export const newPost = z.strictObject({
  title: line(200).describe('One line.'),
  content: prose(100_000).describe('Text of any form; it is kept as it is.'),
  status: status.optional().describe('A draft unless said otherwise; another one needs `posts:publish`.'),
})
export const changes = newPost.partial()
export const filters = z.strictObject({
  ...pageQuery,
  status: status.optional().describe('Only these.'),
  userId: id.optional().describe('Only those that this user wrote.'),
  sort: z.enum(postSorts).optional().describe('What comes first; a minus turns it round.'),
  fields: fieldsOf(post),
})
const one = ids.pick({ tenantId: true, postId: true })
const part = z.strictObject({ fields: fieldsOf(post) })

/** What people write. */
export function postRoutes(app: App, { prisma, pages }: House): void {
  const change = <T>(
    request: FastifyRequest,
    work: (tx: TenantPrisma, postId: string) => Promise<T>,
  ): Promise<T> => {
    const { postId } = request.params as z.infer<typeof one>
    const read = (tx: TenantPrisma) => readPost(tx, postId)
    return withTenant(
      prisma,
      tenantContext(request),
      ifMatch(request, read, (tx) => work(tx, postId)),
    )
  }

  const list = {
    ...about('posts', 'listPosts', 'The posts that you may read, the newest first', {
      needs: ['posts:read'],
      more: 'What is not published is there for its author alone, and for those who may change every post.',
    }),
    querystring: filters,
    response: { 200: pageOf(post) },
  }
  app.get('/posts', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('posts', request)
    return answer(await withTenant(prisma, tenantContext(request), (tx) => listPosts(tx, wanted)))
  })

  const create = {
    ...about('posts', 'createPost', 'Write a post', {
      needs: ['posts:create'],
      more: 'A draft, unless said otherwise; another status needs `posts:publish`.',
      example: { title: 'Hello', content: 'Our first post.', status: 'published' },
    }),
    body: newPost,
    response: { 201: post },
  }
  app.post('/posts', { schema: create, ...tagged }, async (request, reply) => {
    const made = await withTenant(prisma, tenantContext(request), (tx) => createPost(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('posts', 'readPost', 'One post', { needs: ['posts:read'] }),
    params: one,
    querystring: part,
    response: { 200: post },
  }
  app.get('/posts/:postId', { schema: read, ...tagged }, (request) =>
    withTenant(prisma, tenantContext(request), (tx) => readPost(tx, request.params.postId)),
  )

  const update = {
    ...about('posts', 'updatePost', 'Change a post', {
      needs: ['posts:read', 'posts:update'],
      more: 'Words with `posts:update`, the status with `posts:publish`. What is left out stays.',
      example: { title: 'Hello again' },
    }),
    params: one,
    body: changes,
    response: { 200: post },
  }
  app.patch('/posts/:postId', { schema: update, ...tagged }, (request) =>
    change(request, (tx, postId) => updatePost(tx, postId, request.body)),
  )

  const remove = {
    ...about('posts', 'deletePost', 'Delete a post', {
      needs: ['posts:read', 'posts:delete'],
      more: 'And what was said under it.',
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/posts/:postId', { schema: remove, ...tagged }, async (request, reply) => {
    await change(request, deletePost)
    return reply.code(204).send(null)
  })
}
