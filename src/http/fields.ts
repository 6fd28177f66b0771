import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { z } from 'zod'
import type { App } from './house.ts'

/** What `?fields=` may name of a representation: what stands at its top, each at most once. */
export function fieldsOf({ shape }: z.ZodObject) {
  const names = Object.keys(shape)
  const name = `(?:${names.join('|')})`
  return z
    .string()
    .regex(new RegExp(`^${name}(?:,${name})*$`), {
      error: `must be names out of ${names.join(', ')}, separated by commas`,
      abort: true,
    })
    .refine((text) => !repeats(text.split(',')), 'must not name anything twice')
    .meta({ minLength: 1, maxLength: names.join().length })
    .optional()
    .describe(`Only these of it, separated by commas: ${names.map((one) => `\`${one}\``).join(', ')}.`)
}

/**
 * Where a route registered here takes `fields`, the others are left out of what is written: after all that may not leave
 * has been left out already.
 */
export function partialAnswers(app: App): void {
  app.addHook('onRoute', (route) => {
    const query = route.schema?.querystring
    if (!(query instanceof z.ZodObject) || !('fields' in query.shape)) return
    // before what turns an answer to GET into one to HEAD
    route.onSend = [leaveOut, ...[route.onSend ?? []].flat()]
  })
}

function leaveOut(
  { query }: FastifyRequest,
  { statusCode }: FastifyReply,
  text: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const { fields } = query as { fields?: string }
  if (fields === undefined || statusCode !== 200 || typeof text !== 'string') return done(null, text)
  const names = fields.split(',')
  const whole = JSON.parse(text) as Thing | { items: Thing[] }
  const part =
    'items' in whole && Array.isArray(whole.items)
      ? { ...whole, items: whole.items.map((thing: Thing) => partOf(thing, names)) }
      : partOf(whole as Thing, names)
  done(null, JSON.stringify(part))
}

type Thing = Record<string, unknown>

function partOf(thing: Thing, names: string[]): Thing {
  return Object.fromEntries(names.filter((name) => name in thing).map((name) => [name, thing[name]]))
}

function repeats(names: string[]): boolean {
  return new Set(names).size < names.length
}

type Schema = OpenAPIV3_1.SchemaObject
type Ref = OpenAPIV3_1.ReferenceObject

/** Describes the answer of an operation that takes `fields`: the thing, or a part of it, of which nothing is sure to be there. */
export function describeParts(
  { parameters = [], responses = {} }: OpenAPIV3_1.OperationObject,
  schemas: Record<string, Schema>,
): void {
  if (!(parameters as OpenAPIV3_1.ParameterObject[]).some(({ name }) => name === 'fields')) return
  const media = (responses['200'] as OpenAPIV3_1.ResponseObject).content!['application/json']!
  const whole = media.schema as Schema | Ref
  if (isList(whole)) whole.properties.items.items = orPart(whole.properties.items.items, schemas)
  else media.schema = orPart(whole, schemas) as Schema
}

type List = { properties: { items: { items: Schema | Ref } } }

function isList(schema: object): schema is List {
  return 'properties' in schema && 'items' in (schema as List).properties
}

function orPart(whole: Schema | Ref, schemas: Record<string, Schema>): Schema {
  if (!('$ref' in whole)) return { anyOf: [whole, { ...whole, required: [] }] } as Schema
  const name = whole.$ref.replace('#/components/schemas/', '')
  const { required: _, description, ...part } = schemas[name]!
  schemas[`${name}Part`] ??= {
    ...part,
    description: `${description} With \`fields\`: only what was asked for.`,
  }
  return { anyOf: [whole, { $ref: `#/components/schemas/${name}Part` }] } as Schema
}
