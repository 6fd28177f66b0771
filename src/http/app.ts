import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, { type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import type { PrismaClient } from '../database/prisma.ts'
import type { KeyRing } from '../foundation/secret.ts'
import { accountRoutes } from './account.ts'
import { auditRoutes } from './audit.ts'
import { requireAccount, requireTenant } from './authenticate.ts'
import { commentRoutes } from './comments.ts'
import { consoleRoutes } from './console.ts'
import { healthRoutes, type Health } from './health.ts'
import { acceptInvitationRoute, invitationRoutes } from './invitations.ts'
import { metricRoutes } from './metrics.ts'
import { pages, type Pages } from './page.ts'
import { permissionRoutes } from './permissions.ts'
import { postRoutes } from './posts.ts'
import { answerProblems, problem } from './problem.ts'
import { roleRoutes } from './roles.ts'
import { serializerCompiler } from './serialize.ts'
import { sessionRoutes } from './session.ts'
import { signInRoutes } from './sign-in.ts'
import { tenantRoutes, tenantsRoutes } from './tenants.ts'
import { userRoutes } from './users.ts'

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** What the routes work with. */
export type House = { database: Database; prisma: PrismaClient; pages: Pages }

export type AppOptions = {
  database: Database
  prisma: PrismaClient
  keys: KeyRing
  health: Health
  log: FastifyBaseLogger
  version: string
  /** Requests a minute from one address: to everything, and to what costs a password hash. */
  limits?: { all: number; signIn: number }
  /** Behind a proxy whose X-Forwarded-For is to be believed. */
  trustProxy?: boolean
  /** Hears of every route as it is registered; a test holds this list against the permission tests. */
  onRoute?: (route: { method: string; url: string }) => void
}

const defaultLimits = { all: 6_000, signIn: 30 }

/** The HTTP door. Every file of routes is listed here; the three doors inside decide who may come through. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { database, prisma, keys } = options
  const limits = options.limits ?? defaultLimits
  const app = fastify({
    loggerInstance: options.log,
    bodyLimit: 256 * 1024,
    trustProxy: options.trustProxy ?? false,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.decorateRequest('session', undefined)
  answerProblems(app as unknown as FastifyInstance)
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) options.onRoute?.({ method: one, url })
  })

  await app.register(helmet, { contentSecurityPolicy, hsts: { maxAge: 31_536_000, includeSubDomains: true } })
  await app.register(cookie)
  await app.register(rateLimit, { max: limits.all, timeWindow: '1 minute', cache: 10_000, keyGenerator: (request) => request.ip })
  await app.register(swagger, openApi(options.version))

  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  metricRoutes(app as unknown as FastifyInstance, database)
  healthRoutes(app, options.health)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  const house: House = { database, prisma, pages: pages(keys) }
  const limited = { config: { rateLimit: { max: limits.signIn, timeWindow: '1 minute' } } }
  await app.register(async (door: App) => {
    door.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))

    await door.register(async (open: App) => {
      signInRoutes(open, house, limited)
      acceptInvitationRoute(open, house, limited)
    })
    await door.register(async (account: App) => {
      requireAccount(account as unknown as FastifyInstance, database)
      sessionRoutes(account, house)
      accountRoutes(account, house, limited)
      tenantsRoutes(account, house)
    })
    await door.register(
      async (tenant: App) => {
        requireTenant(tenant as unknown as FastifyInstance, database)
        tenantRoutes(tenant, house)
        userRoutes(tenant, house)
        roleRoutes(tenant, house)
        permissionRoutes(tenant, house)
        invitationRoutes(tenant, house)
        auditRoutes(tenant, house)
        postRoutes(tenant, house)
        commentRoutes(tenant, house)
      },
      { prefix: '/v1/tenants/:tenantId' },
    )
  })
  await consoleRoutes(app as unknown as FastifyInstance)
  return app
}

const contentSecurityPolicy = {
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'https:'],
    frameAncestors: ["'none'"],
    upgradeInsecureRequests: null,
  },
}

/** A caller may name its request; what does not look like a name is replaced, so that logs cannot be forged. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
}

function openApi(version: string) {
  const registry = z.registry<{ id: string }>()
  registry.add(problem, { id: 'Problem' })
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Reeve', version, description: 'Users, tenants, roles, permissions, sessions, audit and content.' },
      components: {
        securitySchemes: {
          bearer: { type: 'http' as const, scheme: 'bearer' },
          cookie: { type: 'apiKey' as const, in: 'cookie', name: '__Host-reeve_session' },
        },
      },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: registry }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: registry }),
  }
}
