import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { z } from 'zod'
import { nilTenant } from '../database/database.ts'
import type { Once } from '../database/once.ts'
import { decrypt, encrypt, fingerprint, type KeyRing } from '../foundation/secret.ts'
import type { App } from './house.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where a change came with an Idempotency-Key: how it is done once for an account, or for a stranger. */
    once: ((accountId?: string) => Once) | undefined
  }
}

/** Every change that is registered here is done once for a key, and answered alike as often as it is sent. */
export function doneOnce(app: App, keys: KeyRing): void {
  app.decorateRequest('once', undefined)
  app.addHook('onRoute', (route) => {
    if (!isChange(route)) return
    route.schema = { ...route.schema, headers: headersOf(route).extend({ [header]: idempotencyKey }) }
    route.preHandler = [
      ...[route.preHandler ?? []].flat(),
      (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
        const key = request.headers[header]
        if (typeof key === 'string')
          request.once = (accountId) => onceOf(keys, key, request, reply, accountId)
        done()
      },
    ]
  })
}

/** Whether an operation of the document is one that is done once for a key. */
export function takesKey({ parameters = [] }: OpenAPIV3_1.OperationObject): boolean {
  return (parameters as OpenAPIV3_1.ParameterObject[]).some(({ name }) => name === header)
}

/** What a route knows of its headers so far; all others may come as they like. */
export function headersOf({ schema }: RouteOptions): z.ZodObject {
  return (schema?.headers as z.ZodObject | undefined) ?? z.looseObject({})
}

export function isChange({ method }: RouteOptions): boolean {
  return ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method as string)
}

const header = 'idempotency-key'
const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .meta({ minLength: 1, maxLength: 255 })
  .optional()
  .describe(
    'Made up by the one who asks, for this one change: sent again with it, the change is answered again and not made again. Known for a day.',
  )

const purpose = 'idempotency'

/**
 * Answers hold tokens, so they are kept encrypted, and open for the very request that they answer. A stranger is known by
 * nothing but what they send: with another's key they get that one's answer only if they know their password too.
 */
function onceOf(
  keys: KeyRing,
  key: string,
  { method, url, body }: FastifyRequest,
  reply: FastifyReply,
  accountId: string | undefined,
): Once {
  const scope = accountId ?? nilTenant
  // the body as its schema read it: in whatever order it was written
  const asked = fingerprint(keys, purpose, JSON.stringify([method, url, body]))
  const subject = [scope, key, asked].join(' ')
  return {
    key,
    scope,
    fingerprint: asked,
    seal: (text) => encrypt(keys, purpose, subject, text),
    open: (text) => decrypt(keys, purpose, subject, text),
    replayed: () => void reply.header('idempotency-replayed', 'true'),
  }
}
