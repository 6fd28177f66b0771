import { z } from 'zod'
import { withTenant } from '../database/prisma.ts'
import { createComment } from '../domains/comments/create.ts'
import { deleteComment } from '../domains/comments/delete.ts'
import { listComments } from '../domains/comments/list.ts'
import { updateComment } from '../domains/comments/update.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'
import { done, id, pageOf, pageQuery, prose } from './schemas.ts'

const comment = z.object({
  id: z.uuid(),
  postId: z.uuid(),
  userId: z.uuid().nullable(),
  content: z.string(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
const words = z.strictObject({ content: prose(10_000).refine((text) => text.trim() !== '', 'must not be empty') })
const under = z.strictObject({ tenantId: id, postId: id })
const one = under.extend({ commentId: id })
const tags = ['posts']

/** What people say under a post. */
export function commentRoutes(app: App, { prisma, pages }: House): void {
  const query = z.strictObject(pageQuery)
  app.get(
    '/posts/:postId/comments',
    { schema: { tags, params: under, querystring: query, response: { 200: pageOf(comment) } } },
    async (request) => {
      const { postId } = request.params
      const { limit, cursor } = request.query
      const after = pages.after('comments', cursor)
      const found = await withTenant(prisma, tenantContext(request), (tx) => listComments(tx, postId, { limit, after }))
      return pages.page('comments', found)
    },
  )

  app.post(
    '/posts/:postId/comments',
    { schema: { tags, params: under, body: words, response: { 201: comment } } },
    async (request, reply) => {
      const { postId } = request.params
      const made = await withTenant(prisma, tenantContext(request), (tx) => createComment(tx, postId, request.body))
      return reply.code(201).send(made)
    },
  )

  app.patch(
    '/posts/:postId/comments/:commentId',
    { schema: { tags, params: one, body: words, response: { 200: comment } } },
    (request) => {
      const { postId, commentId } = request.params
      return withTenant(prisma, tenantContext(request), (tx) => updateComment(tx, postId, commentId, request.body))
    },
  )

  app.delete(
    '/posts/:postId/comments/:commentId',
    { schema: { tags, params: one, response: { 204: done } } },
    async (request, reply) => {
      const { postId, commentId } = request.params
      await withTenant(prisma, tenantContext(request), (tx) => deleteComment(tx, postId, commentId))
      return reply.code(204).send(null)
    },
  )
}
