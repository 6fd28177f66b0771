import { may, reach, type Prisma, type TenantPrisma } from '../../database/prisma.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { asPost, postFields, selfOf, type Post } from './post.ts'

/** One post. A draft, or what was archived, is there for its author and for those who may change every post. */
export async function readPost(tx: TenantPrisma, postId: string): Promise<Post> {
  const visible = await visiblePosts(tx)
  const { tenantId } = tx.context
  const row = await tx.post.findFirst({ where: { tenantId, id: postId, ...visible }, select: postFields })
  return row ? asPost(row) : noSuchPost()
}

/** Which posts there are for the actor, who may read posts or is refused. */
export async function visiblePosts(tx: TenantPrisma): Promise<Prisma.PostWhereInput> {
  const whose = await reach(tx, 'posts:read')
  const theirs = { userId: selfOf(tx) }
  if (whose === 'own') return theirs
  return (await may(tx, 'posts:update')) ? {} : { OR: [{ status: 'published' }, theirs] }
}

function noSuchPost(): never {
  throw new Refusal('not_found', 'no post here has this id', 'list the posts of the tenant, and ask again')
}
