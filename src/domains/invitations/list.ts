import type { Transaction } from '../../database/database.ts'
import { json, sql, type RowOf } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { beyondEveryId, pageOf, type Page, type PageRequest } from '../page.ts'
import type { Invitation, InvitationState } from './invitation.ts'

const columns = {
  id: 'uuid',
  email: 'text',
  role: json<Invitation['role']>(),
  state: 'text',
  invitedBy: 'uuid?',
  expiresAt: 'timestamptz',
  createdAt: 'timestamptz',
} as const

const withRole = `
  select i.id, i.email,
         case when r.id is not null then jsonb_build_object('id', r.id, 'name', r.name) end as role,
         case when i.accepted_at is not null then 'accepted'
              when i.revoked_at is not null then 'revoked'
              when i.expires_at <= now() then 'expired'
              else 'pending' end as state,
         i.invited_by, i.expires_at, i.created_at
  from invitations i
  left join roles r on r.tenant_id = i.tenant_id and r.id = i.role_id`

const listNewestFirst = sql(
  'invitations.list',
  columns,
  `${withRole} where i.tenant_id = $1 and i.id < $2 order by i.id desc limit $3`,
)

/** Who was asked in and what became of it, the newest first. */
export async function listInvitations(
  tx: Transaction,
  { limit, after }: PageRequest,
): Promise<Page<Invitation>> {
  authorize(tx, 'invitations:read')
  const found = await tx.rows(listNewestFirst, [tx.context.tenantId, after ?? beyondEveryId, limit + 1])
  return pageOf(found.map(asInvitation), limit, ({ id }) => id)
}

const find = sql('invitations.find', columns, `${withRole} where i.tenant_id = $1 and i.id = $2`)

/** One invitation, for verbs that have asked for permission already. */
export async function loadInvitation(tx: Transaction, id: string): Promise<Invitation> {
  const found = await tx.row(find, [tx.context.tenantId, id])
  if (found) return asInvitation(found)
  throw new Refusal(
    'not_found',
    'there is no such invitation',
    'list the invitations and use an id from there',
  )
}

function asInvitation(row: RowOf<typeof find>): Invitation {
  return { ...row, state: row.state as InvitationState }
}
