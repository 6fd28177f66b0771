import { AsyncLocalStorage } from 'node:async_hooks'
import type { SignedIn } from './domains/accounts/sign-in.ts'
import { responseOf } from './library/fetch-handler.ts'
import type { Reeve } from './library/reeve.ts'
import type { Session } from './library/session.ts'
import { tell } from './library/tell.ts'
import type { User } from './library/user.ts'
import { Visitor, type Cookie } from './library/visitor.ts'

export type { Visitor } from './library/visitor.ts'

/** `headers` and `cookies` of next/headers. */
export type NextRequestOf = {
  headers: () => Promise<{ get: (name: string) => string | null }>
  cookies: () => Promise<{ set: (name: string, value: string, attributes: Cookie['attributes']) => unknown }>
}

type RouteHandler = (request: Request) => Promise<Response>

/**
 * Reeve in an app of Next (App Router, on Node). It is opened at the first request, not while Next builds, and once for
 * each process, however often Next loads the file again.
 *
 *     export const reeve = reeveForNext(() => createReeve(), { headers, cookies })
 */
export function reeveForNext(open: () => Promise<Reeve>, request: NextRequestOf): ReeveForNext {
  return new ReeveForNext(open, request)
}

/** What pages, actions and routes ask. */
export class ReeveForNext {
  /** The API: `export const { GET, POST, PUT, PATCH, DELETE } = reeve.api` in app/v1/[...path]/route.ts. */
  readonly api: Record<'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', RouteHandler>
  readonly #open: () => Promise<Reeve>
  readonly #request: NextRequestOf

  /** @internal */
  constructor(open: () => Promise<Reeve>, request: NextRequestOf) {
    this.#open = open
    this.#request = request
    const serve: RouteHandler = async (request) =>
      (await this.instance()).fetch(request, { address: nearest(request.headers) })
    this.api = { GET: serve, HEAD: serve, POST: serve, PUT: serve, PATCH: serve, DELETE: serve }
  }

  /** What `createReeve()` made. */
  instance(): Promise<Reeve> {
    const shared = globalThis as { [kept]?: Promise<Reeve> | undefined }
    if (!shared[kept]) {
      shared[kept] = this.#open()
      shared[kept].catch(() => (shared[kept] = undefined)) // the next request tries again
    }
    return shared[kept]
  }

  /** Who is signed in; undefined for nobody. */
  async session(): Promise<Session | undefined> {
    return (await this.#visitor()).session()
  }

  /** Who is asking, in a tenant, or in the only one they have. Refuses whoever is not signed in, or nobody there. */
  async user(tenantId?: string): Promise<User> {
    return (await this.#visitor()).user(tenantId)
  }

  /** In an action or a route: opens a session and keeps it in the browser's cookie. */
  async signIn(given: { email: string; password: string }): Promise<SignedIn> {
    return (await this.#visitor()).signIn(given)
  }

  /** In an action or a route: keeps a session that was opened by signing up or accepting an invitation. */
  async keep(session: { token: string; expiresAt: Date }): Promise<void> {
    return (await this.#visitor()).keep(session)
  }

  /** In an action or a route: ends the session, and takes the cookie back. */
  async signOut(): Promise<void> {
    return (await this.#visitor('POST')).signOut()
  }

  /** A route of one's own whose refusals become problem documents; other errors are Next's. */
  route<Rest extends unknown[]>(
    handler: (request: Request, ...rest: Rest) => Promise<Response>,
  ): (request: Request, ...rest: Rest) => Promise<Response> {
    return async (request, ...rest) => {
      try {
        return await methods.run(request.method, () => handler(request, ...rest))
      } catch (error) {
        const told = tell((await this.instance()).log, error)
        if (!told) throw error
        return responseOf(told.status, told.headers, told.body)
      }
    }
  }

  async #visitor(method = methods.getStore()): Promise<Visitor> {
    const headers = await this.#request.headers()
    const header = (name: string) => headers.get(name) ?? undefined
    return new Visitor(await this.instance(), {
      // Outside of `route` Next does not say the method; an action is a POST, and what else may change something has an Origin.
      caller: {
        method: method ?? (header('next-action') === undefined ? undefined : 'POST'),
        host: header('x-forwarded-host') ?? header('host'),
        header,
      },
      visit: {
        requestId: header('x-request-id'),
        ip: nearest(headers),
        userAgent: header('user-agent'),
      },
      tenantId: () => undefined,
      setCookie: async ({ name, value, attributes }) =>
        (await this.#request.cookies()).set(name, value, attributes),
    })
  }
}

const kept = Symbol.for('reeve.next')

/** The method of the request that a route is answering. */
const methods = new AsyncLocalStorage<string>()

/** Next says in X-Forwarded-For where a connection came from, unless a proxy before it did; the last one spoke to us. */
function nearest(headers: { get: (name: string) => string | null }): string | undefined {
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
}
