import { z } from 'zod'
import type { Answer } from './http.ts'

export type Schema = {
  type?: string | string[]
  format?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  maxLength?: number
  minItems?: number
  additionalProperties?: boolean | Schema
  minimum?: number
  maximum?: number
  $ref?: string
}
export type Parameter = { name: string; in: string; required: boolean; description?: string; schema: Schema }
type Media = { schema: Schema; example?: unknown }
type Content = { content?: Record<string, Media> }
export type Response = Content & { description?: string; headers?: Record<string, { $ref: string }> }
export type Operation = {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: Content & { required?: boolean }
  responses: Record<string, Response & { $ref?: string }>
  'x-permissions'?: string[]
}
export type OpenApi = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  tags: { name: string }[]
  components: {
    schemas: Record<string, Schema>
    responses: Record<string, Response>
    headers: Record<string, { required?: boolean; schema: Schema }>
  }
}

/** Every operation by its route, as the app writes it: `GET /v1/tenants/:tenantId`. */
export function operationsOf({ paths }: OpenApi): Record<string, Operation> {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      operation,
    ]),
  )
  return Object.fromEntries(routes)
}

/** What an operation takes as its body. */
export function bodyOf(operation: Operation): Schema | undefined {
  return operation.requestBody?.content?.['application/json']?.schema
}

/** What an operation answers with a status, where it is described. */
export function responseOf(
  { components }: OpenApi,
  { responses }: Operation,
  status: number | string,
): Response | undefined {
  const { $ref, ...given } = responses[status] ?? {}
  if ($ref) return components.responses[$ref.replace('#/components/responses/', '')]
  return responses[status] && given
}

/** The codes that may come with a status; none where it is no refusal. */
export function codesOf(response: Response): string[] {
  const { schema } = response.content?.['application/problem+json'] ?? {}
  const [codes = []] = (schema?.allOf ?? []).flatMap(({ properties }) =>
    properties?.['code']?.enum ? [properties['code'].enum] : [],
  )
  return codes as string[]
}

/** Throws where an answer is not exactly what the document promises for it: status, head, and body with its code. */
export function expectAsDescribed(document: OpenApi, route: string, answer: Answer): void {
  const [method, path] = route.split(' ') as [string, string]
  const made = contracts.get(document) ?? new Contract(document)
  contracts.set(document, made)
  if (!made.hold(method, path, answer)) throw new Error(`${route} is not described`)
}

const contracts = new WeakMap<OpenApi, Contract>()

/** A document, ready to be held against many answers. */
export class Contract {
  readonly #document: OpenApi
  readonly #operations: Record<string, Operation>
  readonly #patterns: { method: string; pattern: RegExp; route: string }[]
  /** Every header that the document speaks of anywhere. */
  readonly #headers: string[]
  readonly #schemas = new Map<Schema, z.ZodType>()

  constructor(document: OpenApi) {
    this.#document = document
    this.#operations = operationsOf(document)
    this.#patterns = Object.keys(this.#operations).map((route) => {
      const [method, path] = route.split(' ') as [string, string]
      return { method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]*')}$`), route }
    })
    const responses = Object.values(this.#operations).flatMap((operation) =>
      Object.keys(operation.responses).map((status) => responseOf(document, operation, status)!),
    )
    this.#headers = namesIn(...responses.map(({ headers }) => headers))
  }

  /** Throws where an answer is not exactly as described; false where there is no such operation, and no promise. */
  hold(method: string, url: string, answer: Answer): boolean {
    const [path] = url.split('?') as [string]
    const asked = method === 'HEAD' ? 'GET' : method // answered alike, without the body
    const route = this.#patterns.find((one) => one.method === asked && one.pattern.test(path))?.route
    if (route === undefined) return false
    const complaints = this.#complaints(this.#operations[route]!, method, answer)
    if (complaints.length === 0) return true
    const said = JSON.stringify(answer.body).slice(0, 500)
    throw new Error(`${method} ${url} answered ${answer.status}, which ${complaints.join(', and ')}: ${said}`)
  }

  #complaints(operation: Operation, method: string, answer: Answer): string[] {
    const response = responseOf(this.#document, operation, answer.status)
    if (!response) return ['is not described']
    const aboutBody = method === 'HEAD' ? [] : this.#aboutBody(response, answer)
    return [...this.#aboutHead(response, answer), ...aboutBody]
  }

  #aboutHead({ headers = {} }: Response, answer: Answer): string[] {
    const { components } = this.#document
    const required = Object.entries(headers).filter(
      ([, { $ref }]) => components.headers[$ref.replace('#/components/headers/', '')]!.required,
    )
    const promised = namesIn(headers)
    const sent = (name: string) => answer.headers[name] !== undefined
    return [
      ...namesIn(Object.fromEntries(required))
        .filter((name) => !sent(name))
        .map((name) => `has no header ${name}`),
      ...this.#headers
        .filter((name) => sent(name) && !promised.includes(name))
        .map((name) => `has a header ${name} where none is described`),
    ]
  }

  #aboutBody({ content = {} }: Response, { body, headers }: Answer): string[] {
    const [[type, media] = []] = Object.entries(content)
    if (type === undefined || media === undefined) {
      return body === '' ? [] : ['has a body where none is described']
    }
    const sent = String(headers['content-type'] ?? '')
    if (!sent.startsWith(type)) return [`is ${sent} and not ${type}`]
    const { error } = this.#schema(media.schema).safeParse(body)
    return error ? [`has another body (${z.prettifyError(error)})`] : []
  }

  #schema(schema: Schema): z.ZodType {
    const { schemas } = this.#document.components
    const made = this.#schemas.get(schema) ?? z.fromJSONSchema(withDefinitions(schema, schemas))
    this.#schemas.set(schema, made)
    return made
  }
}

function namesIn(...headers: (object | undefined)[]): string[] {
  return [...new Set(headers.flatMap((some = {}) => Object.keys(some)).map((name) => name.toLowerCase()))]
}

/** JSON Schema looks for what it refers to inside of itself. */
function withDefinitions(schema: Schema, schemas: Record<string, Schema>) {
  const text = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/')
  return JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]
}
