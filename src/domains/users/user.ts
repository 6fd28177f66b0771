import { json } from '../../database/sql.ts'

/** A role that somebody has. Times are ISO 8601; `inForce` says whether it counts now. */
export type RoleOfUser = {
  id: string
  name: string
  validFrom: string
  validUntil: string | null
  inForce: boolean
}

/** A human in one tenant, as lists show them. `accountId` is null until they accepted. */
export type User = {
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
  roles: RoleOfUser[]
}

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
  roles: json<RoleOfUser[]>(),
} as const

/** For statements in which users is `u`, the tenant `$1`, and `rolesOfUser` joined. */
export const userFields = `u.id, u.account_id, u.email, u.username, u.name, u.phone, u.avatar_url, u.is_active,
  u.is_verified, u.suspended_at, u.suspension_reason, u.last_login_at, u.created_at, u.updated_at, has.roles`

/** Everybody's roles in the same query: one look into an index for each person on the page. */
export const rolesOfUser = `
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', r.id,
      'name', r.name,
      'validFrom', to_char(ur.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'validUntil', to_char(ur.valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'inForce', ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
    ) order by r.name), '[]') as roles
    from user_roles ur
    join roles r on r.tenant_id = $1 and r.id = ur.role_id
    where ur.tenant_id = $1 and ur.user_id = u.id
  ) has`
