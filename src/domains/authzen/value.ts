import { isDeepStrictEqual } from 'node:util'

/** What is there at a path inside of a JSON value; undefined where there is nothing, or null, which says as much. */
export function valueAt(whole: unknown, path: readonly string[]): unknown {
  let here = whole
  for (const name of path) {
    if (!isObject(here) || !Object.hasOwn(here, name)) return undefined
    here = here[name]
  }
  return here ?? undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value has text in it that no database keeps: NUL, or half a character. */
export function isBroken(value: unknown): boolean {
  // as JSON writes them, which escapes backslashes of the text itself too
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/.test(JSON.stringify(value))
}

export function same(one: unknown, other: unknown): boolean {
  return typeof one === 'object' ? isDeepStrictEqual(one, other) : one === other
}

export function isAmong(one: unknown, list: unknown): boolean {
  if (!Array.isArray(list)) return false
  return typeof one === 'object' ? list.some((other) => same(one, other)) : list.includes(one)
}

export function overlap(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return false
  const simple = new Set(other.filter((value) => typeof value !== 'object'))
  return one.some((value) => (typeof value === 'object' ? isAmong(value, other) : simple.has(value)))
}

/** Less than zero, zero, or more; undefined for what has no order among itself. */
export function order(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0
  return undefined
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** The same for times in ISO 8601 with an offset, whatever offset each has. */
export function orderInTime(one: unknown, other: unknown): number | undefined {
  const [a, b] = [instantOf(one), instantOf(other)]
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : a - b
}

function instantOf(value: unknown): number {
  return typeof value === 'string' && moment.test(value) ? Date.parse(value) : Number.NaN
}

/** Whether a text is like a pattern, in which `*` stands for any text. Goes back to the last star only, so never slow. */
export function isLike(text: unknown, pattern: unknown): boolean {
  if (typeof text !== 'string' || typeof pattern !== 'string') return false
  let [t, p, star, mark] = [0, 0, -1, 0]
  while (t < text.length) {
    if (pattern[p] === '*') [star, mark, p] = [p, t, p + 1]
    else if (pattern[p] === text[t]) [t, p] = [t + 1, p + 1]
    else if (star !== -1) [mark, t, p] = [mark + 1, mark + 1, star + 1]
    else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
