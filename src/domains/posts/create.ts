import { selfOf } from '../../database/database.ts'
import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { spelledName } from '../spelling.ts'
import { asPost, postFields, type Post, type PostStatus } from './post.ts'

export type NewPost = { title: string; content: string; status?: PostStatus | undefined }

/** Begins a post of the actor's own: a draft, unless said otherwise by somebody who may publish. */
export async function createPost(
  tx: TenantPrisma,
  { title, content, status = 'draft' }: NewPost,
): Promise<Post> {
  const userId = selfOf(tx)
  await demand(tx, 'posts:create')
  if (status !== 'draft') await demand(tx, 'posts:publish', userId)

  const row = await tx.post.create({
    data: {
      tenantId: tx.context.tenantId,
      id: uuidV7(),
      userId,
      title: spelledName(title),
      content,
      status,
      publishedAt: status === 'published' ? new Date() : null,
    },
    select: postFields,
  })
  return asPost(row)
}
