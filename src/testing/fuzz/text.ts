import fc, { type Arbitrary } from 'fast-check'
import { cunning } from '../mischief.ts'
import { markHere, markLength, Ref, serialHere } from './wish.ts'

const words = ['Kim', 'Ünal', 'Ναυσικά', 'नमस्ते', '王小明', 'מרים', 'O’Brien', 'Straße 5', 'e\u0301clair']

/** Text that most fields take, with the mark of its tenant in it; now and then of exactly the length that is most. */
export function goodText(max = 200): Arbitrary<string> {
  if (max <= markLength + 8) return fc.constantFrom('+49 30 123456', '030/1234', '(0)1 23')
  const room = max - markLength
  const word = fc.constantFrom(...words.filter((word) => word.length < room))
  const visible = fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(room >> 2, 20) })
  const atMost = fc
    .constantFrom('x', '𝄞', 'ß')
    .map((letter) => letter.repeat(Math.min(room, 2_000)) + markHere)
  return fc.oneof(
    { weight: 12, arbitrary: word.map((text) => `${text}${markHere}`) },
    { weight: 3, arbitrary: visible.map((text) => `${text}${markHere}`) },
    { weight: 1, arbitrary: room > 2_000 ? enormous(room) : atMost },
  )
}

/** A post of 100,000 characters is one in a hundred: they come back in lists. */
function enormous(room: number): Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(`long ${'x'.repeat(2_000)}${markHere}`) },
    { weight: 1, arbitrary: fc.constantFrom('x', '𝄞').map((letter) => letter.repeat(room) + markHere) },
  )
}

const odd = [
  ...cunning,
  '',
  ' ',
  'a\0b',
  '\u0000',
  'a\ud800b',
  '\udc00\ud800',
  '\ufeffbom',
  'zero\u200bwidth',
  '\u202egnihtemos',
  `Z${'\u0300'.repeat(60)}`,
  '🏴󠁧󠁢󠁷󠁬󠁳󠁿👩🏽‍🚀',
  'ﷺ'.repeat(20),
  '\u2028\u2029',
  '\x1b[31mred\x1b[0m',
  'a\tb\nc\rd',
  '%00%0a%0d',
  '../../etc/passwd',
  '{"$ne":null}',
  '\uffff\ufffe',
  'NaN',
  'null',
  'İıſK',
]

/** Halves of characters too. */
const anyUnits = fc.array(fc.nat(0xffff), { maxLength: 30 })

/** Text that looks for trouble; `max` is where the field ends. */
export function oddText(max = 200): Arbitrary<string> {
  const over = fc.constantFrom('x', '𝄞', '\u0301').map((letter) => letter.repeat(max + 1))
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...odd) },
    { weight: 2, arbitrary: anyUnits.map((units) => String.fromCharCode(...units)) },
    { weight: 1, arbitrary: over },
  )
}

/** New ones, in every spelling that an address may have, and those of people who are there. */
export const email: Arbitrary<unknown> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('kim', 'K.I.M', 'ünal+tag', '"odd"', 'x'.repeat(100))
      .map((name) => `${name}${serialHere}.${markHere}@example.com`),
  },
  { weight: 4, arbitrary: fc.nat(500).map((nth) => new Ref('email', nth)) },
)
