import { selfOf, type Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { hashToken } from '../../foundation/secret.ts'
import { authorize } from '../access/access.ts'
import { invitationLifetimeSeconds, type Invitation } from './invitation.ts'
import { loadInvitation } from './list.ts'
import { makeInvitationToken } from './token.ts'

/** The token is shown this once; we keep its hash alone. Whoever has it may come in. */
export type Invited = Invitation & { token: string }

/**
 * Asks somebody in, by address, with a role if one is named. An earlier invitation of the same address that is still
 * pending is revoked. Refuses who belongs already (`already_exists`), and a role that permits more than the inviter
 * may themself (`not_allowed`), be it named or had by the user who waits under this address.
 */
export async function invite(
  tx: Transaction,
  { email: address, roleId }: { email: string; roleId?: string | undefined },
): Promise<Invited> {
  const email = normalizeEmail(address)
  authorize(tx, 'invitations:create')
  const { tenantId, actor } = tx.context
  const known = await tx.row(knownAs, [tenantId, email])
  if (known?.belongs) throw belongsAlready()
  if (known && !known.withinReach && actor.kind === 'user') throw waitsWithMore()

  const by = selfOf(tx)
  const [id, token] = [uuidV7(), makeInvitationToken(tenantId)]
  tx.queue(revokePending, [tenantId, email, by])
  tx.queue(insert, [tenantId, id, email, roleId ?? null, hashToken(token), by, invitationLifetimeSeconds])
  return { ...(await loadInvitation(tx, id)), token }
}

const knownAs = sql(
  'invitations.known_as',
  { belongs: 'bool', withinReach: 'bool' },
  `select account_id is not null as belongs,
     reeve.holds(array(
       select rp.permission::text from user_roles ur
       join role_closure rc on rc.tenant_id = $1 and rc.role_id = ur.role_id
       join role_permissions rp on rp.tenant_id = $1 and rp.role_id = rc.reaches_id
       where ur.tenant_id = $1 and ur.user_id = u.id
     )) as within_reach
   from users u where tenant_id = $1 and email = $2`,
)

const revokePending = sql(
  'invitations.revoke_pending',
  {},
  `update invitations set revoked_at = now(), revoked_by = $3
   where tenant_id = $1 and email = $2 and accepted_at is null and revoked_at is null`,
)

const insert = sql(
  'invitations.insert',
  {},
  `insert into invitations (tenant_id, id, email, role_id, token_hash, invited_by, expires_at)
   values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))`,
)

/** Whoever invites sees the token, and could come in as them. */
function waitsWithMore(): Refusal {
  return new Refusal(
    'not_allowed',
    'somebody waits under this address who may do more than you',
    'ask an owner to invite them',
  )
}

function belongsAlready(): Refusal {
  return new Refusal(
    'already_exists',
    'somebody with this address belongs to this tenant already',
    'give them a role instead, or let them back in if they are suspended',
  )
}
