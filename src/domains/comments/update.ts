import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { commentFields, type Comment } from './comment.ts'
import { readComment } from './read.ts'

/** Says it in other words. */
export async function updateComment(
  tx: TenantPrisma,
  postId: string,
  commentId: string,
  { content }: { content: string },
): Promise<Comment> {
  const { userId } = await readComment(tx, postId, commentId)
  await demand(tx, 'comments:update', userId)
  return tx.comment.update({
    where: { tenantId_id: { tenantId: tx.context.tenantId, id: commentId } },
    data: { content },
    select: commentFields,
  })
}
