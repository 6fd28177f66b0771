import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { queueAssignment } from '../roles/assign.ts'
import { spelledName, spelledUsername } from '../spelling.ts'
import { queueProfile, type ProfileChanges } from './profile.ts'
import { loadUser } from './read.ts'
import type { UserWithProfile } from './user.ts'

export type NewUser = {
  email: string
  name: string
  username?: string | null | undefined
  phone?: string | null | undefined
  avatarUrl?: string | null | undefined
  profile?: ProfileChanges | undefined
  /** Given in the same transaction, by the rules of `assignRole`. */
  roleIds?: readonly string[] | undefined
}

const insertUser = sql(
  'users.insert',
  {},
  `insert into users (tenant_id, id, email, name, username, phone, avatar_url)
   values ($1, $2, $3, $4, $5, $6, $7)`,
)

/**
 * Adds somebody to the declared tenant. They have no account here yet: they sign in after an invitation. Refuses an
 * address (`email_taken`) or a user name (`name_taken`) that somebody in this tenant has.
 */
export async function createUser(tx: Transaction, person: NewUser): Promise<UserWithProfile> {
  const { phone, avatarUrl, profile, roleIds = [] } = person
  const userId = uuidV7()
  const email = normalizeEmail(person.email)
  const name = spelledName(person.name)
  const username = person.username == null ? null : spelledUsername(person.username)

  authorize(tx, 'users:create')
  tx.queue(insertUser, [tx.context.tenantId, userId, email, name, username, phone, avatarUrl])
  if (profile) queueProfile(tx, userId, profile)
  if (roleIds.length > 0) authorize(tx, 'roles:assign')
  for (const roleId of new Set(roleIds)) queueAssignment(tx, { userId, roleId })
  return loadUser(tx, userId)
}
