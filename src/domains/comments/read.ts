import { selfOf } from '../../database/database.ts'
import { reach, type Prisma, type TenantPrisma } from '../../database/prisma.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { readPost } from '../posts/read.ts'
import { commentFields, type Comment } from './comment.ts'

/** One comment, for whom there is the post that it stands under. */
export async function readComment(tx: TenantPrisma, postId: string, commentId: string): Promise<Comment> {
  const visible = await visibleComments(tx, postId)
  const comment = await tx.comment.findFirst({ where: { ...visible, id: commentId }, select: commentFields })
  return comment ?? noSuchComment()
}

/** Which comments under a post there are for the actor, who may read comments, and this post, or is refused. */
export async function visibleComments(tx: TenantPrisma, postId: string): Promise<Prisma.CommentWhereInput> {
  const whose = await reach(tx, 'comments:read')
  const { id } = await readPost(tx, postId)
  const theirs = whose === 'own' ? { userId: selfOf(tx) } : {}
  return { tenantId: tx.context.tenantId, postId: id, ...theirs }
}

function noSuchComment(): never {
  throw new Refusal(
    'not_found',
    'no comment here has this id',
    'list the comments of the post, and ask again',
  )
}
