import { selfOf, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import type { Invitation } from './invitation.ts'
import { loadInvitation } from './list.ts'

/** Takes an invitation back. One that was accepted or revoked before stays as it is, and is returned so. */
export async function revokeInvitation(
  tx: Transaction,
  { invitationId }: { invitationId: string },
): Promise<Invitation> {
  authorize(tx, 'invitations:revoke')
  tx.queue(revoke, [tx.context.tenantId, invitationId, selfOf(tx)])
  return loadInvitation(tx, invitationId)
}

const revoke = sql(
  'invitations.revoke',
  {},
  `update invitations set revoked_at = now(), revoked_by = $3
   where tenant_id = $1 and id = $2 and accepted_at is null and revoked_at is null`,
)
