import { z } from 'zod'
import { withTenant } from '../database/prisma.ts'
import { createComment } from '../domains/comments/create.ts'
import { deleteComment } from '../domains/comments/delete.ts'
import { listComments } from '../domains/comments/list.ts'
import { readComment } from '../domains/comments/read.ts'
import { updateComment } from '../domains/comments/update.ts'
import { tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, pageOf, pageQuery, prose } from './schemas.ts'

const comment = z
  .object({
    id,
    postId: id,
    userId: id.nullable(),
    content: z.string(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Comment', description: 'What somebody said under a post.' })
const words = z.strictObject({
  content: prose(10_000)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .meta({ minLength: 1, maxLength: 10_000 }),
})
const page = z.strictObject(pageQuery)
const under = ids.pick({ tenantId: true, postId: true })
const one = ids.pick({ tenantId: true, postId: true, commentId: true })

/** What people say under a post. */
export function commentRoutes(app: App, { prisma, pages }: House): void {
  const list = {
    ...about('posts', 'listComments', 'The comments, the oldest first', 'posts:read', 'comments:read'),
    params: under,
    querystring: page,
    response: { 200: pageOf(comment) },
  }
  app.get('/posts/:postId/comments', { schema: list }, async (request) => {
    const { postId } = request.params
    const { limit, cursor } = request.query
    const after = pages.after('comments', cursor)
    const found = await withTenant(prisma, tenantContext(request), (tx) =>
      listComments(tx, postId, { limit, after }),
    )
    return pages.page('comments', found)
  })

  const create = {
    ...about('posts', 'createComment', 'Say something', 'posts:read', 'comments:create'),
    params: under,
    body: words,
    response: { 201: comment },
  }
  app.post('/posts/:postId/comments', { schema: create }, async (request, reply) => {
    const { postId } = request.params
    const made = await withTenant(prisma, tenantContext(request), (tx) =>
      createComment(tx, postId, request.body),
    )
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('posts', 'readComment', 'One comment', 'posts:read', 'comments:read'),
    params: one,
    response: { 200: comment },
  }
  app.get('/posts/:postId/comments/:commentId', { schema: read }, (request) => {
    const { postId, commentId } = request.params
    return withTenant(prisma, tenantContext(request), (tx) => readComment(tx, postId, commentId))
  })

  const update = {
    ...about(
      'posts',
      'updateComment',
      'Say it differently',
      'posts:read',
      'comments:read',
      'comments:update',
    ),
    params: one,
    body: words,
    response: { 200: comment },
  }
  app.patch('/posts/:postId/comments/:commentId', { schema: update }, (request) => {
    const { postId, commentId } = request.params
    return withTenant(prisma, tenantContext(request), (tx) =>
      updateComment(tx, postId, commentId, request.body),
    )
  })

  const remove = {
    ...about(
      'posts',
      'deleteComment',
      'Take a comment back',
      'posts:read',
      'comments:read',
      'comments:delete',
    ),
    params: one,
    response: { 204: done },
  }
  app.delete('/posts/:postId/comments/:commentId', { schema: remove }, async (request, reply) => {
    const { postId, commentId } = request.params
    await withTenant(prisma, tenantContext(request), (tx) => deleteComment(tx, postId, commentId))
    return reply.code(204).send(null)
  })
}
