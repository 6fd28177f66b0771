import type { OpenAPIV3_1 } from 'openapi-types'
import { refusals } from '../foundation/refusal.ts'
import type { Told } from './may-refuse.ts'
import { problemCodes, type ToldCode } from './problem-codes.ts'
import { problemType } from './problem.ts'

type Reference = OpenAPIV3_1.ReferenceObject
type Response = OpenAPIV3_1.ResponseObject

/** What stands in the head of answers, each described once. */
export const headers = {
  RequestId: {
    description: 'What the log knows the request by: the id that it came with, or one of ours.',
    required: true,
    schema: { type: 'string', maxLength: 100 },
  },
  Location: {
    description: 'Where that is which was made.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  SetCookie: {
    description: 'The session, where a cookie was asked for; its end, where somebody signs out.',
    schema: { type: 'string' },
  },
  WwwAuthenticate: {
    description: 'How one is signed in here.',
    required: true,
    schema: { type: 'string', pattern: '^Bearer( realm="[^"]+")?$' },
  },
  ETag: {
    description: 'Changes whenever what it is about does: for `If-None-Match` and `If-Match`.',
    required: true,
    schema: { type: 'string', pattern: '^"[A-Za-z0-9_-]{22}"$' },
  },
  IdempotencyReplayed: {
    description:
      'There where the change was made before, with the same `Idempotency-Key`: this is what came of it then.',
    schema: { type: 'string', enum: ['true'] },
  },
  RateLimitPolicy: {
    description:
      'How many requests (`q`) are taken in how many seconds (`w`), for each limit that holds here.',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'How many remain (`r`), and for how many seconds (`t`).',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'After so many seconds the same may be sent again. Never with `outcome_unknown`.',
    schema: { type: 'integer', minimum: 0 },
  },
} satisfies Record<string, OpenAPIV3_1.HeaderObject>

export type HeaderName = keyof typeof headers

/** How they are written where they are sent. */
const written: Record<HeaderName, string> = {
  RequestId: 'X-Request-Id',
  Location: 'Location',
  SetCookie: 'Set-Cookie',
  WwwAuthenticate: 'WWW-Authenticate',
  ETag: 'ETag',
  IdempotencyReplayed: 'Idempotency-Replayed',
  RateLimitPolicy: 'RateLimit-Policy',
  RateLimit: 'RateLimit',
  RetryAfter: 'Retry-After',
}

/** What every answer under /v1 has, once it is known which operation it is of. */
export const usualHeaders = ['RequestId', 'RateLimitPolicy', 'RateLimit'] as const

/** The head of an answer, by reference. */
export function headed(names: readonly HeaderName[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [written[name], { $ref: `#/components/headers/${name}` }]))
}

/** Answers that refuse. Operations that refuse alike share them, under a name that says what they say. */
export class RefusingAnswers {
  /** For the components of the document. */
  readonly named: Record<string, Response> = {}

  /** What an operation that may refuse all this answers, by status. */
  of(told: readonly Told[]): Record<string, Reference> {
    const codes: Record<string, ToldCode[]> = {}
    for (const { status, code } of told) codes[status] = [...(codes[status] ?? []), code]
    return Object.fromEntries(
      Object.entries(codes).map(([status, these]) => [status, this.#refer(Number(status), these)]),
    )
  }

  #refer(status: number, codes: ToldCode[]): Reference {
    const name = nameOf(status, codes)
    this.named[name] ??= answerOf(status, codes)
    return { $ref: `#/components/responses/${name}` }
  }
}

function nameOf(status: number, codes: readonly ToldCode[]): string {
  if (status === 503) return codes.includes('outcome_unknown') ? 'UnavailableForChanges' : 'Unavailable'
  const usual = codes.every((code) => refusals[code].status === status)
  return codes.map(inPascalCase).join('Or') + (usual ? '' : status)
}

function inPascalCase(code: ToldCode): string {
  return code.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function answerOf(status: number, codes: ToldCode[]): Response {
  const narrower = { type: 'object', properties: { status: { const: status }, code: { enum: codes } } }
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCodes[code].means}`).join('\n\n'),
    headers: headed(headersOf(status)),
    content: { [problemType]: { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrower] } } },
  } as Response
}

function headersOf(status: number): HeaderName[] {
  // it is refused before anybody looks at where it goes
  if (status === 408 || status === 414 || status === 431) return ['RequestId']
  if (status === 401) return [...usualHeaders, 'WwwAuthenticate']
  return status === 429 || status === 503 ? [...usualHeaders, 'RetryAfter'] : [...usualHeaders]
}
