/** `pending` until one of the others comes true. */
export type InvitationState = 'pending' | 'accepted' | 'revoked' | 'expired'

/** Somebody was asked in. */
export type Invitation = {
  id: string
  email: string
  role: { id: string; name: string } | null
  state: InvitationState
  /** The user who asked; null for the operator, or someone deleted since. */
  invitedBy: string | null
  expiresAt: Date
  createdAt: Date
}

export const invitationLifetimeSeconds = 7 * 24 * 60 * 60
