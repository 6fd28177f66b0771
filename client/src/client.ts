import type { ClientOptions } from './ask.ts'
import type { Conditional, Once, Options } from './method.ts'
import { routes, type Client } from './operations.ts'
import { send } from './send.ts'

export type { ClientOptions } from './ask.ts'
export { each } from './each.ts'
export { etagOf } from './etag.ts'
export type {
  Body,
  CodeOf,
  Conditional,
  Fields,
  List,
  Once,
  OperationId,
  Options,
  Page,
  Params,
  Part,
} from './method.ts'
export type * from './operations.ts'
export { isProblem, Problem, type FieldError, type ProblemCode } from './problem.ts'

/** What an operation answers: `Answer<'whoAmI'>`. */
export type Answer<Id extends keyof Client> = Awaited<ReturnType<Client[Id]>>

/**
 * A typed client of the HTTP contract, with a method for each of its operations. What stands in the path and the query
 * comes first, then the body, then options. A method answers with what the server sent, in which times are strings
 * (ISO 8601, UTC), or throws a `Problem`.
 *
 *     const { token } = await createClient({ baseUrl }).signIn({ email, password })
 *     const reeve = createClient({ baseUrl, token })
 *     const { items, nextCursor } = await reeve.listUsers({ tenantId, q: 'kim' })
 */
export function createClient(options: ClientOptions = {}): Client {
  const methods = Object.entries(routes).map(([id, route]) => [id, methodOf(options, route)])
  return Object.fromEntries(methods) as Client
}

function methodOf(client: ClientOptions, route: string) {
  const [method, template, ...takes] = route.split(' ') as [string, string, ...string[]]
  return async (...given: unknown[]) => {
    const params = takes.includes('params') ? given.shift() : undefined
    const body = takes.includes('body') ? given.shift() : undefined
    const options = (given.shift() ?? {}) as Options & Once & Conditional
    const question = {
      method,
      path: addressOf(template, { ...(params as Said) }),
      headers: headersOf(body, options, takes.includes('key')),
      body: body === undefined ? undefined : JSON.stringify(body),
      answers503: takes.includes('503'),
    }
    return send(client, question, options)
  }
}

function headersOf(
  body: unknown,
  { ifMatch, idempotencyKey = newKey() }: Once & Conditional,
  takesKey: boolean,
) {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (ifMatch !== undefined) headers['if-match'] = ifMatch
  if (takesKey && idempotencyKey !== false) headers['idempotency-key'] = idempotencyKey
  return headers
}

type Said = Record<string, string | number | boolean | readonly string[] | undefined>

/** Names that the path knows go into it, all others into the query; what is undefined was not said. */
function addressOf(template: string, said: Said): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const part = String(said[name] ?? '')
    delete said[name]
    // these would make the address another one: of the list, or of what it belongs to
    if (['', '.', '..'].includes(part))
      throw new TypeError(`${name} must be an id, and is ${JSON.stringify(part)}`)
    return encodeURIComponent(part)
  })
  const query = Object.entries(said).filter(([, value]) => value !== undefined)
  return query.length === 0
    ? path
    : `${path}?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}`
}

/** A UUID would do; but a page that did not come by TLS has no `randomUUID`. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
