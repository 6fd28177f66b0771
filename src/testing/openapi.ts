import { z } from 'zod'
import type { Answer } from './http.ts'

export type Schema = {
  type?: string | string[]
  format?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  maxLength?: number
  minimum?: number
  maximum?: number
  $ref?: string
}
export type Parameter = { name: string; in: string; required: boolean; description?: string; schema: Schema }
type Media = { content?: Record<string, { schema: Schema }> }
export type Operation = {
  operationId: string
  summary: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: Media & { required?: boolean }
  responses: Record<string, Media & { description?: string; $ref?: string }>
  'x-permissions'?: string[]
}
export type OpenApi = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  tags: { name: string }[]
  components: { schemas: Record<string, Schema>; responses: Record<string, Media> }
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

/** Throws where an answer is not what the document promises for it. */
export function expectAsDescribed(document: OpenApi, route: string, { status, body, headers }: Answer): void {
  const { responses = {} } = operationsOf(document)[route] ?? {}
  const key = responses[status] ? status : `${String(status)[0]}XX`
  const { $ref, ...given } = responses[key] ?? {}
  const response = $ref ? document.components.responses[$ref.replace('#/components/responses/', '')] : given
  const [type, media] = Object.entries(response?.content ?? {})[0] ?? []
  if (!response || !String(headers['content-type'] ?? '').startsWith(type ?? '')) {
    throw new Error(
      `${route} answered ${status} as ${String(headers['content-type'])}, which is not described`,
    )
  }
  if (media) schemaIn(document, media.schema).parse(body)
  else if (body !== '') throw new Error(`${route} answered ${status} with a body, which is not described`)
}

const known = new WeakMap<Schema, z.ZodType>()

function schemaIn({ components }: OpenApi, schema: Schema): z.ZodType {
  const made = known.get(schema) ?? z.fromJSONSchema(withDefinitions(schema, components.schemas))
  known.set(schema, made)
  return made
}

/** JSON Schema looks for what it refers to inside of itself. */
function withDefinitions(schema: Schema, schemas: Record<string, Schema>) {
  const text = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/')
  return JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]
}
