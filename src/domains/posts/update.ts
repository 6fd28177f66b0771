import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { spelledName } from '../spelling.ts'
import { asPost, postFields, type Post, type PostStatus } from './post.ts'
import { readPost } from './read.ts'

/** What is left out stays. */
export type PostChanges = {
  title?: string | undefined
  content?: string | undefined
  status?: PostStatus | undefined
}

/** Changes a post: its words with posts:update, its status with posts:publish. */
export async function updatePost(tx: TenantPrisma, postId: string, changes: PostChanges): Promise<Post> {
  const post = await readPost(tx, postId)
  const changed = whatDiffers(post, changes)
  const { title, content, status } = changed
  if (title !== undefined || content !== undefined) await demand(tx, 'posts:update', post.userId)
  if (status !== undefined) await demand(tx, 'posts:publish', post.userId)

  const row = await tx.post.update({
    where: { tenantId_id: { tenantId: tx.context.tenantId, id: postId } },
    data: { ...changed, ...(status === 'published' ? { publishedAt: new Date() } : {}) },
    select: postFields,
  })
  return asPost(row)
}

/** Lets everybody read it who may read posts. */
export function publishPost(tx: TenantPrisma, postId: string): Promise<Post> {
  return updatePost(tx, postId, { status: 'published' })
}

/** Takes it out of sight, and keeps it. */
export function archivePost(tx: TenantPrisma, postId: string): Promise<Post> {
  return updatePost(tx, postId, { status: 'archived' })
}

/** Sending a post back as it is changes nothing and needs no permission. */
function whatDiffers(post: Post, { title, content, status }: PostChanges) {
  const wanted = { title: title && spelledName(title), content, status }
  const fields = ['title', 'content', 'status'] as const
  const differing = fields.filter((field) => wanted[field] !== undefined && wanted[field] !== post[field])
  const changed = Object.fromEntries(differing.map((field) => [field, wanted[field]]))
  return changed as { title?: string; content?: string; status?: PostStatus }
}
