import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { userColumns, userFields, withRoles, type Profile, type UserWithProfile } from './user.ts'

/** One person of the declared tenant, with roles and profile. */
export async function readUser(tx: Transaction, userId: string): Promise<UserWithProfile> {
  authorize(tx, 'users:read', userId)
  return loadUser(tx, userId)
}

const findUser = sql(
  'users.find',
  { ...userColumns, profile: json<Profile>() },
  `select ${userFields},
     jsonb_build_object('bio', p.bio, 'locale', p.locale, 'timeZone', p.time_zone) as profile
   from users u
   left join user_profiles p on p.tenant_id = $1 and p.user_id = u.id
   where u.tenant_id = $1 and u.id = $2`,
)

const touch = sql('users.touch', {}, 'update users set updated_at = now() where tenant_id = $1 and id = $2')

/**
 * The same, ahead of a change that is made only where they are as one saw them, under `repeatable read`. What belongs to
 * somebody stands in several tables: of two changes at once that touch none of the same rows, the second finds this one
 * changed.
 */
export async function readUserToChange(tx: Transaction, userId: string): Promise<UserWithProfile> {
  const user = await readUser(tx, userId)
  tx.queue(touch, [tx.context.tenantId, userId])
  return user
}

/** The same for verbs that have asked for permission already. */
export async function loadUser(tx: Transaction, userId: string): Promise<UserWithProfile> {
  const person = await tx.row(findUser, [tx.context.tenantId, userId])
  if (!person) noSuchUser()
  const [user] = await withRoles(tx, [person])
  return user!
}

/** Refuses, in the words that everybody gets whose id is not known here. */
export function noSuchUser(): never {
  throw new Refusal('not_found', 'nobody here has this id', 'list the people of the tenant, and ask again')
}
