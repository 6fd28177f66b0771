// The same for the verbs written with Prisma, which makes its statements itself.
import { createComment } from '../../dist/domains/comments/create.js'
import { listComments } from '../../dist/domains/comments/list.js'
import { readComment } from '../../dist/domains/comments/read.js'
import { createPost } from '../../dist/domains/posts/create.js'
import { deletePost } from '../../dist/domains/posts/delete.js'
import { listPosts } from '../../dist/domains/posts/list.js'
import { readPost } from '../../dist/domains/posts/read.js'
import { publishPost } from '../../dist/domains/posts/update.js'

/** What the verbs written with Prisma make Prisma write; the questions to the access decision are in it. */
export function pickedByPrisma(it) {
  const { tenant, owner, member } = it
  const asOwner = { tenant, actor: owner }
  const asMember = { tenant, actor: member }
  return {
    'posts.list': [
      { ...asOwner, note: 'by who sees all', limit: 300, verb: (tx) => listPosts(tx, { limit: 20 }) },
      {
        ...asMember,
        note: 'by who sees the published and their own',
        limit: 300,
        verb: (tx) => listPosts(tx, { limit: 20 }),
      },
      {
        ...asOwner,
        note: 'the archived',
        limit: 300,
        verb: (tx) => listPosts(tx, { limit: 20, status: 'archived' }),
      },
      {
        ...asMember,
        note: 'of an author with 6,000',
        limit: 300,
        verb: (tx) => listPosts(tx, { limit: 20, userId: owner.user }),
      },
      {
        ...asMember,
        note: 'drafts, by who sees only their own',
        limit: 300,
        verb: (tx) => listPosts(tx, { limit: 20, status: 'draft' }),
      },
    ],
    'posts.read': [{ ...asMember, limit: 150, verb: (tx) => readPost(tx, it.busyPost.id) }],
    'posts.create': [
      { ...asMember, limit: 300, verb: (tx) => createPost(tx, { title: 'New', content: 'Words' }) },
    ],
    'posts.publish': [{ ...asOwner, limit: 400, verb: (tx) => publishPost(tx, it.post.id).catch(() => {}) }],
    'posts.delete': [{ ...asOwner, limit: 600, verb: (tx) => deletePost(tx, it.post.id) }],
    'comments.list': [
      {
        ...asMember,
        note: 'of a post with 30,000',
        limit: 400,
        verb: (tx) => listComments(tx, it.busyPost.id, { limit: 20 }),
      },
    ],
    'comments.read': [
      { ...asOwner, limit: 300, verb: (tx) => readComment(tx, it.comment.post, it.comment.id) },
    ],
    'comments.create': [
      { ...asMember, limit: 500, verb: (tx) => createComment(tx, it.busyPost.id, { content: 'Well said' }) },
    ],
  }
}
