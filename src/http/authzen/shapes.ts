import { z } from 'zod'

// What is not spoken of here is ignored, as AuthZEN wants it: other versions may say more.

const text = (max: number) => z.string().max(max)
/** Left out and null are the same: the standard asks senders to leave out what is null. */
const properties = z.record(z.string(), z.unknown()).nullish()

const type = text(200).describe('Its type: `user`, `post`, or one of your own.')
const entity = { type, id: text(1000).describe('Unique among those of its type.'), properties }

export const subject = z.object(entity).describe('Who asks. A user of Reeve by id or address.')
export const resource = z.object(entity).describe('What it is done to.')
export const action = z.object({ name: text(200), properties }).describe('What is done.')
export const context = z.record(z.string(), z.unknown()).nullish().describe('Where and when.')

export const question = z.object({ subject, action, resource, context })
export type Asked = z.output<typeof question>

/** Whoever or whatever is looked for has a type; an id is ignored. */
const looked = z.object({ type, properties })
export const page = z
  .object({
    token: text(8000).nullish().describe('`next_token` of the page before.'),
    limit: z.int().min(0).nullish().describe('How many at most; 200 at the very most.'),
    properties,
  })
  .nullish()
export const subjectSearch = z.object({ subject: looked, action, resource, context, page })
export const resourceSearch = z.object({ subject, action, resource: looked, context, page })
export const actionSearch = z.object({ subject, resource, context, page })

const fault = z.object({ status: z.number().int(), message: z.string() })
export const decision = z
  .object({
    decision: z.boolean(),
    context: z
      .object({ error: fault.optional().describe('Why this one could not be evaluated.') })
      .optional(),
  })
  .meta({ id: 'Decision', description: 'Whether it is permitted.' })
export const decisions = z
  .object({ decision: z.boolean().optional(), evaluations: z.array(decision).optional() })
  .meta({
    id: 'Decisions',
    description: 'One for each evaluation, in their order; the only one where there are none.',
  })

export function found<Item extends z.ZodType>(item: Item, id: string) {
  const page = z.object({
    next_token: z.string().describe('For the next page; empty on the last.'),
    count: z.number().int(),
  })
  return z
    .object({ page, results: z.array(item) })
    .meta({ id, description: 'All that are permitted, page by page.' })
}
