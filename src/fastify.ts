import { fastifyCookie } from '@fastify/cookie'
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preHandlerAsyncHookHandler,
} from 'fastify'
import type { Permission } from './domains/access/access.ts'
import { problemOf } from './http/problem.ts'
import type { Reeve } from './library/reeve.ts'
import { Visitor } from './library/visitor.ts'

export type { Visitor } from './library/visitor.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking. */
    reeve: Visitor
  }
}

export type ReeveFastifyOptions = {
  reeve: Reeve
  /** Whether the API is served beside one's own routes: `/v1`, `/openapi.json` and `/docs`. It is, unless said otherwise. */
  api?: boolean
  /** Which tenant a request is about; the parameter `:tenantId` of its route, unless said otherwise. */
  tenantOf?: (request: FastifyRequest) => string | undefined
}

/**
 * Tells every route who is asking, as `request.reeve`; makes the refusals that routes throw into problem documents; and
 * serves the API beside them. `await app.register(reeveFastify, { reeve })`
 */
export async function reeveFastify(app: FastifyInstance, options: ReeveFastifyOptions): Promise<void> {
  const { reeve, api = true, tenantOf = parameter } = options
  app.decorateRequest('reeve')
  app.addHook('onRequest', async (request, reply) => {
    request.reeve = visitorOf(reeve, request, reply, tenantOf)
  })
  // For each route, so that a service may have an error handler of its own besides.
  app.addHook('onRoute', (route) => {
    route.errorHandler ??= answerRefusal
  })
  if (api) await app.register(async (child) => serveApi(child, reeve))
}

// What it decorates and handles is meant for those beside it; this is how Fastify is told.
Object.assign(reeveFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'reeve',
})

/** For `preHandler`: only whoever has this permission, over anybody's objects, comes through. */
export function requirePermission(permission: Permission): preHandlerAsyncHookHandler {
  return async (request) => {
    const user = await request.reeve.user()
    user.demand(permission)
  }
}

function visitorOf(
  reeve: Reeve,
  request: FastifyRequest,
  reply: FastifyReply,
  tenantOf: (request: FastifyRequest) => string | undefined,
): Visitor {
  const { method, host, headers, ip, id } = request
  return new Visitor(reeve, {
    caller: { method, host, header: (name) => headers[name]?.toString() },
    visit: { requestId: id, ip, userAgent: headers['user-agent'] },
    tenantId: () => tenantOf(request),
    // whoever awaits a reply waits until it is sent
    setCookie: ({ name, value, attributes }) =>
      void reply.header('set-cookie', fastifyCookie.serialize(name, value, attributes)),
  })
}

function answerRefusal(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = problemOf(error, request.id)
  if (!told) throw error
  if (told.status >= 500) request.log.error({ err: error }, 'request failed')
  return reply.code(told.status).headers(told.headers).send(told.body)
}

function parameter({ params }: FastifyRequest): string | undefined {
  return (params as { tenantId?: string } | undefined)?.tenantId
}

/** Bodies are left as they come: the API reads them itself, by its own rules. */
function serveApi(app: FastifyInstance, reeve: Reeve): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  for (const url of ['/v1/*', '/docs', '/docs/*', '/openapi.json']) {
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url,
      handler: async ({ raw }, reply) => {
        reply.hijack()
        raw.url = raw.url?.slice(app.prefix.length)
        await reeve.handler(raw, reply.raw)
      },
    })
  }
}
