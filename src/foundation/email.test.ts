import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizeEmail } from './email.ts'

test('an address is the same address in any case, with space around it, composed or not', () => {
  expect(normalizeEmail('  Kim@Example.COM\n')).toBe('kim@example.com')
  expect(normalizeEmail('JOSE\u0301@example.com')).toBe('jos\u00e9@example.com')
  expect(normalizeEmail('ΜΑΡΊΑ@παράδειγμα.gr')).toBe('μαρία@παράδειγμα.gr')
})

test.each([
  ['nothing', ''],
  ['no @', 'kim.example.com'],
  ['two @', 'kim@home@example.com'],
  ['nobody', '@example.com'],
  ['nowhere', 'kim@'],
  ['a space inside', 'kim smith@example.com'],
  ['a NUL', 'kim\0@example.com'],
  ['a new line inside', 'kim@example.com\nbcc: all'],
  ['a character that cannot be seen', 'ki\u200bm@example.com'],
  ['half a character', 'ki\ud800m@example.com'],
  ['256 characters', `${'k'.repeat(244)}@example.com`],
  ['a megabyte', 'k'.repeat(1_000_000)],
])('%s is refused', (_, address) => {
  expect(() => normalizeEmail(address)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})

test('an address of 255 characters is taken, whatever they are', () => {
  expect(normalizeEmail(`${'😀'.repeat(243)}@example.com`)).toHaveLength(2 * 243 + 12)
})

test('what was brought into form is in form', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(part, part, (name, domain) => {
      let once: string
      try {
        once = normalizeEmail(`${name}@${domain}`)
      } catch {
        return
      }
      expect(normalizeEmail(once)).toBe(once)
      // what the database checks: lower() of the C collation knows the letters a to z alone
      expect(once).not.toMatch(/[A-Z]/)
    }),
    { numRuns: 2_000 },
  )
})
