import { comparisons, pathOf, type Ref } from './condition.ts'
import { isObject } from './value.ts'

/** What a condition may speak of beside the question itself. */
export type Vocabulary = { scopes: readonly string[]; relations: readonly string[] }

const deepest = 10
const longestList = 100
const longestText = 500

/** What is wrong with a condition, and where in it; undefined where nothing is. */
export function complaintAbout(condition: unknown, words: Vocabulary, depth = 1): string | undefined {
  if (depth > deepest) return `is nested deeper than ${deepest}`
  if (!isObject(condition) || Object.keys(condition).length !== 1)
    return 'a condition is an object with one operator in it'
  const [[operator, inner]] = Object.entries(condition) as [[string, unknown]]
  if (operator === 'and' || operator === 'or') {
    if (!Array.isArray(inner) || inner.length === 0 || inner.length > longestList)
      return `${operator} takes a list of 1 to ${longestList} conditions`
    return first(inner, (one) => complaintAbout(one, words, depth + 1))
  }
  if (operator === 'not') return complaintAbout(inner, words, depth + 1)
  if (operator === 'scope')
    return words.scopes.includes(inner as string)
      ? undefined
      : 'scope takes the name of a scope of this policy'
  if (operator === 'exists') return isRef(inner) ? aboutRef(inner, words) : 'exists takes { "ref": … }'
  if (!Object.hasOwn(comparisons, operator)) return `there is no operator ${operator.slice(0, 40)}`
  if (!Array.isArray(inner) || inner.length !== 2) return `${operator} takes a list of two values`
  return first(inner, (one) => aboutOperand(one, words, depth + 1))
}

/** What is wrong with a path; undefined where nothing is. */
export function aboutRef(ref: Ref, { relations }: Vocabulary): string | undefined {
  const text = typeof ref.ref === 'string' ? ref.ref : JSON.stringify(ref.ref)
  if (text.length > longestText) return `a path has at most ${longestText} characters`
  const [root = '', ...rest] = pathOf(ref)
  const [entity, inside] = root === 'relations' ? [rest[0] ?? '', rest.slice(1)] : [root, rest]
  if (root === 'relations' && !relations.includes(entity))
    return `there is no relation ${entity.slice(0, 40)}`
  if (pathOf(ref).includes('')) return 'a path has a name between any two dots'
  const [kind, ...more] = inside
  const known =
    root === 'context'
      ? inside.length > 0
      : root === 'action'
        ? (kind === 'name' && more.length === 0) || (kind === 'properties' && more.length > 0)
        : (['subject', 'resource', 'relations'].includes(root) &&
            (kind === 'type' || kind === 'id') &&
            more.length === 0) ||
          (['properties', 'user'].includes(kind ?? '') && more.length > 0 && root !== '')
  return known && ['subject', 'resource', 'action', 'context', 'relations'].includes(root)
    ? undefined
    : `${text.slice(0, 60)} is no path: they begin with subject, resource, action, context or relations, and go on with id, type, name, properties.… or user.…`
}

function aboutOperand(operand: unknown, words: Vocabulary, depth: number): string | undefined {
  if (depth > deepest) return `is nested deeper than ${deepest}`
  if (typeof operand === 'string')
    return operand.length > longestText ? `a text has at most ${longestText} characters` : undefined
  if (typeof operand === 'number' || typeof operand === 'boolean') return undefined
  if (isRef(operand)) return aboutRef(operand, words)
  if (!Array.isArray(operand) || operand.length > longestList)
    return `a value is a text, a number, true, false, { "ref": … }, or a list of at most ${longestList} of these`
  return first(operand, (one) => aboutOperand(one, words, depth + 1))
}

function isRef(value: unknown): value is Ref {
  if (!isObject(value) || Object.keys(value).length !== 1) return false
  const { ref } = value
  return (
    typeof ref === 'string' ||
    (Array.isArray(ref) && ref.length <= 10 && ref.every((name) => typeof name === 'string'))
  )
}

function first<T>(list: readonly T[], complaint: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = complaint(one)
    if (found !== undefined) return found
  }
  return undefined
}
