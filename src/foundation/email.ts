import { Refusal } from './refusal.ts'

/** Characters, as PostgreSQL counts them. */
export const longestEmail = 255

/**
 * The one form in which an address is kept and compared: without the space around it, composed (NFC), lower-case.
 * Only what could never be delivered to is refused here; whether somebody reads it, only a message can tell.
 */
export function normalizeEmail(address: string): string {
  const email = address.trim().normalize('NFC').toLowerCase().normalize('NFC')
  if (!form.test(email) || [...email].length > longestEmail) {
    throw new Refusal(
      'invalid_request',
      'this is not an e-mail address',
      `write it like name@example.com, in at most ${longestEmail} characters and without spaces`,
    )
  }
  return email
}

/** One @ between two parts; no space, no control, no character that cannot be seen (two addresses would look alike). */
const form = /^[^@\s\p{Cc}\p{Cf}\p{Cs}]+@[^@\s\p{Cc}\p{Cf}\p{Cs}]+$/u
