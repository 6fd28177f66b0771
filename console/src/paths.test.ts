import { expect, test } from 'vitest'
import { afterSignIn } from './paths.ts'

const origin = 'https://reeve.test'

test('who was sent to sign in comes back to where they were', () => {
  expect(afterSignIn('/tenants/1/users?q=kim#top', origin)).toBe('/tenants/1/users?q=kim#top')
  expect(afterSignIn(undefined, origin)).toBe('/')
})

test.each([
  '//evil.test',
  '/\\evil.test',
  '/\t/evil.test',
  'https://evil.test',
  'javascript:alert(1)',
  '/sign-in?next=/a',
])('a link cannot lead a person who signs in to %j', (next) => {
  expect(afterSignIn(next, origin)).toBe('/')
})
