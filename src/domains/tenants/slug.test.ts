import { expect, test } from 'vitest'
import { slugFrom, withSuffix } from './slug.ts'

const form = /^[a-z0-9](-?[a-z0-9])*$/

test.each([
  ['Acme', 'acme'],
  ['Acme Holding (North) Ltd.', 'acme-holding-north-ltd'],
  ['Émile Łukasz & Söhne', 'emile-ukasz-sohne'],
  ['  --Acme--  ', 'acme'],
  ['ﬁne ½', 'fine-1-2'],
  ['株式会社', 'tenant'],
  ['شركة', 'tenant'],
  ['🙂', 'tenant'],
  ['', 'tenant'],
  ['tenant\u0000s', 'tenant-s'],
])('%s becomes %s', (name, slug) => {
  expect(slugFrom(name)).toBe(slug)
})

test('a name of any length becomes at most 63 characters, and ends in none of the hyphens', () => {
  for (const name of ['a'.repeat(500), 'ab '.repeat(100), `${'a'.repeat(62)} b`, `-${'a-'.repeat(80)}`]) {
    expect(slugFrom(name)).toMatch(form)
    expect(slugFrom(name).length).toBeLessThanOrEqual(63)
    expect(withSuffix(slugFrom(name))).toMatch(form)
    expect(withSuffix(slugFrom(name)).length).toBeLessThanOrEqual(63)
  }
})

test('the suffix is another one each time', () => {
  expect(withSuffix('acme')).toMatch(/^acme-[0-9a-f]{8}$/)
  expect(withSuffix('acme')).not.toBe(withSuffix('acme'))
})
