import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { toFailure } from '../database/failure.ts'
import { Refusal } from '../foundation/refusal.ts'
import { isTold, problemCodes, type ToldCode } from './problem-codes.ts'
import { inOurWords } from './wording.ts'

const code = z
  .enum(Object.keys(problemCodes) as [ToldCode, ...ToldCode[]])
  .meta({ id: 'ProblemCode', description: 'What a program looks at: a closed list.' })

/** What every failure looks like (RFC 9457): what went wrong as a code, and what to do about it in words. */
export const problem = z
  .object({
    type: z.string().describe('The page that explains the code.'),
    title: z.string().describe('The code, in words.'),
    status: z.number().int().describe('The status of the answer.'),
    code,
    detail: z.string().describe('What happened.'),
    remedy: z.string().describe('What to do about it.'),
    requestId: z.string().describe('What the log knows the request by.'),
    errors: z
      .array(z.object({ at: z.string(), message: z.string() }))
      .optional()
      .describe('What is wrong in the request, field by field; at is empty for all of it.'),
  })
  .meta({ id: 'Problem', description: 'Why not.' })

export const problemType = 'application/problem+json'

type Field = { at: string; message: string }
/** A refusal as it is told. The status is its code's, unless HTTP has a more exact one for the same. */
type Told = { refusal: Refusal; status?: number; errors?: Field[] }

/** Every failure of a request leaves through here: a refusal with its code, anything else with nothing of its inside. */
export function answerProblem(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const told = tellOf(error, request)
  const { code, status } = told.refusal
  if (status >= 500) request.log.error({ err: error, code }, 'request failed')
  return answer(request, reply, told)
}

/** The same for what is no request at all: a connection that speaks no HTTP, too much of it, or too slowly. */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable && socket.bytesWritten === 0) {
    const { refusal, status } = spoken[error.code] ?? unreadable
    const requestId = randomUUID()
    const document = JSON.stringify(documentOf(refusal, status, requestId))
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${problemType}`,
      `content-length: ${Buffer.byteLength(document)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      `x-request-id: ${requestId}`,
      'connection: close',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${document}`)
  }
  socket.destroy(error)
}

/** Says that there is nothing at an address, or nothing for this method. */
export function answerNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: string[],
): FastifyReply {
  if (methods.length === 0) return answer(request, reply, { refusal: nothingHere })
  void reply.header('allow', methods.join(', '))
  return answer(request, reply, { refusal: otherMethod })
}

/**
 * A refusal as an answer, for whoever serves requests without Fastify; undefined for an error that is none of ours, and
 * so theirs to explain.
 */
export function problemOf(
  error: unknown,
  requestId: string,
): { status: number; headers: Record<string, string>; body: string } | undefined {
  if (!(error instanceof Refusal)) return undefined
  const refusal = forWhoeverAsks(error)
  const { status } = refusal
  return {
    status,
    headers: { 'content-type': problemType, ...headersOf(refusal, status, requestId) },
    body: JSON.stringify(documentOf(refusal, status, requestId)),
  }
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { refusal, status = refusal.status, errors }: Told,
) {
  const { 'retry-after': soon, ...headers } = headersOf(refusal, status, request.id)
  if (soon && !reply.hasHeader('retry-after')) void reply.header('retry-after', soon)
  return reply
    .code(status)
    .type(problemType)
    .headers(headers)
    .serializer((document: unknown) => JSON.stringify(document))
    .send(documentOf(refusal, status, request.id, errors))
}

function headersOf({ code }: Refusal, status: number, requestId: string): Record<string, string> {
  const mayPass = (status === 429 || status === 503) && code !== 'outcome_unknown'
  return {
    ...(mayPass ? { 'retry-after': '1' } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
}

function documentOf(refusal: Refusal, status: number, requestId: string, errors?: Field[]) {
  const { code, message: detail, remedy } = refusal
  const title = code.replaceAll('_', ' ')
  const document = { type: `/docs/problems/${code}`, title, status, code, detail, remedy, requestId }
  return errors ? { ...document, errors } : document
}

function tellOf(error: FastifyError, { method }: FastifyRequest): Told {
  const known = toFailure(error)
  if (known instanceof Refusal) {
    const reads = method === 'GET' || method === 'HEAD'
    return { refusal: reads && known.code === 'outcome_unknown' ? lostOnTheWay : forWhoeverAsks(known) }
  }
  if (hasZodFastifySchemaValidationErrors(error))
    return misfit(error.validationContext, fieldsOf(error.validation))
  return (
    spoken[error.code] ??
    (isOfTheRequest(error) ? { ...unreadable, status: error.statusCode } : { refusal: inside })
  )
}

/** An outage in words for whoever asks: what to look at in the machine is for those who run it, and in the log. */
function forWhoeverAsks(refusal: Refusal): Refusal {
  const { code, status } = refusal
  if (!isTold(code)) return inside
  if (status < 500 || code === 'outcome_unknown' || code === 'shutting_down') return refusal
  if (status !== 503) return inside
  return new Refusal(code, 'the database cannot do this at the moment', 'try again in a moment')
}

function isOfTheRequest(error: FastifyError): error is FastifyError & { statusCode: number } {
  return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
}

const nothingHere = new Refusal(
  'not_found',
  'there is nothing at this address',
  'see /openapi.json for what there is',
)
const otherMethod = new Refusal(
  'method_not_allowed',
  'this address does not know that method',
  'use one of those that Allow names',
)
const inside = new Refusal(
  'internal',
  'something went wrong on our side',
  'try again; if it stays, report the request id',
)
/** Whoever only reads may ask again, whatever became of the transaction that they read in. */
const lostOnTheWay = new Refusal(
  'database_unreachable',
  'the database cannot do this at the moment',
  'try again in a moment',
)
const unreadable = {
  refusal: new Refusal(
    'invalid_request',
    'the request could not be read',
    'send it as /openapi.json describes it, with a body in JSON',
  ),
  status: 400,
}

/** What is refused before a route sees the request, by Fastify's and Node's own codes. */
const spoken: Record<string, { refusal: Refusal; status: number }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: tooLarge(413, 'the body'),
  FST_ERR_MAX_PARAM_LENGTH: tooLarge(414, 'a part of the address'),
  HPE_HEADER_OVERFLOW: tooLarge(431, 'the address with its headers'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    refusal: new Refusal(
      'unsupported_media_type',
      'only JSON is accepted here',
      'send Content-Type: application/json',
    ),
    status: 415,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    refusal: new Refusal('invalid_request', 'the request did not arrive in time', 'send it in one go'),
    status: 408,
  },
}

function tooLarge(status: number, what: string): { refusal: Refusal; status: number } {
  return {
    refusal: new Refusal('too_large', `${what} is larger than is accepted`, 'send less at once'),
    status,
  }
}

const places: Record<string, string> = { querystring: 'query', params: 'path' }

/** The request does not fit the schema of its route. */
function misfit(where = 'request', errors: Field[]): Told {
  const [first] = errors
  const place = [places[where] ?? where, first?.at].filter(Boolean).join('.')
  const detail = `${place}: ${first?.message ?? 'is not as it should be'}`
  return {
    refusal: new Refusal('invalid_request', detail, 'see errors, and /openapi.json for what is expected'),
    errors,
  }
}

const fieldsMost = 20
/** Names that nobody knows are repeated, but not at any length. */
const wordsMost = 200

function fieldsOf(validation: NonNullable<FastifyError['validation']>): Field[] {
  return validation.slice(0, fieldsMost).map(({ instancePath, message }) => ({
    at: instancePath.replace(/^\//, '').replaceAll('/', '.').slice(0, wordsMost),
    message: inOurWords(message ?? 'is not valid').slice(0, wordsMost),
  }))
}
