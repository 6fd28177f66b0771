import swagger from '@fastify/swagger'
import fastify, { type FastifyBaseLogger } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Database } from '../database/database.ts'
import type { PrismaClient } from '../database/prisma.ts'
import type { KeyRing } from '../foundation/secret.ts'
import { accountRoutes } from './account.ts'
import { Addresses } from './addresses.ts'
import { assignmentRoutes } from './assignments.ts'
import { auditRoutes } from './audit.ts'
import { requireAccount, requireTenant } from './authenticate.ts'
import { authzenRoutes } from './authzen/authzen.ts'
import { entityRoutes } from './authzen/entities.ts'
import { policyRoutes } from './authzen/policies.ts'
import { bodyLimit, readJson } from './body.ts'
import { requestIdOf } from './caller.ts'
import { commentRoutes } from './comments.ts'
import { conditionalRequests } from './conditional.ts'
import { consoleRoutes } from './console.ts'
import { guardDoor } from './door.ts'
import { partialAnswers } from './fields.ts'
import { healthRoutes, type Health } from './health.ts'
import type { App, House } from './house.ts'
import { doneOnce } from './idempotency.ts'
import { inheritanceRoutes } from './inheritance.ts'
import { acceptInvitationRoute, invitationRoutes } from './invitations.ts'
import { metricRoutes } from './metrics.ts'
import { openApi } from './openapi.ts'
import { pages } from './page.ts'
import { permissionRoutes } from './permissions.ts'
import { postRoutes } from './posts.ts'
import { answerNotFound, answerProblem, answerUnreadable } from './problem.ts'
import { referenceRoutes } from './reference/reference.ts'
import { roleRoutes } from './roles.ts'
import { secureAnswers } from './security.ts'
import { separationRoutes } from './separation.ts'
import { serializerCompiler } from './serialize.ts'
import { sessionRoutes, whoAmIRoute } from './session.ts'
import { signInRoutes } from './sign-in.ts'
import { tenantRoutes, tenantsRoutes } from './tenants.ts'
import { answerAll, serverOptions } from './transport.ts'
import { userRoutes } from './users.ts'

export type AppOptions = {
  database: Database
  prisma: PrismaClient
  keys: KeyRing
  health: Health
  log: FastifyBaseLogger
  version: string
  /** Where others reach this server, where that is known. */
  publicUrl?: string | undefined
  /** Requests a minute from one address: to everything under /v1, and to each route that costs a password hash. */
  limits?: { all: number; costly: number }
  /** Behind proxies whose X-Forwarded-For is to be believed: their addresses, or true for all. */
  trustProxy?: boolean | string
  /** The folder of the built console; undefined for the one of this package, false for none. */
  console?: string | false
  /** Hears of every route as it is registered; a test holds this list against the permission tests. */
  onRoute?: (route: { method: string; url: string }) => void
}

const usualLimits = { all: 60_000, costly: 30 }

/** The HTTP door. Every file of routes is listed here; the three doors inside decide who may come through. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { database, prisma, keys, health, limits = usualLimits } = options
  const app = fastify({
    loggerInstance: options.log,
    bodyLimit,
    trustProxy: options.trustProxy ?? false,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
    http: serverOptions,
    return503OnClosing: false, // the door says so itself, as a problem
    routerOptions: { maxParamLength: 200 },
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    frameworkErrors: answerProblem,
    clientErrorHandler: answerUnreadable,
  }).withTypeProvider<ZodTypeProvider>() satisfies App
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.decorateRequest('session', undefined)
  app.setErrorHandler(answerProblem)
  readJson(app)

  const addresses = new Addresses()
  app.addHook('onRoute', ({ method, url }) => {
    addresses.add(method, url)
    for (const one of [method].flat()) options.onRoute?.({ method: one, url })
  })
  // Hooks that await nothing are called back: a promise for each would cost every request a turn of its queue.
  app.addHook('onRequest', ({ id }, reply, done) => {
    void reply.header('x-request-id', id)
    done()
  })
  answerAll(app)

  secureAnswers(app)
  await app.register(swagger, openApi(options.version))

  metricRoutes(app, database)
  healthRoutes(app, health)
  referenceRoutes(app)

  const house: House = { database, prisma, pages: pages(keys) }
  await authzenRoutes(app, house, { ...options, limits, draining: health.draining })
  await app.register(async (door: App) => {
    guardDoor(door, { draining: health.draining, limits })
    doneOnce(door, keys)
    conditionalRequests(door)
    partialAnswers(door)

    await door.register(async (open: App) => {
      signInRoutes(open, house)
      whoAmIRoute(open, house)
      acceptInvitationRoute(open, house)
    })
    await door.register(async (account: App) => {
      requireAccount(account, database)
      sessionRoutes(account, house)
      accountRoutes(account, house)
      tenantsRoutes(account, house)
    })
    await door.register(
      async (tenant: App) => {
        requireTenant(tenant, database)
        tenantRoutes(tenant, house)
        userRoutes(tenant, house)
        roleRoutes(tenant, house)
        inheritanceRoutes(tenant, house)
        separationRoutes(tenant, house)
        assignmentRoutes(tenant, house)
        permissionRoutes(tenant, house)
        invitationRoutes(tenant, house)
        auditRoutes(tenant, house)
        postRoutes(tenant, house)
        commentRoutes(tenant, house)
        policyRoutes(tenant, house)
        entityRoutes(tenant, house)
      },
      { prefix: '/v1/tenants/:tenantId' },
    )
  })

  const page = await consoleRoutes(app, options.console)
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split('?') as [string]
    return page(request, reply) ?? answerNotFound(request, reply, addresses.methodsAt(path))
  })
  return app
}
