import type { FastifyBaseLogger } from 'fastify'
import { closeDatabase, type Database } from '../database/database.ts'
import { transactionOf } from '../database/prisma.ts'
import type { InTenant } from '../database/tenant-client.ts'
import { signIn, type SignedIn } from '../domains/accounts/sign-in.ts'
import { signUp, type NewAccount, type SignedUp } from '../domains/accounts/sign-up.ts'
import { acceptInvitation, type Accepted } from '../domains/invitations/accept.ts'
import { whoAmI } from '../domains/sessions/who-am-i.ts'
import { requestIdOf } from '../http/caller.ts'
import { acceptance } from '../http/invitations.ts'
import { line } from '../http/schemas.ts'
import { credentials, newAccount } from '../http/sign-in.ts'
import { fetchHandler, type FetchHandler } from './fetch-handler.ts'
import type { House } from './house.ts'
import { checked } from './input.ts'
import { Mount, type Mounting } from './mount.ts'
import { nodeHandler, type NodeHandler } from './node-handler.ts'
import { Operator } from './operator.ts'
import { Session } from './session.ts'
import { TenantTransaction } from './transaction.ts'
import type { User } from './user.ts'
import { visitOf, type Visit } from './visit.ts'

/** What is Reeve's in a process, from `createReeve()` to `close()`. */
export class Reeve {
  /** The pool with its bounds, for `tenantAdapter()` of reeve/prisma. */
  readonly database: Database
  /** The HTTP API inside of one's own service: `/v1`, `/openapi.json` and `/docs`. Best mounted at the root. */
  readonly handler: NodeHandler
  /** The same for frameworks that speak of requests as browsers do. */
  readonly fetch: FetchHandler
  /** Where its log lines go. */
  readonly log: FastifyBaseLogger
  readonly #house: House
  readonly #mount: Mount
  readonly #stop: () => void
  #closing: Promise<void> | undefined

  /** @internal Made by `createReeve()`. */
  constructor({ stop, ...mounting }: Mounting & { stop: () => void }) {
    this.database = mounting.house.database
    this.log = mounting.log
    this.#house = mounting.house
    this.#stop = stop
    this.#mount = new Mount(mounting)
    this.handler = nodeHandler(this.#mount)
    this.fetch = fetchHandler(this.#mount)
  }

  /** An account, a tenant that it owns, and a session; all of it or nothing. A taken address is refused (`email_taken`). */
  async signUp(wanted: NewAccount, visit: Visit = {}): Promise<SignedUp> {
    const account = checked(newAccount.omit({ cookie: true }), wanted, 'the account')
    return signUp(this.database, account, visitOf(visit))
  }

  /**
   * Opens a session, whose token is told this once. Nothing here counts attempts: limit them by address, or let people
   * sign in over `handler`, which does.
   */
  async signIn(given: { email: string; password: string }, visit: Visit = {}): Promise<SignedIn> {
    const presented = checked(credentials.omit({ cookie: true }), given, 'the sign-in')
    return signIn(this.database, presented, visitOf(visit))
  }

  /** Comes in by an invitation, as somebody who has no account yet. For others there is `session.acceptInvitation()`. */
  async acceptInvitation(
    given: { token: string; name: string; password: string },
    visit: Visit = {},
  ): Promise<Accepted> {
    const wanted = checked(acceptance.omit({ cookie: true }), given, 'the acceptance')
    return acceptInvitation(this.database, wanted, visitOf(visit))
  }

  /** Whose session a token opens, and what they may do where. Undefined: it has ended, or there never was one. */
  async session(token: string, visit: Visit = {}): Promise<Session | undefined> {
    const who = typeof token === 'string' ? await whoAmI(this.database, token) : undefined
    const { requestId, ip } = visitOf(visit)
    return who && new Session(this.#house, who, { requestId, ip })
  }

  /** Who that is in one tenant. Undefined: nobody who is signed in, or nobody there. */
  async user(token: string, tenantId: string, visit: Visit = {}): Promise<User | undefined> {
    return (await this.session(token, visit))?.in(tenantId)
  }

  /** Trusted code of one's own, which may do everything; the audit log will call it by this name. */
  operator(name: string, { requestId }: Pick<Visit, 'requestId'> = {}): Operator {
    const who = { name: checked(line(120), name, 'name'), requestId: requestIdOf(requestId) }
    return new Operator(this.#house, who)
  }

  /** Inside of `withTenant()` of reeve/prisma: the verbs, in the very transaction of the `tx` that it gave. */
  within(tx: InTenant): TenantTransaction {
    return new TenantTransaction(transactionOf(tx), this.#house.pages)
  }

  /**
   * Lets the requests and transactions that are under way end, and closes every connection. What is asked afterwards is
   * refused (`shutting_down`).
   */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    this.#stop()
    await this.#mount.close()
    await closeDatabase(this.database)
  }
}
