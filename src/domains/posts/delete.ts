import { demand, type TenantPrisma } from '../../database/prisma.ts'
import { readPost } from './read.ts'

/** Deletes a post and what was said under it. */
export async function deletePost(tx: TenantPrisma, postId: string): Promise<void> {
  const { userId } = await readPost(tx, postId)
  await demand(tx, 'posts:delete', userId)
  const { tenantId } = tx.context
  await tx.post.delete({ where: { tenantId_id: { tenantId, id: postId } }, select: { id: true } })
}
