import type { OpenAPIV3_1 } from 'openapi-types'
import { html, inline, type Html } from './html.ts'

export type Schema = OpenAPIV3_1.SchemaObject & { const?: unknown }
export type Part = Schema | OpenAPIV3_1.ReferenceObject

type Field = { name: string; schema: Part; required: boolean }

/** The fields of a schema as a table: name, kind and limits, what it is. Fields inside of fields have the whole path. */
export function fieldTable(schema: Part): Html | undefined {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return undefined
  return html`<table class="fields">
    <tbody>
      ${fields.map(
        ({ name, schema: field, required }) =>
          html`<tr>
            <th scope="row"><code>${name}</code>${required ? undefined : html` <i>optional</i>`}</th>
            <td>${kindOf(field)}${descriptionOf(field)}</td>
          </tr> `,
      )}
    </tbody>
  </table>`
}

/** What a value is, in words: `text of 1 to 120 characters, or null`. */
export function kindOf(schema: Part): Html {
  const [kind, ...others] = alternativesOf(schema)
  if (!kind) return html`anything`
  const mayBeNull = isNullable(schema)
  return html`${[kind, ...others].map((one, i) => (i === 0 ? kindOfOne(one) : html` or ${kindOfOne(one)}`))}${
    mayBeNull ? ', or null' : undefined
  }${defaultOf(schema)}`
}

function kindOfOne(schema: Part): Html {
  if ('$ref' in schema) {
    const name = schema.$ref.split('/').at(-1)!
    return html`<a href="#shape-${name}">${name}</a>`
  }
  if (schema.const !== undefined) return html`always <code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum) return html`one of ${wordsOf(schema.enum)}`
  switch (typeOf(schema)) {
    case 'array':
      return html`list of ${atMost(schema.maxItems)}${kindOf((schema as { items: Part }).items)}`
    case 'object':
      return schema.properties ? html`object` : html`object of any form`
    case 'string':
      return html`${textOf(schema)}`
    case 'integer':
      return html`whole number${rangeOf(schema)}`
    case 'boolean':
      return html`<code>true</code> or <code>false</code>`
    default:
      return html`${typeOf(schema) ?? 'anything'}`
  }
}

function textOf({ format, minLength = 0, maxLength }: Schema): string {
  if (format === 'uuid') return 'UUID'
  if (format === 'date-time') return 'time (ISO 8601)'
  const what = format === 'uri' ? 'web address' : 'text'
  if (maxLength === undefined) return what
  const most = maxLength.toLocaleString('en')
  return minLength > 0
    ? `${what} of ${minLength} to ${most} characters`
    : `${what} of at most ${most} characters`
}

function rangeOf({ minimum, maximum }: Schema): string {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}`
  return from === undefined ? '' : `, ${from} or more`
}

function atMost(count: number | undefined): string {
  return count === undefined ? '' : `at most ${count} × `
}

function wordsOf(words: unknown[]): Html[] {
  return words.map((word, i) => html`${i > 0 ? ', ' : ''}<code>${String(word)}</code>`)
}

function defaultOf(schema: Part): Html | undefined {
  if ('$ref' in schema || schema.default === undefined) return undefined
  return html`; <code>${JSON.stringify(schema.default)}</code> unless said otherwise`
}

function descriptionOf(schema: Part): Html | undefined {
  if ('$ref' in schema || !schema.description) return undefined
  return html`<br /><small>${inline(schema.description)}</small>`
}

function fieldsOf(schema: Part, above = ''): Field[] {
  const inner = '$ref' in schema ? undefined : (alternativesOf(schema)[0] as Schema | undefined)
  const { properties = {}, required = [] } = inner ?? {}
  return Object.entries(properties as Record<string, Part>).flatMap(([name, field]) => {
    const path = `${above}${name}`
    const list = alternativesOf(field).find((one) => !('$ref' in one) && typeOf(one) === 'array')
    const items = list && (list as { items?: Part }).items
    return [
      { name: path, schema: field, required: required.includes(name) },
      ...fieldsOf(field, `${path}.`),
      ...(items ? fieldsOf(items, `${path}[].`) : []),
    ]
  })
}

/** What it may be, apart from null, and from the parts of itself that `fields` leaves. */
function alternativesOf(schema: Part): Part[] {
  if ('$ref' in schema) return [schema]
  const several = (schema.anyOf ?? schema.oneOf) as Part[] | undefined
  if (!several) return [schema]
  return several.filter((one) => ('$ref' in one ? !isPartial(one.$ref) : typeOf(one) !== 'null'))
}

/** Whether a schema is what `fields` leaves of another. */
export function isPartial(name: string): boolean {
  return name.endsWith('Part')
}

function isNullable(schema: Part): boolean {
  if ('$ref' in schema) return false
  const several = (schema.anyOf ?? schema.oneOf ?? [schema]) as Part[]
  return several.some((one) => !('$ref' in one) && [one.type].flat().includes('null'))
}

function typeOf({ type }: Schema): string | undefined {
  return [type].flat().find((one) => one !== 'null') ?? (type === undefined ? undefined : 'null')
}
