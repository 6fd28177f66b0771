import type { OpenAPIV3_1 } from 'openapi-types'
import { refusals } from '../foundation/refusal.ts'
import type { ToldCode } from './problem-codes.ts'

/** A refusal as it is answered: its code, and the status that it has there. */
export type Told = { status: number; code: ToldCode }
/** An operation as the document has it, with its route and what its verb may refuse. */
export type Operation = {
  method: string
  path: string
  refuses: readonly ToldCode[]
  parameters?: OpenAPIV3_1.OperationObject['parameters']
  security?: OpenAPIV3_1.OperationObject['security']
  'x-permissions'?: readonly string[] | undefined
}

/** Everything that an operation may refuse: the transport, the doors before it, the database under it, and its verb. */
export function refusalsOf(operation: Operation): Told[] {
  const everywhere = rules.filter(({ where }) => where(operation)).flatMap(({ says }) => says)
  const all = new Map([...everywhere, ...operation.refuses.map(usual)].map((one) => [keyOf(one), one]))
  return [...all.values()].toSorted((one, other) => one.status - other.status)
}

type Rule = { where: (operation: Operation) => boolean; says: Told[] }

const rules: Rule[] = [
  // the transport
  {
    where: () => true,
    says: [
      usual('invalid_request'),
      { status: 408, code: 'invalid_request' },
      { status: 431, code: 'too_large' },
    ],
  },
  { where: takes('path'), says: [{ status: 414, code: 'too_large' }] },
  // a body is read wherever one may come, also where none is wanted
  { where: mayHaveBody, says: [usual('too_large')] },
  { where: changes, says: [usual('unsupported_media_type')] },

  // the doors
  { where: isOfTheApi, says: [usual('too_many_requests'), usual('shutting_down')] },
  { where: needsSession, says: [usual('not_signed_in')] },
  { where: (one) => takesCookie(one) && mayHaveBody(one), says: [usual('cross_site')] },
  {
    where: (one) => one.path.startsWith('/v1/') && takes('path', 'tenantId')(one),
    says: [usual('not_found')],
  },
  { where: (one) => one['x-permissions'] !== undefined, says: [usual('not_allowed')] },
  { where: takes('query', 'cursor'), says: [usual('invalid_cursor')] },
  { where: takes('header', 'if-match'), says: [usual('precondition_failed')] },
  { where: takes('header', 'idempotency-key'), says: [usual('idempotency_key_reused')] },

  // the database
  {
    where: isOfTheApi,
    says: [
      usual('database_unreachable'),
      usual('database_refused_us'),
      usual('database_busy'),
      usual('database_timeout'),
      usual('internal'),
    ],
  },
  {
    where: (one) => isOfTheApi(one) && changes(one),
    says: [
      usual('database_read_only'),
      usual('database_full'),
      usual('transaction_conflict'),
      usual('outcome_unknown'),
    ],
  },
]

function usual(code: ToldCode): Told {
  return { status: refusals[code].status, code }
}

function keyOf({ status, code }: Told): string {
  return `${status} ${code}`
}

/** What is behind the door where requests are counted: the API of /v1, and that of AuthZEN, of the whole and of a tenant. */
export function isOfTheApi(one: Pick<Operation, 'path'>): boolean {
  return one.path.startsWith('/v1/') || asksForDecisions(one)
}

/** AuthZEN asks with POST, changes nothing, and has statuses of its own. */
function asksForDecisions({ path }: Pick<Operation, 'path'>): boolean {
  return /^\/(\{tenantId\}\/)?access\//.test(path)
}

function mayHaveBody({ method }: Operation): boolean {
  return method !== 'get'
}

function changes(one: Operation): boolean {
  return mayHaveBody(one) && !asksForDecisions(one)
}

function takesCookie({ security = [] }: Operation): boolean {
  return security.some((way) => 'cookie' in way)
}

/** Where nobody may stay out, each way in is by a session. */
function needsSession({ security = [] }: Operation): boolean {
  return security.length > 0 && security.every((way) => Object.keys(way).length > 0)
}

/** Whether it takes something in this place: anything, or a parameter of this name. */
function takes(place: string, name?: string): (operation: Operation) => boolean {
  return ({ parameters = [] }) =>
    (parameters as OpenAPIV3_1.ParameterObject[]).some(
      (one) => one.in === place && (name === undefined || one.name.toLowerCase() === name.toLowerCase()),
    )
}
