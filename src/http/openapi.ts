import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import type { Permission } from '../domains/access/access.ts'
import { sessionCookie } from './cookie.ts'
import { problemType } from './problem.ts'

/** What people read about a route: its group, its name for programs, what it does, and the permissions it needs. */
export function about(tag: Tag, operationId: string, summary: string, ...needs: Permission[]) {
  const told = { tags: [tag], operationId, summary }
  if (needs.length === 0) return told
  const description = `Needs ${needs.map((name) => `\`${name}\``).join(' and ')}.`
  return { ...told, description, 'x-permissions': needs }
}

const tags = {
  'sign-in': 'Coming in, and who one is.',
  account: 'One’s own account: how a human signs in, whatever the tenant.',
  tenants: 'Whose data it is.',
  users: 'The people of a tenant.',
  roles: 'What people may do.',
  invitations: 'Asking people in.',
  audit: 'Who did what.',
  posts: 'What people write, and what others say to it.',
  health: 'For load balancers, and whoever watches.',
}
type Tag = keyof typeof tags

/** The ways to say who is asking: either of them. */
export const signedIn: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [] }]

/** The document at /openapi.json, made from the schemas by which requests are judged and answers written. */
export function openApi(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Reeve',
        version,
        description:
          'Users, tenants, roles, permissions, sessions, audit and content in your own PostgreSQL.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'Where this document is.' }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: { securitySchemes },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => completed(jsonSchemaTransformObject(document) as Document),
  }
}

type Document = OpenAPIV3_1.Document
type Body = OpenAPIV3_1.RequestBodyObject
type Response = OpenAPIV3_1.ResponseObject
type Schema = OpenAPIV3_1.SchemaObject

const securitySchemes: Record<string, OpenAPIV3_1.SecuritySchemeObject> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token of a session.' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie,
    description: 'The same in a cookie, for browsers: changes only from pages of the same origin.',
  },
}

/** Every route may fail in every way that there is, so each one refers to the same description of it. */
function completed(document: Document): Document {
  const { schemas = {}, ...components } = document.components ?? {}
  const failed = { $ref: '#/components/responses/Problem' }
  for (const operation of operationsOf(document)) {
    operation.security ??= []
    if (operation.requestBody) optionalWhereNull(operation.requestBody as Body)
    for (const response of Object.values(operation.responses ?? {})) describe(response as Response, schemas)
    operation.responses = { ...growing(operation.responses), '4XX': failed, '5XX': failed }
  }
  // Each is described once as it is sent and once as it is received; nobody sends these.
  const received = Object.entries(schemas).filter(([name]) => !name.endsWith('Input'))
  const problem = { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } }
  return shortened({
    ...document,
    components: {
      ...components,
      schemas: growing(Object.fromEntries(received)),
      responses: { Problem: { description: 'Why not: see its code.', content: problem } },
    },
  })
}

function operationsOf({ paths = {} }: Document): OpenAPIV3_1.OperationObject[] {
  return Object.values(paths).flatMap((path) => Object.values(path ?? {}) as OpenAPIV3_1.OperationObject[])
}

/** A body that may be null may as well be left out; Fastify calls every body required. */
function optionalWhereNull(body: Body): void {
  const media = body.content['application/json']!
  const kinds = (media.schema as Schema).anyOf as Schema[] | undefined
  if (!kinds?.some(({ type }) => type === 'null')) return
  media.schema = kinds.find(({ type }) => type !== 'null')!
  delete body.required
}

/** An answer with a name is described where the name is. */
function describe(response: Response, schemas: Record<string, Schema>): void {
  const { $ref = '' } = (response.content?.['application/json']?.schema ?? {}) as { $ref?: string }
  const named = schemas[$ref.replace('#/components/schemas/', '')]
  response.description = named?.description ?? response.description
}

/** What we answer may have more in it tomorrow; what we are sent may not. */
function growing<Part>(part: Part): Part {
  return JSON.parse(JSON.stringify(part), (_key, inner: Schema | null) => {
    if (inner?.additionalProperties === false) delete inner.additionalProperties
    return inner
  })
}

/** What a format says already needs no pattern of two hundred characters. */
function shortened(document: Document): Document {
  return JSON.parse(JSON.stringify(document), (_key, part: Schema | null) => {
    if (part?.format === 'uuid' || part?.format === 'date-time') delete part.pattern
    return part
  })
}
