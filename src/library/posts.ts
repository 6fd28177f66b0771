import { createPost, type NewPost } from '../domains/posts/create.ts'
import { deletePost } from '../domains/posts/delete.ts'
import { listPosts } from '../domains/posts/list.ts'
import type { Post } from '../domains/posts/post.ts'
import { readPost } from '../domains/posts/read.ts'
import { updatePost, type PostChanges } from '../domains/posts/update.ts'
import { changes, filters, newPost } from '../http/posts.ts'
import { listed, type Filters, type List, type ListRequest, type PrismaDoor } from './door.ts'
import { checked, checkedId } from './input.ts'

type PostList = ListRequest & Filters<Parameters<typeof listPosts>[1]>

/** What people write. */
export class Posts {
  readonly #door: PrismaDoor

  constructor(door: PrismaDoor) {
    this.#door = door
  }

  /** The posts that there are for whoever asks, the newest first. Needs `posts:read`. */
  async list(wanted: PostList = {}): Promise<List<Post>> {
    const list = { name: 'posts', schema: filters }
    return listed(this.#door, list, wanted, (page) => this.#door.prisma((tx) => listPosts(tx, page)))
  }

  /** Writes a post: a draft, unless said otherwise. Needs `posts:create`. */
  async create(post: NewPost): Promise<Post> {
    const wanted = checked(newPost, post, 'the post')
    return this.#door.prisma((tx) => createPost(tx, wanted))
  }

  /** One post. Needs `posts:read`. */
  async read(postId: string): Promise<Post> {
    const id = checkedId(postId, 'postId')
    return this.#door.prisma((tx) => readPost(tx, id))
  }

  /** Changes a post: its words with `posts:update`, its status with `posts:publish`. What is left out stays. */
  async update(postId: string, details: PostChanges): Promise<Post> {
    const [id, wanted] = [checkedId(postId, 'postId'), checked(changes, details, 'the changes')]
    return this.#door.prisma((tx) => updatePost(tx, id, wanted))
  }

  /** Deletes a post, and what was said under it. Needs `posts:delete`. */
  async delete(postId: string): Promise<void> {
    const id = checkedId(postId, 'postId')
    await this.#door.prisma((tx) => deletePost(tx, id))
  }
}
