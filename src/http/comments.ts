import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { withTenant, type TenantPrisma } from '../database/prisma.ts'
import { createComment } from '../domains/comments/create.ts'
import { deleteComment } from '../domains/comments/delete.ts'
import { listComments } from '../domains/comments/list.ts'
import { readComment } from '../domains/comments/read.ts'
import { updateComment } from '../domains/comments/update.ts'
import { tenantContext } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, pageOf, pageQuery, prose } from './schemas.ts'

const comment = z
  .object({
    id,
    postId: id,
    userId: id.nullable().describe('Who said it; null where they were deleted since.'),
    content: z.string(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Comment', description: 'What somebody said under a post.' })
export const words = z.strictObject({
  content: prose(10_000)
    .refine((text) => text.trim() !== '', 'must not be empty')
    .meta({ minLength: 1, maxLength: 10_000 }),
})
export const page = z.strictObject({ ...pageQuery, fields: fieldsOf(comment) })
const under = ids.pick({ tenantId: true, postId: true })
const one = ids.pick({ tenantId: true, postId: true, commentId: true })
const part = z.strictObject({ fields: fieldsOf(comment) })

/** What people say under a post. */
export function commentRoutes(app: App, { prisma, pages }: House): void {
  const change = <T>(
    request: FastifyRequest,
    work: (tx: TenantPrisma, postId: string, commentId: string) => Promise<T>,
  ): Promise<T> => {
    const { postId, commentId } = request.params as z.infer<typeof one>
    const read = (tx: TenantPrisma) => readComment(tx, postId, commentId)
    const changed = ifMatch(request, read, (tx) => work(tx, postId, commentId))
    return withTenant(prisma, tenantContext(request), changed)
  }

  const list = {
    ...about('posts', 'listComments', 'The comments, the oldest first', {
      needs: ['posts:read', 'comments:read'],
    }),
    params: under,
    querystring: page,
    response: { 200: pageOf(comment) },
  }
  app.get('/posts/:postId/comments', { schema: list }, async (request) => {
    const { postId } = request.params
    const { wanted, answer } = pages.of('comments', request)
    return answer(await withTenant(prisma, tenantContext(request), (tx) => listComments(tx, postId, wanted)))
  })

  const create = {
    ...about('posts', 'createComment', 'Say something', {
      needs: ['posts:read', 'comments:create'],
      example: { content: 'Well said.' },
    }),
    params: under,
    body: words,
    response: { 201: comment },
  }
  app.post('/posts/:postId/comments', { schema: create, ...tagged }, async (request, reply) => {
    const { postId } = request.params
    const made = await withTenant(prisma, tenantContext(request), (tx) =>
      createComment(tx, postId, request.body),
    )
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('posts', 'readComment', 'One comment', { needs: ['posts:read', 'comments:read'] }),
    params: one,
    querystring: part,
    response: { 200: comment },
  }
  app.get('/posts/:postId/comments/:commentId', { schema: read, ...tagged }, (request) => {
    const { postId, commentId } = request.params
    return withTenant(prisma, tenantContext(request), (tx) => readComment(tx, postId, commentId))
  })

  const update = {
    ...about('posts', 'updateComment', 'Say it differently', {
      needs: ['posts:read', 'comments:read', 'comments:update'],
      example: { content: 'Very well said.' },
    }),
    params: one,
    body: words,
    response: { 200: comment },
  }
  app.patch('/posts/:postId/comments/:commentId', { schema: update, ...tagged }, (request) =>
    change(request, (tx, postId, commentId) => updateComment(tx, postId, commentId, request.body)),
  )

  const remove = {
    ...about('posts', 'deleteComment', 'Take a comment back', {
      needs: ['posts:read', 'comments:read', 'comments:delete'],
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/posts/:postId/comments/:commentId', { schema: remove, ...tagged }, async (request, reply) => {
    await change(request, deleteComment)
    return reply.code(204).send(null)
  })
}
