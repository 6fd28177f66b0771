import type { z } from 'zod'
import { Refusal } from '../foundation/refusal.ts'
import { id } from '../http/schemas.ts'
import { inOurWords } from '../http/wording.ts'

/**
 * What was given to a verb, judged as the HTTP door judges a body or a query (`invalid_request`): programs hand on what
 * they were sent. `what` is how the refusal calls it where no field is at fault.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  what = 'this',
): z.output<Schema> {
  const found = schema.safeParse(asSent(given))
  if (found.success) return found.data
  const [{ path, message }] = found.error.issues as [z.core.$ZodIssue]
  throw new Refusal(
    'invalid_request',
    `${path.length > 0 ? path.join('.') : what}: ${inOurWords(message)}`.slice(0, 300),
    'correct it, and ask again',
  )
}

/** The id of something. */
export function checkedId(given: string, name: string): string {
  return checked(id, given, name)
}

/** The schemas are those of JSON, which has no Date, and no field of which nothing is said. */
function asSent(given: unknown): unknown {
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? 'Invalid Date' : given.toISOString()
  if (Array.isArray(given)) return given.map(asSent)
  if (given === null || typeof given !== 'object') return given
  const fields = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(fields.map(([name, value]) => [name, asSent(value)]))
}
