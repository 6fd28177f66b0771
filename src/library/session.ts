import { outsideTenants, type Context } from '../database/database.ts'
import { readAccount, renameAccount, type Account } from '../domains/accounts/accounts.ts'
import { changePassword } from '../domains/accounts/change-password.ts'
import { foundOwnTenant } from '../domains/accounts/tenants.ts'
import { acceptInvitation, type Accepted } from '../domains/invitations/accept.ts'
import {
  listSessions,
  revokeOtherSessions,
  revokeSession,
  signOut,
  type OpenSession,
} from '../domains/sessions/sessions.ts'
import type { Membership, Whoami } from '../domains/sessions/who-am-i.ts'
import type { Tenant } from '../domains/tenants/tenant.ts'
import { changes, passwords } from '../http/account.ts'
import { acceptance } from '../http/invitations.ts'
import { newTenant } from '../http/tenants.ts'
import type { House } from './house.ts'
import { checked, checkedId } from './input.ts'
import { User } from './user.ts'
import type { VisitKnown } from './user.ts'

/** Being signed in: whose session it is, and what they may do where, as it was when it was asked for. */
export class Session {
  readonly id: string
  /** Its end, if it is not used again before. */
  readonly expiresAt: Date
  readonly account: Whoami['account']
  /** Where the account is an active user, with roles and permissions; a hundred at most. */
  readonly tenants: readonly Membership[]
  readonly #house: House
  readonly #who: Whoami
  readonly #visit: VisitKnown

  constructor(house: House, who: Whoami, visit: VisitKnown) {
    this.id = who.sessionId
    this.expiresAt = who.expiresAt
    this.account = who.account
    this.tenants = who.tenants
    this.#house = house
    this.#who = who
    this.#visit = visit
  }

  /** Who they are in a tenant; undefined where they are nobody, whether or not there is such a tenant. */
  in(tenantId: string): User | undefined {
    const membership = this.tenants.find((one) => one.tenantId === String(tenantId).toLowerCase())
    return membership && new User(this.#house, this.#who, membership, this.#visit)
  }

  /** The account, with all that it says of itself. */
  readAccount(): Promise<Account> {
    return outsideTenants(this.#house.database, this.#context, (tx) => readAccount(tx))
  }

  /** What the human calls themself. Their name in a tenant is that tenant's affair. */
  async renameAccount(to: { name: string }): Promise<Account> {
    const wanted = checked(changes, to)
    return outsideTenants(this.#house.database, this.#context, (tx) => renameAccount(tx, wanted))
  }

  /** Replaces the password, and ends all other sessions; returns how many. */
  async changePassword(given: { current: string; next: string }): Promise<number> {
    const { current, next } = checked(passwords, given)
    const change = { accountId: this.account.id, sessionId: this.id, current, next }
    return changePassword(this.#house.database, change, this.#visit)
  }

  /** Where the account is signed in, the newest first; a hundred at most. */
  listSessions(): Promise<OpenSession[]> {
    return outsideTenants(this.#house.database, this.#context, (tx) => listSessions(tx))
  }

  /** Signs out in one place. */
  async revokeSession(sessionId: string): Promise<void> {
    const one = { sessionId: checkedId(sessionId, 'sessionId') }
    await outsideTenants(this.#house.database, this.#context, (tx) => revokeSession(tx, one))
  }

  /** Signs out everywhere else; returns in how many places. */
  revokeOtherSessions(): Promise<number> {
    const kept = { sessionId: this.id }
    return outsideTenants(this.#house.database, this.#context, (tx) => revokeOtherSessions(tx, kept))
  }

  /** Ends this session. */
  signOut(): Promise<void> {
    const current = { sessionId: this.id }
    return outsideTenants(this.#house.database, this.#context, (tx) => signOut(tx, current))
  }

  /** Founds a tenant, with this account as its owner. */
  async createTenant(tenant: { name: string; slug?: string | undefined }): Promise<Tenant> {
    const wanted = checked(newTenant, tenant, 'the tenant')
    return foundOwnTenant(this.#house.database, this.#context, wanted)
  }

  /** Comes in where this account was asked to. */
  async acceptInvitation(given: { token: string }): Promise<Accepted> {
    const { token } = checked(acceptance.pick({ token: true }), given)
    return acceptInvitation(this.#house.database, { token, accountId: this.account.id }, this.#visit)
  }

  get #context(): Omit<Context, 'tenantId'> {
    return { actor: { kind: 'account', accountId: this.account.id }, ...this.#visit }
  }
}
