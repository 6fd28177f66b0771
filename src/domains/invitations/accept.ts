import { inTenant, readInTenant, type Database, type Transaction } from '../../database/database.ts'
import { orReplay } from '../../database/replay.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { hashToken } from '../../foundation/secret.ts'
import { createAccount } from '../accounts/account.ts'
import { openSession, type Lifetime, type OpenedSession, type Visit } from '../sessions/open.ts'
import { arrivalOf, type Arrival, type GivenAtAcceptance } from './arrival.ts'
import { tenantOfToken } from './token.ts'

export type Accepted = {
  tenantId: string
  userId: string
  account: { id: string; email: string; name: string }
  /** For whoever got their account with the invitation; the others are signed in already. */
  session?: OpenedSession
}

/**
 * Comes in. Whoever has an account must be signed in with it (`accountId`); whoever has none gets one, with the name
 * and password given, and a session. A user of that address whom the tenant knows without an account becomes theirs.
 * An invitation serves once, and while its inviter could still send it; used, revoked, expired, unknown and forged ones
 * are refused alike (`invitation_unusable`).
 */
export function acceptInvitation(
  database: Database,
  given: GivenAtAcceptance & { token: string },
  visit: Visit,
  lifetime?: Lifetime,
): Promise<Accepted> {
  return orReplay(database, visit, () => accept(database, given, visit, lifetime))
}

async function accept(
  database: Database,
  given: GivenAtAcceptance & { token: string },
  visit: Visit,
  lifetime: Lifetime | undefined,
): Promise<Accepted> {
  const tenantId = tenantOfToken(given.token)
  if (tenantId === undefined) return unusable()
  const { requestId, ip, once } = visit
  const context = { tenantId, requestId, ip }
  const tokenHash = hashToken(given.token)

  // Looked at first, so that no password is hashed for an invitation that is none.
  const nobody = { ...context, actor: { kind: 'nobody' } } as const
  const invited = await readInTenant(database, nobody, (tx) => tx.row(lookAt, [tenantId, tokenHash]))
  const arrival = await arrivalOf(database, invited?.email ?? unusable(), given)

  const themself = { ...context, once, actor: { kind: 'account', accountId: arrival.account.id } } as const
  return inTenant(database, themself, (tx) => comeIn(tx, tokenHash, arrival, visit, lifetime))
}

async function comeIn(
  tx: Transaction,
  tokenHash: Buffer,
  { account, hash }: Arrival,
  visit: Visit,
  lifetime: Lifetime | undefined,
): Promise<Accepted> {
  const { tenantId } = tx.context
  const invitation = (await tx.row(claim, [tenantId, tokenHash])) ?? unusable()
  if (hash !== undefined) await createAccount(tx, account, hash)

  const user = await tx.row(becomeUser, [tenantId, uuidV7(), account.id, account.email, account.name])
  if (!user) return unusable()
  if (invitation.roleId !== null) {
    tx.queue(giveRole, [tenantId, user.id, invitation.roleId, invitation.invitedBy])
  }
  tx.queue(markAccepted, [tenantId, invitation.id, user.id])
  if (hash === undefined) return { tenantId, userId: user.id, account }
  const session = await openSession(tx, { accountId: account.id, hash }, visit, lifetime)
  return { tenantId, userId: user.id, account, session: session! }
}

// The inviter has seen the token, and may be whoever comes. So what comes with it, the role and the roles of the user who
// waits under this address, is still theirs to give: they may have lost it, or somebody been given more, since they asked.
const usable = `
  from invitations i
  join tenants t on t.id = i.tenant_id and t.deleted_at is null
  where i.tenant_id = $1 and i.token_hash = $2
    and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
    and (i.invited_by is null or (
      (reeve.access_decision($1, i.invited_by, 'invitations:create')).allowed
      and not exists (
        select from role_closure rc
        join role_permissions rp on rp.tenant_id = $1 and rp.role_id = rc.reaches_id
        where rc.tenant_id = $1
          and (rc.role_id = i.role_id or rc.role_id in (
            select ur.role_id from users u
            join user_roles ur on ur.tenant_id = $1 and ur.user_id = u.id
            where u.tenant_id = $1 and u.email = i.email and u.account_id is null
          ))
          and not (reeve.access_decision($1, i.invited_by, rp.permission)).allowed
      )
    ))`

const lookAt = sql('invitations.look_at', { email: 'text' }, `select i.email ${usable}`)

// Whoever comes second waits here, and then finds it used.
const claim = sql(
  'invitations.claim',
  { id: 'uuid', roleId: 'uuid?', invitedBy: 'uuid?' },
  `select i.id, i.role_id, i.invited_by ${usable} for update of i`,
)

// No row: the tenant knows this address as somebody else's, or has suspended its owner.
const becomeUser = sql(
  'invitations.become_user',
  { id: 'uuid' },
  `insert into users as u (tenant_id, id, account_id, email, name) values ($1, $2, $3, $4, $5)
   on conflict (tenant_id, email) do update set account_id = excluded.account_id
   where u.suspended_at is null and (u.account_id is null or u.account_id = excluded.account_id)
   returning id`,
)

// Who had the role for a time only has it for good now.
const giveRole = sql(
  'invitations.give_role',
  {},
  `insert into user_roles as ur (tenant_id, user_id, role_id, assigned_by) values ($1, $2, $3, $4)
   on conflict (tenant_id, user_id, role_id) do update
   set valid_from = least(ur.valid_from, now()), valid_until = null, assigned_at = now(), assigned_by = excluded.assigned_by
   where ur.valid_until is not null or ur.valid_from > now()`,
)

const markAccepted = sql(
  'invitations.mark_accepted',
  {},
  'update invitations set accepted_at = now(), accepted_by = $3 where tenant_id = $1 and id = $2',
)

function unusable(): never {
  throw new Refusal(
    'invitation_unusable',
    'this invitation cannot be used: it is unknown, used, revoked or expired',
    'ask whoever invited you for a new one; if you came in with it before, sign in',
  )
}
