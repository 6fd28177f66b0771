import { isUtf8 } from 'node:buffer'
import type { FastifyError, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { nilTenant, readInTenant, type Context, type Database } from '../../database/database.ts'
import { toFailure } from '../../database/failure.ts'
import { listOwnTenants } from '../../domains/accounts/tenants.ts'
import { checkSession, type Session } from '../../domains/sessions/check.ts'
import { isId } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { visitOf, whoever } from '../authenticate.ts'
import type { App } from '../house.ts'
import { signedIn } from '../openapi.ts'
import { answerProblem } from '../problem.ts'
import { ambiguityIn } from './strict-json.ts'

/** Names the tenant where the path does not. */
export const tenantHeader = 'reeve-tenant'
export const tenantName = z
  .string()
  .regex(/^[\w-]+$/, 'must be an id or a short name')
  .max(100)
  .describe('The tenant: its id or short name.')

/**
 * Routes registered here are for programs that ask for decisions: for users of the tenant that they name, in the path or
 * in Reeve-Tenant. Failures have the statuses of AuthZEN, and X-Request-ID comes back as it was.
 */
export function requirePep(app: App, database: Database): void {
  app.addHook('onRoute', (route) => {
    route.schema = { security: signedIn, ...route.schema }
  })
  app.addHook('onRequest', async (request) => {
    request.session = await sessionIn(request, database)
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    const asked = request.headers['x-request-id']
    if (typeof asked === 'string') void reply.header('x-request-id', asked)
    if (reply.statusCode === 401) void reply.header('www-authenticate', 'Bearer realm="reeve"')
    done()
  })
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answerProblem(asAuthZen(error) as FastifyError, request, reply),
  )
  readStrictly(app)
}

/** The context of a request behind `requirePep`. */
export function pepContext(request: FastifyRequest): Context {
  const { accountId, userId, tenantId } = request.session as SessionIn
  return { tenantId, actor: { kind: 'user', userId, accountId }, ...visitOf(request) }
}

type SessionIn = Session & { userId: string; tenantId: string }

async function sessionIn(request: FastifyRequest, database: Database): Promise<SessionIn> {
  const { tenantId: inPath } = request.params as { tenantId?: string }
  const named = inPath ?? request.headers[tenantHeader]?.toString()
  const asId = named !== undefined && isId(named) ? named.toLowerCase() : undefined
  const session = await whoever(request, (token) => checkSession(database, token, asId))
  if (asId !== undefined) {
    if (session.userId === undefined) throw notTheirs()
    return { ...session, userId: session.userId, tenantId: asId }
  }
  const actor = { kind: 'account', accountId: session.accountId } as const
  const context = { tenantId: nilTenant, actor, ...visitOf(request) }
  const theirs = await readInTenant(database, context, listOwnTenants)
  const meant = theirs.filter(({ slug }) => named === undefined || slug === named)
  const [tenant] = meant
  if (tenant === undefined) throw notTheirs()
  if (meant.length > 1) throw unsaid()
  return { ...session, userId: tenant.userId, tenantId: tenant.id }
}

/** That a tenant is there at all is nobody's business who is not in it. */
function notTheirs(): Refusal {
  return new Refusal(
    'not_allowed',
    'this session asks for no tenant that it belongs to',
    'sign in as a user of that tenant whose roles permit access:evaluate',
  )
}

function unsaid(): Refusal {
  return new Refusal(
    'invalid_request',
    'this session belongs to several tenants, and the request names none',
    'name one in the header Reeve-Tenant, or ask at /<tenant>/access/v1',
  )
}

/** AuthZEN has 400 for all that is wrong in a request, and 401 and 403 for whoever may not ask. */
function asAuthZen(error: FastifyError): Error {
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new Refusal('invalid_request', 'only JSON is accepted here', 'send Content-Type: application/json')
  const known = toFailure(error)
  return known instanceof Refusal && known.code === 'not_found' ? notTheirs() : error
}

/** What two readers could understand differently decides about nobody's access. */
function readStrictly(app: App): void {
  const parse = app.getDefaultJsonParser('remove', 'remove')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined)
    const text = body.toString()
    const fault = isUtf8(body) ? ambiguityIn(text) : 'it is not in UTF-8'
    if (fault !== undefined) return done(ambiguous(fault))
    void parse(request, text, done)
  })
}

function ambiguous(fault: string): Refusal {
  return new Refusal('invalid_request', `the body cannot be understood: ${fault}`, 'send I-JSON (RFC 7493)')
}
