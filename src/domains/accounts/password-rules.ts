import { Refusal } from '../../foundation/refusal.ts'
import { isCommonPassword, plainly } from './common-passwords.ts'

/** Characters as people count them, not bytes. */
const shortestPassword = 8
const longestPassword = 256

/** The words that fit this place, and so are tried here first. */
const placeWords = ['reeve', 'password', 'tenant', 'admin', 'login', 'signin', 'signup']

/**
 * Refuses a new password that is easy to guess; nothing else is asked of it, neither digits nor capitals. It is kept
 * exactly as given. `about` is what everybody may know of its owner: address, name, team.
 */
export function refuseWeakPassword(password: string, about: readonly string[] = []): void {
  refuseUnreadablePassword(password)
  const length = [...password].length
  if (length < shortestPassword) {
    throw weak(
      `it has fewer than ${shortestPassword} characters`,
      `use at least ${shortestPassword}; 15 or more are better`,
    )
  }
  if (isCommonPassword(password)) {
    throw weak(
      'it is one of those that are tried first',
      'use several words that nobody would expect together',
    )
  }
  if (saysLittleBut(password, [...placeWords, ...about])) {
    throw weak(
      'it is made of names that anybody can look up',
      'use words that have nothing to do with you or this place',
    )
  }
}

/** Refuses what cannot be a password of ours, before any work is done for it; says nothing about any account. */
export function refuseUnreadablePassword(password: string): void {
  if (password.includes('\0') || /\p{Cs}/u.test(password)) {
    throw weak('it contains a NUL or half a character', 'use characters that a keyboard can write')
  }
  if (password.length > 2 * longestPassword || [...password].length > longestPassword) {
    throw weak(`it has more than ${longestPassword} characters`, 'use a shorter one')
  }
}

/** Whether hardly anything is left once the words known of its owner are taken out. */
function saysLittleBut(password: string, about: readonly string[]): boolean {
  const plain = plainly(password)
  const words = about
    .flatMap((text) => plainly(text).split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 3)
    .toSorted((one, other) => other.length - one.length)
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), plain)
  return rest !== plain && rest.length < 5
}

function weak(why: string, remedy: string): Refusal {
  return new Refusal('invalid_request', `this password cannot be used: ${why}`, remedy)
}
