import type { SignedIn } from '../domains/accounts/sign-in.ts'
import { noSuchTenant } from '../domains/tenants/read.ts'
import { Refusal } from '../foundation/refusal.ts'
import { refuseOtherSites, tokenOf, type Caller } from '../http/caller.ts'
import { attributes, sessionCookie } from '../http/cookie.ts'
import type { Reeve } from './reeve.ts'
import type { Session } from './session.ts'
import type { User } from './user.ts'
import type { Visit } from './visit.ts'

/** A cookie to be set, as frameworks want it. */
export type Cookie = { name: string; value: string; attributes: typeof attributes & { expires: Date } }

/** What a framework knows of a request. */
export type Asked = {
  caller: Caller
  visit: Visit
  /** Which tenant the request is about, where its address says so. */
  tenantId: () => string | undefined
  setCookie: (cookie: Cookie) => unknown
}

/** Who is asking, in one request of one's own service: looked up at the first question, then remembered. */
export class Visitor {
  /** Where log lines about the request go. */
  readonly log: Reeve['log']
  readonly #reeve: Reeve
  readonly #asked: Asked
  #session: Promise<Session | undefined> | undefined

  constructor(reeve: Reeve, asked: Asked) {
    this.log = reeve.log
    this.#reeve = reeve
    this.#asked = asked
  }

  /**
   * The session behind the cookie or `Authorization: Bearer`; undefined where nobody is signed in. A change that only a
   * cookie authorizes, from pages of another site, is refused (`cross_site`).
   */
  session(): Promise<Session | undefined> {
    this.#session ??= this.#find()
    return this.#session
  }

  /**
   * Who is asking, in the tenant that is named, else in the one of the request's address (`:tenantId`), else in the only
   * one they have. Refuses whoever is not signed in (`not_signed_in`), and who is nobody there (`not_found`).
   */
  async user(tenantId = this.#asked.tenantId()): Promise<User> {
    const session = await this.session()
    if (!session) throw notSignedIn()
    return session.in(tenantId ?? theOnlyOne(session)) ?? noSuchTenant()
  }

  /** Opens a session and keeps it in the browser's cookie. */
  async signIn(given: { email: string; password: string }): Promise<SignedIn> {
    refuseOtherSites(this.#asked.caller)
    const signedIn = await this.#reeve.signIn(given, this.#asked.visit)
    await this.keep(signedIn)
    return signedIn
  }

  /** Keeps a session that was opened, by signing up or accepting an invitation, in the browser's cookie. */
  async keep({ token, expiresAt }: { token: string; expiresAt: Date }): Promise<void> {
    refuseOtherSites(this.#asked.caller)
    await this.#setCookie(token, expiresAt)
    this.#session = undefined
  }

  /** Ends the session, if there is one, and takes the cookie back. */
  async signOut(): Promise<void> {
    await (await this.session())?.signOut()
    await this.#setCookie('', new Date(0))
    this.#session = Promise.resolve(undefined)
  }

  async #find(): Promise<Session | undefined> {
    const token = tokenOf(this.#asked.caller)
    return token === undefined ? undefined : this.#reeve.session(token, this.#asked.visit)
  }

  async #setCookie(value: string, expires: Date): Promise<void> {
    await this.#asked.setCookie({ name: sessionCookie, value, attributes: { ...attributes, expires } })
  }
}

function theOnlyOne({ tenants }: Session): string {
  const [first, ...others] = tenants
  if (first && others.length === 0) return first.tenantId
  if (!first) noSuchTenant()
  throw new Refusal(
    'invalid_request',
    'there are several tenants, and the request does not say which one it is about',
    'put :tenantId into the address of the route, or name the tenant: user(tenantId)',
  )
}

function notSignedIn(): Refusal {
  return new Refusal('not_signed_in', 'nobody is signed in', 'sign in first')
}
