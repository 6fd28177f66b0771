import type { Context } from '../database/database.ts'
import type { Permission } from '../domains/access/access.ts'
import type { Membership, Whoami } from '../domains/sessions/who-am-i.ts'
import { Refusal } from '../foundation/refusal.ts'
import { Grants } from './grants.ts'
import { doorTo, together, type House } from './house.ts'
import { AllNouns } from './nouns.ts'
import type { TenantTransaction } from './transaction.ts'

/** Whose an object is: `owner` is the user who made it, null where nobody did or they are gone. */
export type Of = { owner?: string | null | undefined }

/**
 * Somebody who is signed in, in one tenant, as they were when they were asked for. Ask again for each request, and keep
 * none: who lost a role, or was suspended, or signed out since, is still who they were in here.
 */
export class User extends AllNouns {
  readonly id: string
  readonly tenantId: string
  /** The human behind it, in all tenants. */
  readonly account: Whoami['account']
  readonly sessionId: string
  /** Who they are here: the tenant's name, and the names of their roles and permissions. */
  readonly membership: Membership
  /** For `withTenant()` of reeve/prisma. */
  readonly context: Context
  readonly #house: House
  readonly #grants: Grants

  constructor(house: House, { account, sessionId }: Whoami, membership: Membership, visit: VisitKnown) {
    const { tenantId, userId } = membership
    const actor = { kind: 'user', userId, accountId: account.id } as const
    const context = { tenantId, actor, ...visit }
    super(doorTo(house, context))
    this.id = userId
    this.tenantId = tenantId
    this.account = account
    this.sessionId = sessionId
    this.membership = membership
    this.context = context
    this.#house = house
    this.#grants = new Grants(membership.permissions)
  }

  /**
   * Whether they may do this, for pages and routes of one's own: without a question to the database, a few nanoseconds.
   * It answers by what they had when they were loaded. A permission that they have over their own things alone
   * (`posts:update:own`) counts where `owner` is this user. The verbs of Reeve do not rest on it: they ask the database.
   */
  can(permission: Permission, { owner }: Of = {}): boolean {
    const reach = this.#grants.reach(permission)
    return reach === 'any' || (reach === 'own' && String(owner).toLowerCase() === this.id)
  }

  /** The same for a route: goes on, or refuses in the words in which the database would (`not_allowed`). */
  demand(permission: Permission, of: Of = {}): void {
    if (this.can(permission, of)) return
    throw new Refusal(
      'not_allowed',
      `this needs the permission ${permission}`,
      `ask somebody who may assign roles for one that permits ${permission}`,
    )
  }

  /**
   * Several verbs and statements of one's own in one transaction, which commits when the work is done and rolls back when
   * it throws. Use the `tx` that it is given: what is done with the user itself is done beside it. Where PostgreSQL undid
   * it for another's sake (a deadlock), the work is begun again; so let it do nothing that cannot be undone.
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    return together(this.#house, this.context, work)
  }
}

/** What a request is known by in the log, and where it came from. */
export type VisitKnown = { requestId: string; ip?: string | undefined }
