import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    costly?: boolean
  }
}

/** Goes into the options of a route that costs us a password hash: those are for few requests. */
export const costly = { config: { costly: true } } as const

const windowSeconds = 60

/**
 * Counts what comes from one address (one network, where it is IPv6): all requests to the routes registered here, and
 * those to each that is costly. Every answer says what the limit is and how much of it is left, as
 * draft-ietf-httpapi-ratelimit-headers has it.
 */
export function countRequests(app: App, limits: { all: number; costly: number }): void {
  app.addHook('onRequest', counter(app, 'address', limits.all))
  app.addHook('onRoute', (route) => {
    if (!route.config?.costly) return
    route.onRequest = [...[route.onRequest ?? []].flat(), counter(app, 'password', limits.costly)]
  })
}

function counter(app: App, name: string, max: number) {
  const count = app.createRateLimit({ max, timeWindow: windowSeconds * 1000 })
  const policy = `"${name}";q=${max};w=${windowSeconds}`
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const counted = await count(request)
    if (counted.isAllowed) return
    add(reply, 'ratelimit-policy', policy)
    add(reply, 'ratelimit', `"${name}";r=${counted.remaining};t=${counted.ttlInSeconds}`)
    if (!counted.isExceeded) return
    void reply.header('retry-after', counted.ttlInSeconds)
    throw tooManyRequests()
  }
}

/** Where two limits hold, both are told. */
function add(reply: FastifyReply, header: string, item: string): void {
  const before = reply.getHeader(header)
  void reply.header(header, before === undefined ? item : `${String(before)}, ${item}`)
}

function tooManyRequests(): Refusal {
  return new Refusal(
    'too_many_requests',
    'too many requests in a short time',
    'wait as long as Retry-After says',
  )
}
