import type { TenantPrisma } from '../../database/prisma.ts'
import { pageOf, type Page, type PageRequest } from '../page.ts'
import { commentFields, type Comment } from './comment.ts'
import { visibleComments } from './read.ts'

/** What was said under a post, in the order in which it was said. */
export async function listComments(
  tx: TenantPrisma,
  postId: string,
  { limit, after }: PageRequest,
): Promise<Page<Comment>> {
  const visible = await visibleComments(tx, postId)
  const comments = await tx.comment.findMany({
    where: { ...visible, ...(after === undefined ? {} : { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    take: limit + 1,
    select: commentFields,
  })
  return pageOf(comments, limit, (comment) => comment.id)
}
