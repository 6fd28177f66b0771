import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { readComment } from './read.ts'

/** Takes back what was said. */
export async function deleteComment(tx: TenantPrisma, postId: string, commentId: string): Promise<void> {
  const { userId } = await readComment(tx, postId, commentId)
  await demand(tx, 'comments:delete', userId)
  const { tenantId } = tx.context
  await tx.comment.delete({ where: { tenantId_id: { tenantId, id: commentId } }, select: { id: true } })
}
