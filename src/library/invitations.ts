import type { Invitation } from '../domains/invitations/invitation.ts'
import { invite, type Invited } from '../domains/invitations/invite.ts'
import { listInvitations } from '../domains/invitations/list.ts'
import { revokeInvitation } from '../domains/invitations/revoke.ts'
import { page, wanted as newInvitation } from '../http/invitations.ts'
import { listed, type Door, type Filters, type List, type ListRequest } from './door.ts'
import { checked, checkedId } from './input.ts'

type InvitationList = ListRequest & Filters<Parameters<typeof listInvitations>[1]>

/** Asking people into a tenant. */
export class Invitations {
  readonly #door: Door

  constructor(door: Door) {
    this.#door = door
  }

  /** The invitations, the newest first. Needs `invitations:read`. */
  async list(wanted: InvitationList = {}): Promise<List<Invitation>> {
    const list = { name: 'invitations', schema: page }
    return listed(this.#door, list, wanted, (page) => this.#door.read((tx) => listInvitations(tx, page)))
  }

  /** Asks somebody in. The token is told this once: hand it over. Needs `invitations:create`. */
  async create(person: { email: string; roleId?: string | undefined }): Promise<Invited> {
    const wanted = checked(newInvitation, person, 'the invitation')
    return this.#door.write((tx) => invite(tx, wanted))
  }

  /** Takes an invitation back. Needs `invitations:revoke`. */
  async revoke(invitationId: string): Promise<Invitation> {
    const id = checkedId(invitationId, 'invitationId')
    return this.#door.write((tx) => revokeInvitation(tx, { invitationId: id }))
  }
}
