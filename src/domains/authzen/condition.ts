import { isAmong, isLike, order, orderInTime, overlap, same } from './value.ts'

/** A place in a question, with what is known of those that it names: `subject.properties.department`. */
export type Ref = { ref: string | readonly string[] }
/** A text, a number, a truth, a place, or a list of these. */
export type Operand = string | number | boolean | Ref | readonly Operand[]
export type Condition =
  | { and: readonly Condition[] }
  | { or: readonly Condition[] }
  | { not: Condition }
  | { scope: string }
  | { exists: Ref }
  | { [Operator in keyof typeof comparisons]: Record<Operator, readonly [Operand, Operand]> }[Comparison]

/** Where a condition finds what it speaks of. */
export type Facts = {
  at: (path: readonly string[]) => unknown
  /** Whether the scope of this name holds. */
  scope: (name: string) => boolean
}

/** The operators that compare two values. Where one of the two is missing, none of them holds. */
export const comparisons = {
  eq: (one: unknown, other: unknown) => same(one, other),
  ne: (one: unknown, other: unknown) => !same(one, other),
  lt: (one: unknown, other: unknown) => (order(one, other) ?? 0) < 0,
  le: (one: unknown, other: unknown) => (order(one, other) ?? 1) <= 0,
  gt: (one: unknown, other: unknown) => (order(one, other) ?? 0) > 0,
  ge: (one: unknown, other: unknown) => (order(one, other) ?? -1) >= 0,
  before: (one: unknown, other: unknown) => (orderInTime(one, other) ?? 0) < 0,
  after: (one: unknown, other: unknown) => (orderInTime(one, other) ?? 0) > 0,
  in: isAmong,
  overlaps: overlap,
  like: isLike,
} satisfies Record<string, (one: unknown, other: unknown) => boolean>
export type Comparison = keyof typeof comparisons

/** Whether a condition holds. Total: what is missing, or of another kind than was expected, makes it false. */
export function holds(condition: Condition, facts: Facts): boolean {
  if ('and' in condition) return condition.and.every((one) => holds(one, facts))
  if ('or' in condition) return condition.or.some((one) => holds(one, facts))
  if ('not' in condition) return !holds(condition.not, facts)
  if ('scope' in condition) return facts.scope(condition.scope)
  if ('exists' in condition) return valueOf(condition.exists, facts) !== undefined
  const [[operator, operands] = []] = Object.entries(condition) as [Comparison, [Operand, Operand]][]
  if (operator === undefined || operands === undefined) return false
  const [one, other] = [valueOf(operands[0], facts), valueOf(operands[1], facts)]
  return one !== undefined && other !== undefined && comparisons[operator](one, other)
}

/** The names on the way to a place. A list says them one by one, for names with a dot in them. */
export function pathOf({ ref }: Ref): readonly string[] {
  return typeof ref === 'string' ? ref.split('.') : ref
}

/** Of a list, what is missing is left out. */
function valueOf(operand: Operand, facts: Facts): unknown {
  if (typeof operand !== 'object') return operand
  if ('ref' in operand) return facts.at(pathOf(operand))
  return operand.map((one) => valueOf(one, facts)).filter((one) => one !== undefined)
}
