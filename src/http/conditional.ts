import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { z } from 'zod'
import type { Context } from '../database/database.ts'
import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'
import { headersOf, isChange } from './idempotency.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    conditional?: 'tagged' | 'guarded'
  }
}

/** Goes into the options of a route that answers with one thing as it is: with an ETag, which If-Match and If-None-Match know. */
export const tagged = { config: { conditional: 'tagged' } } as const

/** The same for a change of a thing that answers with something else. */
export const guarded = { config: { conditional: 'guarded' } } as const

/** Gives the routes registered here what `tagged` and `guarded` promise. Elsewhere If-Match is refused: nothing would come of it. */
export function conditionalRequests(app: App): void {
  app.addHook('onRoute', (route) => {
    const kind = route.config?.conditional
    const known = headersOf(route)
    if (kind === 'tagged') {
      route.preSerialization = tag
      route.schema = { ...route.schema, 'x-tagged': true } as FastifySchema
    }
    if (!isChange(route)) {
      if (kind !== 'tagged') return
      route.schema = { ...route.schema, headers: known.extend({ 'if-none-match': ifNoneMatch }) }
      route.onSend = [...[route.onSend ?? []].flat(), leaveOutWhatIsKnown]
    } else if (kind !== undefined && route.method !== 'POST') {
      route.schema = { ...route.schema, headers: known.extend({ 'if-match': ifMatchHeader }) }
    } else {
      route.preHandler = [refuseIfMatch, ...[route.preHandler ?? []].flat()]
    }
  })
}

/**
 * The work of a change: where If-Match came, it is done only while what `read` finds has one of the tags named. Runs in
 * a transaction of `isolationOf`, so that of two changes at once the second finds the first, or is begun anew.
 */
export function ifMatch<Tx, T>(
  { headers }: FastifyRequest,
  read: (tx: Tx) => Promise<unknown>,
  change: (tx: Tx) => Promise<T>,
): (tx: Tx) => Promise<T> {
  const wanted = headers['if-match']
  if (wanted === undefined) return change
  return async (tx) => {
    const current = tagOf(await read(tx))
    // only what is the same byte for byte counts, and a weak tag does not promise that
    if (wanted !== '*' && !tagsIn(wanted).some(({ weak, tag }) => !weak && tag === current))
      throw changedSince()
    return change(tx)
  }
}

export function isolationOf({ headers }: FastifyRequest): Context['isolation'] {
  return headers['if-match'] === undefined ? undefined : 'repeatable read'
}

const list = /^(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)$/
const tags = z
  .string()
  .regex(list, 'must be * or ETags in quotation marks')
  .max(2000)
  .meta({ minLength: 1, maxLength: 2000 })
  .optional()
const ifMatchHeader = tags.describe(
  'The ETag that it had when you saw it: it is changed only if it still has it. Several are separated by commas; `*` is any.',
)
const ifNoneMatch = tags.describe(
  'The ETag of what you have: where it is still so, the answer is 304 without it.',
)

/** Strong: of all that the thing is, whatever part of it was asked for. */
function tagOf(thing: unknown): string {
  return `"${hash('sha256', JSON.stringify(thing), 'base64url').slice(0, 22)}"`
}

function tagsIn(header: string): { weak: boolean; tag: string }[] {
  return [...header.matchAll(/(W\/)?("[^"]*")/g)].map(([, weak, tag]) => ({
    weak: weak !== undefined,
    tag: tag!,
  }))
}

function tag(request: FastifyRequest, reply: FastifyReply, thing: unknown, done: Next): void {
  if (thing !== null && reply.statusCode < 300) {
    const current = tagOf(thing)
    void reply.header('etag', current)
    if (isKnown(request, current)) void reply.code(304)
  }
  done(null, thing)
}

type Next = (error: null, payload: unknown) => void

function isKnown({ method, headers }: FastifyRequest, current: string): boolean {
  const known = headers['if-none-match']
  if (known === undefined || (method !== 'GET' && method !== 'HEAD')) return false
  return known === '*' || tagsIn(known).some(({ tag }) => tag === current)
}

function leaveOutWhatIsKnown(_request: FastifyRequest, reply: FastifyReply, text: unknown, done: Next): void {
  if (reply.statusCode !== 304) return done(null, text)
  void reply.removeHeader('content-type').removeHeader('content-length')
  done(null, null)
}

type Operation = OpenAPIV3_1.OperationObject & { 'x-tagged'?: boolean }

/** Describes the ETag in the answers of an operation that is `tagged`, and 304 where that is known. */
export function describeTags(operation: Operation): void {
  const responses = (operation.responses ?? {}) as Record<string, OpenAPIV3_1.ResponseObject>
  const { 'x-tagged': isTagged, parameters = [] } = operation
  delete operation['x-tagged']
  if (!isTagged) return
  const answer = responses['200'] ?? responses['201']
  if (!answer) return
  answer.headers = { ...answer.headers, ETag: { $ref: '#/components/headers/ETag' } }
  if ((parameters as OpenAPIV3_1.ParameterObject[]).some(({ name }) => name === 'if-none-match')) {
    responses['304'] = { description: 'It is as you have it.', headers: answer.headers }
  }
}

function refuseIfMatch(
  { headers }: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  done(headers['if-match'] === undefined ? undefined : nothingToMatch)
}

const nothingToMatch = new Refusal(
  'invalid_request',
  'headers.if-match: there is nothing here that has an ETag',
  'send it to the address of what is to be changed, or leave it out',
)

function changedSince(): Refusal {
  return new Refusal(
    'precondition_failed',
    'this has changed since you saw it',
    'read it again, look whether your change still makes sense, and send it with the new ETag',
  )
}
