import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/** A role that somebody has. Times are ISO 8601; `inForce` says whether it counts now. */
export type RoleOfUser = {
  id: string
  name: string
  validFrom: string
  validUntil: string | null
  inForce: boolean
}

/** A human in one tenant, as their row has them. `accountId` is null until they accepted. */
export type Person = {
  id: string
  accountId: string | null
  email: string
  username: string | null
  name: string
  phone: string | null
  avatarUrl: string | null
  isActive: boolean
  isVerified: boolean
  suspendedAt: Date | null
  suspensionReason: string | null
  lastLoginAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** The same with their roles, as lists show them. */
export type User = Person & { roles: RoleOfUser[] }

/** What people say about themselves. */
export type Profile = { bio: string | null; locale: string | null; timeZone: string | null }
export type UserWithProfile = User & { profile: Profile }

export const userColumns = {
  id: 'uuid',
  accountId: 'uuid?',
  email: 'text',
  username: 'text?',
  name: 'text',
  phone: 'text?',
  avatarUrl: 'text?',
  isActive: 'bool',
  isVerified: 'bool',
  suspendedAt: 'timestamptz?',
  suspensionReason: 'text?',
  lastLoginAt: 'timestamptz?',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const

/** For statements in which users is `u`. The roles are looked up for everybody on the page together: `withRoles`. */
export const userFields = `u.id, u.account_id, u.email, u.username, u.name, u.phone, u.avatar_url, u.is_active,
  u.is_verified, u.suspended_at, u.suspension_reason, u.last_login_at, u.created_at, u.updated_at`

const rolesOfUsers = sql(
  'users.roles',
  {
    userId: 'uuid',
    id: 'uuid',
    name: 'text',
    validFrom: 'timestamptz:iso',
    validUntil: 'timestamptz:iso?',
    inForce: 'bool',
  },
  `select held.user_id, r.id, r.name, held.valid_from, held.valid_until,
     held.valid_from <= now() and (held.valid_until is null or held.valid_until > now()) as in_force
   from user_roles held
   join roles r on r.tenant_id = $1 and r.id = held.role_id
   where held.tenant_id = $1 and held.user_id = any ($2)`,
)

/** The same people with their roles, all of them in one question: as plain rows, which cost a third of JSON made there. */
export async function withRoles<Some extends Person>(
  tx: Transaction,
  people: readonly Some[],
): Promise<(Some & { roles: RoleOfUser[] })[]> {
  if (people.length === 0) return []
  const known = people.map((person) => ({ ...person, roles: [] as RoleOfUser[] }))
  const rolesOf = new Map(known.map(({ id, roles }) => [id, roles]))
  const found = await tx.rows(rolesOfUsers, [tx.context.tenantId, [...rolesOf.keys()]])
  for (const { userId, ...role } of found) rolesOf.get(userId)?.push(role)
  for (const { roles } of known) roles.sort((one, other) => (one.name < other.name ? -1 : 1))
  return known
}
