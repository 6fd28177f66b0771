import type { Prisma } from '../../database/prisma.ts'

/** What somebody said under a post. `userId` is who said it; null when they were deleted. */
export type Comment = {
  id: string
  postId: string
  userId: string | null
  content: string
  createdAt: Date
  updatedAt: Date
}

/** What a query asks for. */
export const commentFields = {
  id: true,
  postId: true,
  userId: true,
  content: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.CommentSelect
