import type pg from 'pg'
import { uuidV7 } from '../../foundation/id.ts'
import { remarks, writings } from './people.ts'

type Author = { id: string; account: string | null }
type Writing = { tenantId: string; authors: Author[]; now: Date }

const hour = 60 * 60 * 1000
const states = ['published', 'published', 'published', 'draft', 'archived'] as const

/** Posts in every state and what was said under those that everybody reads. */
export async function writeContent(client: pg.Client, { tenantId, authors, now }: Writing): Promise<void> {
  const by = (i: number) => authors[i % authors.length]!.id
  const posts = writings.map(([title, content], i) => {
    const at = new Date(now.getTime() - (writings.length - i) * 190 * hour)
    return {
      id: uuidV7(at.getTime()),
      author: by(i * 3),
      title,
      content,
      status: states[i % states.length]!,
      at: at.toISOString(),
    }
  })
  await client.query(
    `insert into posts (tenant_id, id, user_id, title, content, status, published_at, created_at)
     select $1, id, author, title, content, status, case when status <> 'draft' then at + interval '2 hours' end, at
     from jsonb_to_recordset($2) as p (id uuid, author uuid, title text, content text, status text, at timestamptz)`,
    [tenantId, JSON.stringify(posts)],
  )

  const comments = posts
    .filter(({ status }) => status === 'published')
    .flatMap((post, i) =>
      remarks.slice(0, 2 + (i % 5)).map((content, n) => {
        const at = new Date(new Date(post.at).getTime() + (3 + n * 5) * hour)
        return {
          id: uuidV7(at.getTime()),
          post: post.id,
          author: by(i * 5 + n),
          content,
          at: at.toISOString(),
        }
      }),
    )
  await client.query(
    `insert into comments (tenant_id, id, post_id, user_id, content, created_at)
     select $1, id, post, author, content, at
     from jsonb_to_recordset($2) as c (id uuid, post uuid, author uuid, content text, at timestamptz)`,
    [tenantId, JSON.stringify(comments)],
  )
}
