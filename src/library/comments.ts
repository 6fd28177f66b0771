import type { Comment } from '../domains/comments/comment.ts'
import { createComment } from '../domains/comments/create.ts'
import { deleteComment } from '../domains/comments/delete.ts'
import { listComments } from '../domains/comments/list.ts'
import { readComment } from '../domains/comments/read.ts'
import { updateComment } from '../domains/comments/update.ts'
import { page, words } from '../http/comments.ts'
import { listed, type Filters, type List, type ListRequest, type PrismaDoor } from './door.ts'
import { checked, checkedId } from './input.ts'

type CommentList = ListRequest & Filters<Parameters<typeof listComments>[2]>

/** What people say under a post. */
export class Comments {
  readonly #door: PrismaDoor

  constructor(door: PrismaDoor) {
    this.#door = door
  }

  /** The comments under a post, the oldest first. Needs `posts:read` and `comments:read`. */
  async list(postId: string, wanted: CommentList = {}): Promise<List<Comment>> {
    const id = checkedId(postId, 'postId')
    const list = { name: 'comments', schema: page, params: { postId: id } }
    return listed(this.#door, list, wanted, (page) => this.#door.prisma((tx) => listComments(tx, id, page)))
  }

  /** Says something under a post. Needs `comments:create`. */
  async create(postId: string, comment: { content: string }): Promise<Comment> {
    const [id, wanted] = [checkedId(postId, 'postId'), checked(words, comment, 'the comment')]
    return this.#door.prisma((tx) => createComment(tx, id, wanted))
  }

  /** One comment. Needs `posts:read` and `comments:read`. */
  async read(postId: string, commentId: string): Promise<Comment> {
    const [post, id] = [checkedId(postId, 'postId'), checkedId(commentId, 'commentId')]
    return this.#door.prisma((tx) => readComment(tx, post, id))
  }

  /** Says it in other words. Needs `comments:update`. */
  async update(postId: string, commentId: string, comment: { content: string }): Promise<Comment> {
    const [post, id] = [checkedId(postId, 'postId'), checkedId(commentId, 'commentId')]
    const wanted = checked(words, comment, 'the comment')
    return this.#door.prisma((tx) => updateComment(tx, post, id, wanted))
  }

  /** Takes a comment back. Needs `comments:delete`. */
  async delete(postId: string, commentId: string): Promise<void> {
    const [post, id] = [checkedId(postId, 'postId'), checkedId(commentId, 'commentId')]
    await this.#door.prisma((tx) => deleteComment(tx, post, id))
  }
}
