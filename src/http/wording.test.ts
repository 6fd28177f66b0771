import { expect, test } from 'vitest'
import { z } from 'zod'
import { inOurWords } from './wording.ts'

const saidOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error!.issues.map(({ message }) => inOurWords(message))

test.each<[z.ZodType, unknown, string]>([
  [z.object({ name: z.string() }), {}, 'is missing'],
  [z.object({ name: z.string() }), [], 'must be an object'],
  [z.string(), 7, 'must be text'],
  [z.coerce.number(), 'abc', 'must be a number'],
  [z.number().int(), 1.5, 'must be a whole number'],
  [z.number().min(1), 0, 'must be at least 1'],
  [z.number().max(100), 101, 'must be at most 100'],
  [z.string().min(1), '', 'must not be empty'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'must have at most 2'],
  [z.enum(['draft', 'published']), 'gone', 'must be one of "draft", "published"'],
  [z.strictObject({}), { isOwner: true }, 'has what nobody knows here: "isOwner"'],
  [
    z.iso.datetime({ offset: true }),
    'tomorrow',
    'must be a time in ISO 8601 with its offset, such as 2026-01-31T12:00:00Z',
  ],
  [z.string().refine(() => false, 'must rhyme'), 'orange', 'must rhyme'],
])('whoever sends what does not fit is told in plain words: %#', (schema, value, words) => {
  expect(saidOf(schema, value)).toEqual([words])
})
