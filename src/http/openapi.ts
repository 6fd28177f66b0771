import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import type { Permission } from '../domains/access/access.ts'
import { headed, headers, RefusingAnswers, usualHeaders, type HeaderName } from './answers.ts'
import { describeTags } from './conditional.ts'
import { sessionCookie } from './cookie.ts'
import { describeParts } from './fields.ts'
import { takesKey } from './idempotency.ts'
import { isOfTheApi, refusalsOf } from './may-refuse.ts'
import type { ToldCode } from './problem-codes.ts'

type Told = {
  /** The permissions that it needs: all of them. */
  needs?: Permission[]
  /** What the verb itself may refuse, beside what may happen to every request (`may-refuse.ts`). */
  refuses?: ToldCode[]
  /** What the summary has no room for. */
  more?: string
  /** A body that does something. */
  example?: object
  /** Whether it gives or takes the cookie of a session. */
  cookie?: boolean
}

/** What people read about a route: its group, its name for programs, what it does, and what it may say instead. */
export function about(tag: Tag, operationId: string, summary: string, told: Told = {}) {
  const { needs, more } = told
  const permissions = needs && `Needs ${needs.map((name) => `\`${name}\``).join(' and ')}.`
  const description = [more, permissions].filter(Boolean).join('\n\n')
  return {
    tags: [tag],
    operationId,
    summary,
    ...(description === '' ? {} : { description }),
    ...(needs ? { 'x-permissions': needs } : {}),
    'x-told': told,
  }
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
  access: 'Who may do what, asked by programs (AuthZEN 1.0), and the policies that say it.',
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
    transform: (given) => {
      const transformed = jsonSchemaTransform(given)
      const isTagged = given.route.config?.conditional === 'tagged'
      return { ...transformed, schema: { ...transformed.schema, 'x-tagged': isTagged } }
    },
    transformObject: (document) => completed(jsonSchemaTransformObject(document) as Document),
  }
}

type Document = OpenAPIV3_1.Document
type Operation = OpenAPIV3_1.OperationObject & { 'x-told'?: Told; 'x-permissions'?: string[] }
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

/** Adds what follows from the whole: what each operation refuses, and what stands in the head of its answers. */
function completed(document: Document): Document {
  const { schemas = {}, ...components } = document.components ?? {}
  const refusing = new RefusingAnswers()
  for (const { method, path, operation } of operationsOf(document)) {
    const { refuses = [], example, cookie = false } = operation['x-told'] ?? {}
    delete operation['x-told']
    operation.security ??= []
    if (operation.requestBody) complete(operation.requestBody as Body, example)

    const heads: HeaderName[] = [
      ...(isOfTheApi({ path }) ? usualHeaders : (['RequestId'] as const)),
      ...(method === 'post' && hasItems(document, path) ? (['Location'] as const) : []),
      ...(cookie ? (['SetCookie'] as const) : []),
      ...(takesKey(operation) ? (['IdempotencyReplayed'] as const) : []),
    ]
    for (const response of Object.values(operation.responses ?? {}) as Response[]) {
      describe(response, schemas)
      response.headers = headed(heads)
    }
    describeParts(operation, schemas)
    describeTags(operation)
    operation.responses = {
      ...growing(operation.responses),
      ...refusing.of(refusalsOf({ ...operation, method, path, refuses })),
    }
  }
  // Each is described once as it is sent and once as it is received; nobody sends these.
  const received = Object.entries(schemas).filter(([name]) => !name.endsWith('Input'))
  return shortened({
    ...document,
    components: {
      ...components,
      schemas: growing(Object.fromEntries(received)),
      responses: refusing.named,
      headers,
    },
  })
}

function operationsOf({ paths = {} }: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) => ({
      method,
      path,
      operation: operation as Operation,
    })),
  )
}

/** Whether what is added to a list can be read by an id under it. */
function hasItems({ paths = {} }: Document, list: string): boolean {
  return Object.entries(paths).some(
    ([path, methods]) => path.startsWith(`${list}/{`) && !path.includes('/', list.length + 1) && methods?.get,
  )
}

/** A body that may be null may as well be left out; Fastify calls every body required. */
function complete(body: Body, example: object | undefined): void {
  const media = body.content['application/json']!
  if (example) media.example = example
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
