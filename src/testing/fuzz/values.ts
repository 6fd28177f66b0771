import fc, { type Arbitrary } from 'fast-check'
import { misfitsOf, queryMisfitsOf } from '../mischief.ts'
import type { Schema } from '../openapi.ts'
import { email, goodText, oddText } from './text.ts'
import { hush, markHere, Ref, serialHere } from './wish.ts'

/** What of JSON Schema our document uses. */
export type Shape = Omit<Schema, 'properties' | 'items' | 'anyOf'> & {
  properties?: Record<string, Shape>
  items?: Shape
  anyOf?: Shape[]
  oneOf?: Shape[]
  const?: unknown
  minLength?: number
  pattern?: string
  minItems?: number
  maxItems?: number
  default?: unknown
}

/** What the document says beside a schema: the schemas that have names, and the permissions that there are. */
export type Lexicon = { schemas: Record<string, Shape>; permissions: string[] }

/** A value that fits a schema, as far as a schema can say; the name of the field says more. */
export function fitting(shape: Shape, name: string, lexicon: Lexicon): Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: words, type } = shape
  if ($ref) return fitting(lexicon.schemas[$ref.split('/').at(-1)!] ?? {}, name, lexicon)
  const kinds = anyOf ?? oneOf
  if (kinds) return fc.oneof(...kinds.map((kind) => fitting(kind, name, lexicon)))
  if ('const' in shape) return fc.constant(shape.const)
  if (words) return fc.constantFrom(...words)
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return named(name, shape, lexicon) ?? textual(shape, name)
    case 'integer':
    case 'number':
      return numeric(shape)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(fitting(shape.items ?? {}, name, lexicon), {
        minLength: shape.minItems ?? 0,
        maxLength: Math.min(shape.maxItems ?? 3, 3),
      })
    case 'object': {
      const { properties = {}, required = [] } = shape
      const fields = Object.entries(properties).map(([field, inner]) => [
        field,
        fitting(inner, field, lexicon),
      ])
      const keys = { requiredKeys: required } as { requiredKeys: [] }
      return fc.record(Object.fromEntries(fields) as Record<string, Arbitrary<unknown>>, keys)
    }
    default:
      return fc.jsonValue({ maxDepth: 1 })
  }
}

/** A value that does not fit, or hardly. */
export function misfit(shape: Shape, name: string): Arbitrary<unknown> {
  const misfits = misfitsOf(shape as Schema)
  const around = shape.maxItems
    ? fc.constant(Array.from({ length: shape.maxItems + 1 }, () => name))
    : oddText(shape.maxLength)
  return fc.oneof(
    ...(misfits.length > 0 ? [fc.constantFrom(...misfits)] : []),
    around,
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(2 ** 53 + 1, -0, 1e308, -1, '1', '1e400', '0x10', [[]], { length: 1 }),
    ...strangeIn(shape, name),
  )
}

/** Another tenant's ids go where ids belong, and nowhere else: as a name they would be kept, and come back. */
function strangeIn(shape: Shape, name: string): Arbitrary<unknown>[] {
  const { format } = shape.items ?? shape
  if (format !== 'uuid') return []
  const strange = fc.nat(500).chain((nth) => fc.constantFrom(...strangeIds(name, nth)))
  return [shape.items ? strange.map((one) => [one]) : strange]
}

/** The same where everything is text. */
export function queryMisfit(shape: Shape, name: string): Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(...queryMisfitsOf(shape as Schema)),
    oddText(shape.maxLength),
    ...strangeIn(shape, name),
  )
}

/** Ids that are none of this tenant's things of this kind. */
export function strangeIds(name: string, nth: number): Ref[] {
  const strange = ['foreign', 'foreign', 'of another kind', 'gone', 'made up'] as const
  return strange.map((whose) => new Ref('id', nth, whose, kindOf(name)))
}

/** `roleIds` are ids of roles, `assignedBy` may be anybody’s. */
export function kindOf(name: string): string | undefined {
  const one = name.replace(/Ids$/, 'Id')
  return /^(entityId|id)$/.test(one) || !one.endsWith('Id') ? undefined : one
}

const password = fc.constantFrom('one', 'two', 'three').map((word) => `${hush} ${word} ${serialHere}`)
const known = fc.constant(new Ref('password', 0))

/** What a schema cannot say: that one thing is to be new, and another one known. */
function named(
  name: string,
  { pattern = '' }: Shape,
  { permissions }: Lexicon,
): Arbitrary<unknown> | undefined {
  switch (name) {
    case 'email':
      return email
    case 'password':
      return fc.oneof(known, password)
    case 'current':
      return known
    case 'next':
      return password
    case 'token':
      return fc.nat(500).map((nth) => new Ref('invitation', nth))
    case 'cursor':
      return fc.nat(500).map((nth) => new Ref('cursor', nth))
    case 'fields':
      return fc.subarray([...new Set(pattern.match(/\w+/g))], { minLength: 1 }).map((names) => names.join())
    case 'slug':
      return fc.constantFrom('s', 'a-b', '9').map((start) => `${start}-${serialHere}-${markHere}`)
    case 'username':
      return fc.constantFrom('kim', 'ünal', 'x-y').map((start) => `${start}-${serialHere}-${markHere}`)
    case 'permissions': {
      const wide = [...new Set(permissions.map((permission) => permission.replace(/:.*/, ':*')))]
      const own = permissions.filter((permission) => /^(posts|comments):/.test(permission))
      return fc.constantFrom(...permissions, ...wide, ...own.map((permission) => `${permission}:own`))
    }
    case 'entityType':
      return fc.constantFrom('user', 'role', 'post', 'tenant', 'user_role')
    case 'action':
      return fc.constantFrom('user.created', 'role.updated', 'post.deleted')
    default:
      return undefined
  }
}

function textual({ format, pattern, minLength = 0, maxLength }: Shape, name: string): Arbitrary<unknown> {
  if (format === 'uuid') return fc.nat(500).map((nth) => new Ref('id', nth, 'own', kindOf(name)))
  if (format === 'email') return email
  if (format === 'uri') return fc.constantFrom(`https://example.com/${markHere}?a=b#c`, 'http://[::1]:8080/')
  if (format === 'date-time')
    return fc.constantFrom(
      '2001-02-03T04:05:06Z',
      '2026-01-01T00:00:00.123456+14:00',
      '2099-12-31T23:59:59Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    )
  if (pattern) return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, maxLength))
  return goodText(maxLength).map((text) => (text.length < minLength ? text.padEnd(minLength, '.') : text))
}

function numeric({ type, minimum = -1_000, maximum = 1_000 }: Shape): Arbitrary<number> {
  const inside = fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
  return fc.oneof(
    { weight: 3, arbitrary: inside },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
    ...(type === 'number' ? [{ weight: 1, arbitrary: fc.constant((minimum + maximum) / 2 + 0.5) }] : []),
  )
}
