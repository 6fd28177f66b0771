import type { FastifyRequest } from 'fastify'
import { nilTenant, type Context, type Database } from '../database/database.ts'
import type { Once } from '../database/once.ts'
import { checkSession, type Session } from '../domains/sessions/check.ts'
import type { Visit } from '../domains/sessions/open.ts'
import { noSuchTenant } from '../domains/tenants/read.ts'
import { Refusal } from '../foundation/refusal.ts'
import { plainAddress, tokenOf, type Caller } from './caller.ts'
import { isolationOf } from './conditional.ts'
import type { App } from './house.ts'
import { signedIn } from './openapi.ts'
import { ids } from './schemas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set behind `requireAccount` and `requireTenant`. */
    session: Session | undefined
  }
}

/** Routes registered here are for people who are signed in. */
export function requireAccount(app: App, database: Database): void {
  app.addHook('onRoute', (route) => {
    route.schema = { security: signedIn, ...route.schema }
  })
  app.addHook('onRequest', async (request) => {
    request.session = await whoever(request, (token) => checkSession(database, token))
  })
}

/** Routes registered here are for active users of the tenant in the path. To all others there is no such tenant. */
export function requireTenant(app: App, database: Database): void {
  app.addHook('onRoute', (route) => {
    route.schema = { security: signedIn, params: ids.pick({ tenantId: true }), ...route.schema }
  })
  app.addHook('onRequest', async (request) => {
    request.session = await whoever(request, (token) => checkSession(database, token, tenantIn(request)))
    if (request.session.userId === undefined) noSuchTenant()
  })
}

/** What is known of whoever is asking, by their token; refused where it opens nothing. */
export async function whoever<Known>(
  request: FastifyRequest,
  lookUp: (token: string) => Promise<Known | undefined>,
): Promise<Known> {
  const token = tokenOf(callerOf(request))
  const known = token === undefined ? undefined : await lookUp(token)
  if (known) return known
  throw new Refusal(
    'not_signed_in',
    token === undefined ? 'nobody is signed in' : 'this session has ended',
    'sign in with POST /v1/sessions and send the token as Authorization: Bearer',
  )
}

/** The context of a request behind `requireTenant`. */
export function tenantContext(request: FastifyRequest): Context {
  const { accountId, userId } = request.session!
  const actor = { kind: 'user', userId: userId!, accountId } as const
  const manner = { isolation: isolationOf(request), once: request.once?.(accountId) }
  return { tenantId: tenantIn(request), actor, ...visitOf(request), ...manner }
}

/** The context of a request behind `requireAccount`. */
export function accountContext(request: FastifyRequest): Omit<Context, 'tenantId'> {
  const { accountId } = request.session!
  const actor = { kind: 'account', accountId } as const
  const manner = { isolation: isolationOf(request), once: outsideOnce(request, accountId) }
  return { actor, ...visitOf(request), ...manner }
}

/** Who is asking, from where, with what: for what begins before a transaction can, like signing up and in. */
export function visitorOf(request: FastifyRequest, accountId?: string): Visit {
  const userAgent = request.headers['user-agent']?.slice(0, 500)
  return { ...visitOf(request), userAgent, once: outsideOnce(request, accountId) }
}

/** The live session of a request, if it has one; for routes that serve strangers too. */
export async function sessionIfAny(
  request: FastifyRequest,
  database: Database,
): Promise<Session | undefined> {
  const token = tokenOf(callerOf(request))
  return token === undefined ? undefined : checkSession(database, token)
}

/** Kept outside of every tenant: the one that the work declares may not be there yet. */
function outsideOnce({ once }: FastifyRequest, accountId: string | undefined): Once | undefined {
  return once && { ...once(accountId), tenantId: nilTenant }
}

function tenantIn(request: FastifyRequest): string {
  return (request.params as { tenantId: string }).tenantId
}

/** Which request it is, and from where. */
export function visitOf({ id, ip }: FastifyRequest): { requestId: string; ip: string | undefined } {
  return { requestId: id, ip: plainAddress(ip) }
}

function callerOf({ method, host, headers }: FastifyRequest): Caller {
  return { method, host, header: (name) => headers[name]?.toString() }
}
