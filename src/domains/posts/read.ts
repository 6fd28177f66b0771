import { selfOf } from '../../database/database.ts'
import { may, reach, type Prisma, type TenantPrisma } from '../../database/prisma.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { asPost, postFields, type Post, type PostStatus } from './post.ts'

/** One post. A draft, or what was archived, is there for its author and for those who may change every post. */
export async function readPost(tx: TenantPrisma, postId: string): Promise<Post> {
  const visible = await visiblePosts(tx)
  const { tenantId } = tx.context
  const row = await tx.post.findFirst({ where: { tenantId, id: postId, ...visible }, select: postFields })
  return row ? asPost(row) : noSuchPost()
}

/**
 * Which posts there are for the actor, who may read posts or is refused. A status that is asked for decides whose: "what
 * is published, or mine" over what is not published would be looked for among the drafts of everybody.
 */
export async function visiblePosts(tx: TenantPrisma, status?: PostStatus): Promise<Prisma.PostWhereInput> {
  const whose = await reach(tx, 'posts:read')
  const theirs = { userId: selfOf(tx) }
  if (whose === 'own') return theirs
  if (await may(tx, 'posts:update')) return {}
  if (status === undefined) return { OR: [{ status: 'published' }, theirs] }
  return status === 'published' ? {} : theirs
}

function noSuchPost(): never {
  throw new Refusal('not_found', 'no post here has this id', 'list the posts of the tenant, and ask again')
}
