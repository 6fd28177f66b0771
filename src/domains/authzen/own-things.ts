import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { isId } from '../../foundation/id.ts'
import { peopleCalled } from './people.ts'
import type { OwnType } from './policy.ts'
import { keyOf, type Name } from './question.ts'

/** One of Reeve's own things: who made it, and the post that it is or stands under. */
export type Thing = { owner: string | null; post?: { owner: string | null; isPublished: boolean } }

const findRoles = sql(
  'authzen.roles',
  { id: 'uuid' },
  'select id from roles where tenant_id = $1 and id = any ($2::uuid[])',
)
const findInvitations = sql(
  'authzen.invitations',
  { id: 'uuid' },
  'select id from invitations where tenant_id = $1 and id = any ($2::uuid[])',
)
const findPosts = sql(
  'authzen.posts',
  { id: 'uuid', userId: 'uuid?', status: 'text' },
  'select id, user_id, status from posts where tenant_id = $1 and id = any ($2::uuid[])',
)
const findComments = sql(
  'authzen.comments',
  { id: 'uuid', userId: 'uuid?', postUserId: 'uuid?', status: 'text' },
  `select c.id, c.user_id, p.user_id as post_user_id, p.status
   from comments c
   join posts p on p.tenant_id = $1 and p.id = c.post_id
   where c.tenant_id = $1 and c.id = any ($2::uuid[])`,
)

type Finder = (tx: Transaction, ids: string[]) => Promise<(id: string) => Thing | undefined>

const finders: Record<OwnType, Finder> = {
  user: async (tx, ids) => {
    const personOf = await peopleCalled(tx, ids)
    return (id) => {
      const person = personOf(id)
      return person && { owner: person.id }
    }
  },
  role: async (tx, ids) =>
    thingsIn(await tx.rows(findRoles, [tx.context.tenantId, idsIn(ids)]), () => ownedByNobody),
  invitation: async (tx, ids) =>
    thingsIn(await tx.rows(findInvitations, [tx.context.tenantId, idsIn(ids)]), () => ownedByNobody),
  post: async (tx, ids) =>
    thingsIn(await tx.rows(findPosts, [tx.context.tenantId, idsIn(ids)]), ({ userId, status }) => ({
      owner: userId,
      post: { owner: userId, isPublished: status === 'published' },
    })),
  comment: async (tx, ids) =>
    thingsIn(await tx.rows(findComments, [tx.context.tenantId, idsIn(ids)]), (comment) => ({
      owner: comment.userId,
      post: { owner: comment.postUserId, isPublished: comment.status === 'published' },
    })),
  // There is one of each: the tenant itself, and its log as a whole.
  tenant: async (tx) => theOne(tx),
  audit_log: async (tx) => theOne(tx),
}

/** Looks up things of Reeve's own types: whatever is not there is undefined. */
export async function thingsOf(
  tx: Transaction,
  names: readonly Name[],
): Promise<(name: Name) => Thing | undefined> {
  const things = new Map<string, Thing | undefined>()
  for (const [type, find] of Object.entries(finders)) {
    const ids = names.filter((name) => name.type === type).map(({ id }) => id)
    if (ids.length === 0) continue
    const thingOf = await find(tx, ids)
    for (const id of ids) things.set(keyOf({ type, id }), thingOf(id))
  }
  return (name) => things.get(keyOf(name))
}

const ownedByNobody: Thing = { owner: null }

function idsIn(names: string[]): string[] {
  return names.filter(isId)
}

function thingsIn<Row extends { id: string }>(rows: Row[], thing: (row: Row) => Thing) {
  const things = new Map(rows.map((row) => [row.id, thing(row)]))
  return (id: string) => things.get(id.toLowerCase())
}

function theOne({ context }: Transaction) {
  return (id: string) => (id.toLowerCase() === context.tenantId.toLowerCase() ? ownedByNobody : undefined)
}
