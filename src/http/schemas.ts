import { z } from 'zod'

/** Text in one line, as people write it: something can be seen of it, and it has at most `max` characters. */
export function line(max: number) {
  return z
    .string()
    .refine(
      (text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text),
      'must not contain line breaks or control characters',
    )
    .refine((text) => /[^\p{Z}\p{Cc}\p{Cf}]/u.test(text), 'must not be empty')
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
  return prose(max).min(1)
}

/** Any UUID: those of people who came with an id of their own may be of no version that we know. */
export const id = z.guid('must be a UUID')

export const address = line(255).describe('An e-mail address.')
export const slug = z
  .string()
  .regex(/^[a-z0-9](-?[a-z0-9])*$/, 'must be lower-case letters, digits and single hyphens')
  .max(63)
  .describe('A short name for addresses.')
export const permissionGrant = z
  .string()
  .regex(/^[a-z*][a-z0-9_-]*:[a-z*][a-z0-9_-]*(:own)?$/, 'must look like posts:update or posts:update:own')
  .max(105)
/** A page or picture in the web, by an address that any browser understands. */
export function webAddress(max: number) {
  return line(max)
    .refine(
      (text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text),
      'must begin with https:// and be a whole address',
    )
    .meta({ minLength: 1, maxLength: max, format: 'uri' })
}

export const yesOrNo = z.preprocess(
  (word) => (word === 'true' ? true : word === 'false' ? false : word),
  z.boolean(),
)
/** A moment that PostgreSQL and JavaScript write alike. */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine(
    (time) => time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999,
    'must lie in the years 1 to 9999',
  )

/** What stands in paths; each route picks its own. */
export const ids = z.strictObject({
  tenantId: id.describe('The tenant.'),
  userId: id.describe('A user of the tenant. Not their account, which has an id of its own.'),
  roleId: id.describe('A role of the tenant.'),
  juniorId: id.describe('A role of the tenant, which the other has below it.'),
  setId: id.describe('A set of roles that nobody may have together.'),
  invitationId: id.describe('An invitation of the tenant.'),
  postId: id.describe('A post of the tenant.'),
  commentId: id.describe('A comment under the post.'),
  sessionId: id.describe('A session of one’s own.'),
})

/** A list is asked for by the size of a page and the cursor that the page before gave. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('How many at most.'),
  cursor: z.string().min(1).max(1000).optional().describe('`nextCursor` of the page before.'),
}

/** What every list answers with. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).describe('A page.')
}

/** What a list answers with that is always whole. */
export function allOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.null() }).describe('All of them.')
}

export const done = z.null().describe('Done; there is nothing to say.')

function lengthOf(text: string): number {
  return text.length > 1 ? [...text].length : text.length
}
