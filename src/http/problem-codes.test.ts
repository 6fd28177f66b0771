import { expect, test } from 'vitest'
import { refusals, type RefusalCode } from '../foundation/refusal.ts'
import { problemCodes } from './problem-codes.ts'

/** Whoever uses the command line or psql may be told these; whoever asks over HTTP never is. */
const elsewhere: RefusalCode[] = ['append_only', 'import_refused', 'schema_outdated']

test('every refusal that an answer can have is explained, and no other', () => {
  const codes = Object.keys(refusals) as RefusalCode[]
  const told = codes.filter((code) => refusals[code].status !== 500 || code === 'internal')
  expect(Object.keys(problemCodes).toSorted()).toEqual(
    told.filter((code) => !elsewhere.includes(code)).toSorted(),
  )
})
