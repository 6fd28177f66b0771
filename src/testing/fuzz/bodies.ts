import fc, { type Arbitrary } from 'fast-check'
import { noObjects } from '../mischief.ts'
import { bodyOf, type Operation } from '../openapi.ts'
import { mostly } from './mostly.ts'
import { fitting, misfit, type Lexicon, type Shape } from './values.ts'
import type { Body } from './wish.ts'

const moreFields: [string, string][] = [
  ['__proto__', '{"isAdmin":true}'],
  ['constructor', '{"prototype":{"isAdmin":true}}'],
  ['unknown', '1'],
  ['tenantId', '"00000000-0000-0000-0000-000000000000"'],
  ['toString', 'null'],
  ['\\u0000', '[]'],
  ['x'.repeat(5_000), `${'['.repeat(500)}${']'.repeat(500)}`],
]

/** A body as an operation wants it, or nearly, or not at all. */
export function bodyFor(operation: Operation, lexicon: Lexicon): Arbitrary<Body | undefined> {
  const shape = bodyOf(operation) as Shape | undefined
  if (!shape) return mostly(40, fc.constant(undefined), fc.constantFrom<Body>({ value: {} }, { value: 'x' }))
  const required = operation.requestBody?.required ?? false
  const example = operation.requestBody?.content?.['application/json']?.example
  // of policies, and of questions that they answer, a schema cannot say enough
  const made = operation.tags.includes('access') ? fc.constant(example) : fitting(shape, '', lexicon)
  const good = made.map((value): Body => ({ value }))
  const fields = Object.entries(shape.properties ?? {})
  const withMisfit = fc
    .tuple(good, fc.constantFrom(...fields))
    .chain(([{ value }, [name, inner]]) =>
      misfit(inner, name).map((wrong): Body => ({ value: { ...(value as object), [name]: wrong } })),
    )
  const without = fc
    .tuple(good, fc.constantFrom(...fields.map(([name]) => name)))
    .map(([{ value }, name]): Body => ({ value: { ...(value as object), [name]: undefined } }))
  const withMore = fc
    .tuple(good, fc.constantFrom(...moreFields), fc.constantFrom(...fields))
    .chain(([body, more, [name]]) =>
      fc.constantFrom<Body>(
        { ...body, fields: [more] },
        { ...body, fields: [[name, '"twice"']] },
        { ...body, bom: true },
        { ...body, type: 'application/json; charset=utf-16' },
        { ...body, type: 'text/plain' },
        { ...body, type: 'application/x-www-form-urlencoded' },
        { ...body, type: 'application/merge-patch+json' },
        { ...body, type: '' },
      ),
    )
  const raw = fc.constantFrom(...noObjects, '', 'null', '{}').map((one): Body => ({ value: null, raw: one }))
  return fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: required ? 1 : 20, arbitrary: fc.constant(undefined) },
    ...(fields.length > 0 ? [{ weight: 4, arbitrary: withMisfit }] : []),
    ...(fields.length > 0 ? [{ weight: 2, arbitrary: without }] : []),
    ...(fields.length > 0 ? [{ weight: 2, arbitrary: withMore }] : []),
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: misfit(shape, '').map((value): Body => ({ value })) },
  )
}
