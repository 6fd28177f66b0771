import { isIPv4 } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Address6 } from 'ip-address'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../foundation/refusal.ts'
import { plainAddress } from './caller.ts'
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
  app.addHook('onRequest', counter('address', limits.all))
  app.addHook('onRoute', (route) => {
    if (!route.config?.costly) return
    route.onRequest = [...[route.onRequest ?? []].flat(), counter('password', limits.costly)]
  })
}

/** So many are counted; one that has not asked for longest is forgotten for a new one. */
const networksMost = 20_000

function counter(name: string, max: number) {
  const windows = new LRUCache<string, { began: number; count: number }>({ max: networksMost })
  const policy = `"${name}";q=${max};w=${windowSeconds}`
  return ({ ip }: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    const now = performance.now()
    const network = networkOf(ip)
    let window = windows.get(network)
    if (!window || now >= window.began + windowSeconds * 1000) {
      window = { began: now, count: 0 }
      windows.set(network, window)
    }
    window.count++
    const soon = Math.ceil((window.began - now) / 1000 + windowSeconds)
    add(reply, 'ratelimit-policy', policy)
    add(reply, 'ratelimit', `"${name}";r=${Math.max(0, max - window.count)};t=${soon}`)
    if (window.count <= max) return done()
    void reply.header('retry-after', soon)
    done(tooManyRequests())
  }
}

/** An address of IPv4; of IPv6 the network of 64 bits, of which a single customer may have all addresses. */
function networkOf(ip: string): string {
  if (isIPv4(ip)) return ip
  const plain = plainAddress(ip)
  if (plain === undefined || isIPv4(plain)) return plain ?? ip.slice(0, 64)
  return new Address6(`${plain}/64`).startAddress().correctForm()
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
