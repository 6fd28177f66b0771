import { z } from 'zod'
import { withTenant } from '../database/prisma.ts'
import { createPost } from '../domains/posts/create.ts'
import { deletePost } from '../domains/posts/delete.ts'
import { listPosts } from '../domains/posts/list.ts'
import { readPost } from '../domains/posts/read.ts'
import { updatePost } from '../domains/posts/update.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'
import { done, id, line, pageOf, pageQuery, prose } from './schemas.ts'

const status = z.enum(['draft', 'published', 'archived'])
const post = z.object({
  id: z.uuid(),
  userId: z.uuid().nullable(),
  title: z.string(),
  content: z.string(),
  status,
  publishedAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
const newPost = z.strictObject({ title: line(200), content: prose(100_000), status: status.optional() })
const postChanges = newPost.partial()
const filters = z.strictObject({ ...pageQuery, status: status.optional(), userId: id.optional() })
const one = z.strictObject({ tenantId: id, postId: id })
const tags = ['posts']

/** What people write. */
export function postRoutes(app: App, { prisma, pages }: House): void {
  app.get('/posts', { schema: { tags, querystring: filters, response: { 200: pageOf(post) } } }, async (request) => {
    const { cursor, ...wanted } = request.query
    const after = pages.after('posts', cursor)
    const found = await withTenant(prisma, tenantContext(request), (tx) => listPosts(tx, { ...wanted, after }))
    return pages.page('posts', found)
  })

  app.post('/posts', { schema: { tags, body: newPost, response: { 201: post } } }, async (request, reply) => {
    const made = await withTenant(prisma, tenantContext(request), (tx) => createPost(tx, request.body))
    return reply.code(201).send(made)
  })

  app.get('/posts/:postId', { schema: { tags, params: one, response: { 200: post } } }, (request) =>
    withTenant(prisma, tenantContext(request), (tx) => readPost(tx, request.params.postId)),
  )

  app.patch('/posts/:postId', { schema: { tags, params: one, body: postChanges, response: { 200: post } } }, (request) =>
    withTenant(prisma, tenantContext(request), (tx) => updatePost(tx, request.params.postId, request.body)),
  )

  app.delete('/posts/:postId', { schema: { tags, params: one, response: { 204: done } } }, async (request, reply) => {
    await withTenant(prisma, tenantContext(request), (tx) => deletePost(tx, request.params.postId))
    return reply.code(204).send(null)
  })
}
