import type { Pool } from 'pg'
import {
  closeDatabase,
  inTenant,
  openDatabase,
  type Context,
  type Database,
} from '../../database/database.ts'
import type { Access } from '../../database/pool.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { hashToken, makeToken } from '../../foundation/secret.ts'
import { aTenant } from '../people.ts'

/** A tenant with one word that stands in everything it owns, and nowhere else. */
export type Home = {
  nth: number
  sentinel: string
  tenantId: string
  postId: string
  /** Opens its owner's session. */
  token: string
  owner: { userId: string; accountId: string }
}

const sign = sql('leak.sign', {}, 'update users set name = $3 where tenant_id = $1 and id = $2')
const addRole = sql('leak.role', {}, 'insert into roles (tenant_id, name) values ($1, $2)')
const addPost = sql(
  'leak.post',
  {},
  'insert into posts (tenant_id, id, user_id, title, content) values ($1, $2, $3, $4::text, $4::text)',
)
const addComment = sql(
  'leak.comment',
  {},
  'insert into comments (tenant_id, post_id, user_id, content) values ($1, $2, $3, $4)',
)

/** So many tenants are made at once. */
const atOnce = 8

/** Makes so many tenants, each with its sentinel in its name, its owner, a role, a post, a comment and the audit log. */
export async function homes(access: Access, admin: Pool, many: number): Promise<Home[]> {
  const database = openDatabase(access)
  const made: Home[] = []
  const maker = async () => {
    while (made.length < many) await aHome(database, made)
  }
  await Promise.all(Array.from({ length: atOnce }, maker)).finally(() => closeDatabase(database))
  await admin.query(
    `select reeve.session_open(reeve.uuid_v7(), account, token, null, null, 3600, 3600)
     from unnest($1::uuid[], $2::bytea[]) as s (account, token)`,
    [made.map(({ owner }) => owner.accountId), made.map(({ token }) => hashToken(token))],
  )
  return made
}

/** For whom a home acts, in the request of that number. */
export function contextOf({ tenantId, owner, sentinel }: Home, request: number): Context {
  return { tenantId, actor: { kind: 'user', ...owner }, requestId: `${sentinel}.${request}` }
}

async function aHome(database: Database, made: Home[]): Promise<void> {
  const home: Home = {
    nth: made.length,
    sentinel: `sentinel-${String(made.length).padStart(4, '0')}`,
    tenantId: '',
    postId: uuidV7(),
    token: makeToken('rv_s'),
    owner: { userId: '', accountId: '' },
  }
  made.push(home)
  const { tenantId, owner } = await aTenant(database, home.sentinel)
  home.tenantId = tenantId
  home.owner = { userId: owner.userId, accountId: owner.accountId }
  await inTenant(database, contextOf(home, 0), async (tx) => {
    tx.queue(sign, [tenantId, owner.userId, home.sentinel])
    tx.queue(addRole, [tenantId, home.sentinel])
    tx.queue(addPost, [tenantId, home.postId, owner.userId, home.sentinel])
    tx.queue(addComment, [tenantId, home.postId, owner.userId, home.sentinel])
  })
}
