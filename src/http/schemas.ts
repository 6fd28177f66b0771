import { z } from 'zod'

/** Text in one line, as people write it: no control characters, not empty, at most `max` characters (not UTF-16 units). */
export function line(max: number) {
  return z
    .string()
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must not contain control characters')
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => lengthOf(text) <= max, `must have at most ${max} characters`)
    .meta({ minLength: 1, maxLength: max })
}

/** Text of several lines. */
export function prose(max: number) {
  return z
    .string()
    .refine((text) => !/[\0\p{Cs}]/u.test(text), 'must not contain NUL or broken characters')
    .refine((text) => lengthOf(text) <= max, `must have at most ${max} characters`)
    .meta({ maxLength: max })
}

/** Something that is compared and never shown: a password, a token. Taken exactly as it came. */
export function secret(max: number) {
  return z
    .string()
    .min(1)
    .refine((text) => !/[\0\p{Cs}]/u.test(text), 'must not contain NUL or broken characters')
    .refine((text) => lengthOf(text) <= max, `must have at most ${max} characters`)
    .meta({ maxLength: max })
}

export const id = z.uuid()
export const address = line(255)
export const slug = z.string().regex(/^[a-z0-9](-?[a-z0-9])*$/, 'must be lower-case letters, digits and single hyphens').max(63)
export const permissionGrant = z.string().regex(/^[a-z*][a-z0-9_-]*:[a-z*][a-z0-9_-]*(:own)?$/, 'must look like posts:update or posts:update:own').max(105)
export const yesOrNo = z.enum(['true', 'false']).transform((word) => word === 'true')

/** A list is asked for by the size of a page and the cursor that the page before gave. */
export const pageQuery = { limit: z.coerce.number().int().min(1).max(100).default(20), cursor: z.string().min(1).max(1000).optional() }

/** What every list answers with. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

export const done = z.null().describe('Done; there is nothing to say.')

function lengthOf(text: string): number {
  return text.length > 1 ? [...text].length : text.length
}
