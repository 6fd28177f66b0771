import type { IncomingMessage, ServerResponse } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { Permission } from './domains/access/access.ts'
import type { Reeve } from './library/reeve.ts'
import { tell } from './library/tell.ts'
import { Visitor } from './library/visitor.ts'

export type { Visitor } from './library/visitor.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is asking. */
      reeve: Visitor
    }
  }
}

/** A request as Express has it; its types are not needed for this, nor is Express itself. */
type Request = IncomingMessage & {
  reeve: Visitor
  ip?: string | undefined
  host?: string | undefined
}
type Next = (error?: unknown) => void
type Handler = (request: Request, response: ServerResponse, next: Next) => void | Promise<void>

export type ReeveExpressOptions = {
  /** Whether the API is served beside one's own routes: `/v1`, `/openapi.json` and `/docs`. It is, unless said otherwise. */
  api?: boolean
}

/** Tells every route behind it who is asking, as `request.reeve`, and serves the API beside them. `app.use(reeveExpress(reeve))` */
export function reeveExpress(reeve: Reeve, { api = true }: ReeveExpressOptions = {}): Handler {
  return (request, response, next) => {
    request.reeve = visitorOf(reeve, request, response)
    return api ? reeve.handler(request, response, next) : next()
  }
}

/** Before a route: only whoever has this permission, over anybody's objects, comes through. */
export function requirePermission(permission: Permission): Handler {
  return async (request, _response, next) => {
    const user = await request.reeve.user()
    user.demand(permission)
    next()
  }
}

/** Behind all routes: refusals that they throw become problem documents; other errors go on. `app.use(refusals())` */
export function refusals(): (error: unknown, request: Request, response: ServerResponse, next: Next) => void {
  return (error, request, response, next) => {
    const told = request.reeve && !response.headersSent ? tell(request.reeve.log, error) : undefined
    if (!told) return next(error)
    response.writeHead(told.status, told.headers).end(told.body)
  }
}

function visitorOf(reeve: Reeve, request: Request, response: ServerResponse): Visitor {
  const { method, headers } = request
  return new Visitor(reeve, {
    caller: { method, host: request.host ?? headers.host, header: (name) => headers[name]?.toString() },
    visit: {
      requestId: headers['x-request-id']?.toString(),
      ip: request.ip,
      userAgent: headers['user-agent'],
    },
    tenantId: () => {
      // Express types them by the path of the route, which must stay the route's own affair
      const { tenantId } = (request as { params?: Record<string, unknown> }).params ?? {}
      return typeof tenantId === 'string' ? tenantId : undefined
    },
    setCookie: ({ name, value, attributes }) =>
      response.appendHeader('set-cookie', fastifyCookie.serialize(name, value, attributes)),
  })
}
