/** What the HTTP contract sends and takes, as JSON: times are ISO 8601 strings in UTC, ids are UUIDs. */

/** How a human signs in; one human has one account. */
export type Account = { id: string; email: string; name: string }

export type Tenant = { id: string; slug: string; name: string }

/** A tenant in which the account has an active user. */
export type TenantOfSession = {
  tenantId: string
  slug: string
  name: string
  userId: string
  /** Names of roles. */
  roles: string[]
  /** `resource:action`, either part may be `*`. */
  permissions: string[]
}

/** Who am I, and where. */
export type Session = { account: Account; expiresAt: string; tenants: TenantOfSession[] }

/** What signing in answers. The token is left out when the session went into a cookie. */
export type SignedIn = {
  token?: string
  expiresAt: string
  account: Account
  tenants: { tenantId: string; userId: string; name: string; slug: string }[]
}

/** What signing up answers: a new account, the tenant it owns, and its user in that tenant. */
export type SignedUp = {
  account: Account
  tenant: Tenant
  /** The owner that the account is there, so of another id. */
  user: Account
  /** The token is left out when the session went into a cookie. */
  session: { token?: string; expiresAt: string }
}

/** A human in one tenant. */
export type User = {
  id: string
  /** How this human signs in, if they do. */
  accountId: string | null
  email: string
  username: string | null
  name: string
  phone: string | null
  avatarUrl: string | null
  isActive: boolean
  isVerified: boolean
  suspendedAt: string | null
  suspensionReason: string | null
  lastLoginAt: string | null
  createdAt: string
  updatedAt: string
  roles: RoleOfUser[]
}

/** A role that a user has from one moment to another, and whether now is in between. */
export type RoleOfUser = {
  id: string
  name: string
  validFrom: string
  validUntil: string | null
  inForce: boolean
}

/** One page of a list. `nextCursor` asks for the page after it, and is null on the last one. */
export type Page<Item> = { items: Item[]; nextCursor: string | null }
