import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { authorize } from '../access/access.ts'
import { spelledName, spelledUsername } from '../spelling.ts'
import { queueProfile, type ProfileChanges } from './profile.ts'
import { loadUser } from './read.ts'
import type { UserWithProfile } from './user.ts'

/** What is left out stays; null clears. */
export type UserChanges = {
  email?: string | undefined
  name?: string | undefined
  username?: string | null | undefined
  phone?: string | null | undefined
  avatarUrl?: string | null | undefined
  profile?: ProfileChanges | undefined
}

// A new address is one that nobody has proved yet.
const changeUser = sql(
  'users.update',
  {},
  `update users set
     is_verified = is_verified and not ($3::jsonb ? 'email' and email <> $3 ->> 'email'),
     email       = case when $3 ? 'email'     then $3 ->> 'email'     else email end,
     name        = case when $3 ? 'name'      then $3 ->> 'name'      else name end,
     username    = case when $3 ? 'username'  then $3 ->> 'username'  else username end,
     phone       = case when $3 ? 'phone'     then $3 ->> 'phone'     else phone end,
     avatar_url  = case when $3 ? 'avatarUrl' then $3 ->> 'avatarUrl' else avatar_url end
   where tenant_id = $1 and id = $2`,
)

/**
 * Changes somebody's details and profile. Whoever was granted `users:update` for their own may change theirs. The
 * address here is how the tenant knows them; the one they sign in with belongs to their account.
 */
export async function updateUser(
  tx: Transaction,
  userId: string,
  changes: UserChanges,
): Promise<UserWithProfile> {
  const { profile, ...details } = spelled(changes)
  authorize(tx, 'users:update', userId)
  if (Object.values(details).some((value) => value !== undefined)) {
    tx.queue(changeUser, [tx.context.tenantId, userId, JSON.stringify(details)])
  }
  if (profile) queueProfile(tx, userId, profile)
  return loadUser(tx, userId)
}

function spelled(changes: UserChanges): UserChanges {
  const { email, name, username } = changes
  return {
    ...changes,
    ...(email === undefined ? {} : { email: normalizeEmail(email) }),
    ...(name === undefined ? {} : { name: spelledName(name) }),
    ...(username == null ? {} : { username: spelledUsername(username) }),
  }
}
