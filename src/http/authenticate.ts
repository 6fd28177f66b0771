import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Context, Database } from '../database/database.ts'
import { checkSession, type Session } from '../domains/sessions/check.ts'
import type { Visit } from '../domains/sessions/open.ts'
import { noSuchTenant } from '../domains/tenants/read.ts'
import { Refusal } from '../foundation/refusal.ts'
import { sessionCookie } from './cookie.ts'
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
    request.session = await sessionOf(request, database)
  })
}

/** Routes registered here are for active users of the tenant in the path. To all others there is no such tenant. */
export function requireTenant(app: App, database: Database): void {
  app.addHook('onRoute', (route) => {
    route.schema = { security: signedIn, params: ids.pick({ tenantId: true }), ...route.schema }
  })
  app.addHook('onRequest', async (request) => {
    request.session = await sessionOf(request, database, tenantIn(request))
    if (request.session.userId === undefined) noSuchTenant()
  })
}

/** The context of a request behind `requireTenant`. */
export function tenantContext(request: FastifyRequest): Context {
  const { accountId, userId } = request.session!
  const actor = { kind: 'user', userId: userId!, accountId } as const
  return { tenantId: tenantIn(request), actor, ...visitOf(request) }
}

/** The context of a request behind `requireAccount`. */
export function accountContext(request: FastifyRequest): Omit<Context, 'tenantId'> {
  return { actor: { kind: 'account', accountId: request.session!.accountId }, ...visitOf(request) }
}

/** Who is asking, from where, with what: for signing up and in, where nobody is known yet. */
export function strangerOf(request: FastifyRequest): Visit {
  return { ...visitOf(request), userAgent: request.headers['user-agent']?.slice(0, 500) }
}

/** The live session of a request, if it has one; for routes that serve strangers too. */
export async function sessionIfAny(
  request: FastifyRequest,
  database: Database,
): Promise<Session | undefined> {
  const token = tokenOf(request)
  return token === undefined ? undefined : checkSession(database, token)
}

function tenantIn(request: FastifyRequest): string {
  return (request.params as { tenantId: string }).tenantId
}

function visitOf({ id, ip }: FastifyRequest): { requestId: string; ip: string | undefined } {
  return { requestId: id, ip: plainAddress(ip) }
}

/** An address as PostgreSQL knows it: without a zone, IPv4 as such. A proxy may have written anything else. */
function plainAddress(ip = ''): string | undefined {
  const address = ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  return isIP(address) === 0 ? undefined : address
}

async function sessionOf(request: FastifyRequest, database: Database, tenantId?: string): Promise<Session> {
  const token = tokenOf(request)
  const session = token === undefined ? undefined : await checkSession(database, token, tenantId)
  if (session) return session
  throw new Refusal(
    'not_signed_in',
    token === undefined ? 'nobody is signed in' : 'this session has ended',
    'sign in with POST /v1/sessions and send the token as Authorization: Bearer',
  )
}

function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  const token = request.cookies[sessionCookie]
  if (token !== undefined) refuseOtherSites(request)
  return token
}

/**
 * A cookie travels by itself, so a change that it authorizes must come from our own pages. Browsers say where a
 * request comes from in Sec-Fetch-Site, older ones in Origin; SameSite=Lax on the cookie stands behind this.
 */
function refuseOtherSites(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const site = request.headers['sec-fetch-site']
  const { origin } = request.headers
  const ours =
    site === undefined ? origin !== undefined && hostOf(origin) === request.host : site === 'same-origin'
  if (ours) return
  throw new Refusal(
    'cross_site',
    'a cookie does not authorize changes from another site',
    'call from the same origin, or send the token as Authorization: Bearer',
  )
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
