import { selfOf } from '../../database/database.ts'
import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { readPost } from '../posts/read.ts'
import { commentFields, type Comment } from './comment.ts'

/** Says something under a post that there is for the actor. */
export async function createComment(
  tx: TenantPrisma,
  postId: string,
  { content }: { content: string },
): Promise<Comment> {
  await demand(tx, 'comments:create')
  const post = await readPost(tx, postId)
  return tx.comment.create({
    data: { tenantId: tx.context.tenantId, id: uuidV7(), postId: post.id, userId: selfOf(tx), content },
    select: commentFields,
  })
}
