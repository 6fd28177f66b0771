import type { Prisma } from '../../database/prisma.ts'

export type PostStatus = 'draft' | 'published' | 'archived'

/** An article. `userId` is who wrote it; null when they were deleted. */
export type Post = {
  id: string
  userId: string | null
  title: string
  content: string
  status: PostStatus
  /** When it was published last. */
  publishedAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** What a query asks for. */
export const postFields = {
  id: true,
  userId: true,
  title: true,
  content: true,
  status: true,
  publishedAt: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.PostSelect

/** The database knows these three words as a rule of the table, Prisma as a text. */
export function asPost(row: Prisma.PostGetPayload<{ select: typeof postFields }>): Post {
  return { ...row, status: row.status as PostStatus }
}
