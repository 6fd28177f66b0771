import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { rolesOfUser, userColumns, userFields, type Profile, type UserWithProfile } from './user.ts'

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
   ${rolesOfUser}
   where u.tenant_id = $1 and u.id = $2`,
)

/** The same for verbs that have asked for permission already. */
export async function loadUser(tx: Transaction, userId: string): Promise<UserWithProfile> {
  const user = await tx.row(findUser, [tx.context.tenantId, userId])
  return user ?? noSuchUser()
}

/** Refuses, in the words that everybody gets whose id is not known here. */
export function noSuchUser(): never {
  throw new Refusal('not_found', 'nobody here has this id', 'list the people of the tenant, and ask again')
}
