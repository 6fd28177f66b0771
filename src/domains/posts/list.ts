import type { TenantPrisma } from '../../database/prisma.ts'
import { pageOf, type Page, type PageRequest } from '../page.ts'
import { asPost, postFields, type Post, type PostStatus } from './post.ts'
import { visiblePosts } from './read.ts'

/** What posts can be sorted by; a minus in front turns it round. */
export const postSorts = ['-createdAt', 'createdAt'] as const
export type PostSort = (typeof postSorts)[number]

export type PostFilter = { status?: PostStatus | undefined; userId?: string | undefined }

/** The posts that there are for the actor, the newest first. */
export async function listPosts(
  tx: TenantPrisma,
  {
    limit,
    after,
    status,
    userId,
    sort = '-createdAt',
  }: PageRequest & PostFilter & { sort?: PostSort | undefined },
): Promise<Page<Post>> {
  const visible = await visiblePosts(tx, status)
  const rows = await tx.post.findMany({
    where: {
      tenantId: tx.context.tenantId,
      AND: visible,
      ...(status === undefined ? {} : { status }),
      ...(userId === undefined ? {} : { userId }),
      ...(after === undefined ? {} : { id: sort === 'createdAt' ? { gt: after } : { lt: after } }),
    },
    orderBy: { id: sort === 'createdAt' ? 'asc' : 'desc' },
    take: limit + 1,
    select: postFields,
  })
  return pageOf(rows.map(asPost), limit, (post) => post.id)
}
