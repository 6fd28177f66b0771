import type { OpenAPIV3_1 } from 'openapi-types'
import type { Part, Schema } from './schema.ts'

export type Document = OpenAPIV3_1.Document
export type Parameter = OpenAPIV3_1.ParameterObject & { schema: Schema }
export type Body = { required?: boolean; schema: Part; example?: object }
export type Answer = {
  status: number
  description: string
  headers: string[]
  schema?: Schema
  codes: string[]
}

/** An operation of the document with everything at hand that it only refers to there. */
export type Operation = {
  id: string
  method: string
  path: string
  summary: string
  description: string
  tag: string
  permissions: string[]
  /** Whether one has to be signed in: always, if one likes, or not at all. */
  session: 'needed' | 'possible' | 'none'
  parameters: Parameter[]
  body?: Body
  answers: Answer[]
}

/** All operations, in the order in which they were registered. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) =>
      readOperation(document, method.toUpperCase(), path, operation as OpenAPIV3_1.OperationObject),
    ),
  )
}

/** What answers, requests and shapes are made of, by name. */
export function schemasOf({ components }: Document): Record<string, Schema> {
  return (components?.schemas ?? {}) as Record<string, Schema>
}

function readOperation(
  document: Document,
  method: string,
  path: string,
  operation: OpenAPIV3_1.OperationObject & { 'x-permissions'?: string[] },
): Operation {
  const { operationId = '', summary = '', description = '', tags = [], security = [] } = operation
  const body = operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined
  const media = body?.content['application/json'] as { schema: Schema; example?: object } | undefined
  const mustSignIn = security.length > 0 && security.every((way) => Object.keys(way).length > 0)
  return {
    id: operationId,
    method,
    path,
    summary,
    description,
    tag: tags[0] ?? '',
    permissions: operation['x-permissions'] ?? [],
    session: mustSignIn ? 'needed' : security.length > 0 ? 'possible' : 'none',
    parameters: (operation.parameters ?? []) as Parameter[],
    ...(media ? { body: { required: body?.required ?? false, ...media } } : {}),
    answers: Object.entries(operation.responses ?? {}).map(([status, response]) =>
      readAnswer(document, Number(status), response as OpenAPIV3_1.ResponseObject),
    ),
  }
}

function readAnswer({ components }: Document, status: number, given: OpenAPIV3_1.ResponseObject): Answer {
  const { $ref } = given as { $ref?: string }
  const response = $ref
    ? (components!.responses![$ref.split('/').at(-1)!] as OpenAPIV3_1.ResponseObject)
    : given
  const [media] = Object.values(response.content ?? {})
  const schema = media?.schema as Schema | undefined
  const parts = (schema?.allOf ?? []) as Schema[]
  const codes = parts.flatMap(({ properties }) => (properties?.['code'] as Schema | undefined)?.enum ?? [])
  return {
    status,
    description: response.description,
    headers: Object.keys(response.headers ?? {}),
    codes: codes as string[],
    ...(schema ? { schema } : {}),
  }
}
