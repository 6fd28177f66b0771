import { longestEmail, normalizeEmail } from '../../../foundation/email.ts'
import { Refusal } from '../../../foundation/refusal.ts'
import { kindOf } from '../../accounts/passwords.ts'
import { spelledUsername } from '../../spelling.ts'
import type { Field } from './columns.ts'
import { shown, type FaultCode } from './faults.ts'
import { timeOf } from './times.ts'

/** What rows are held against. */
export type House = {
  /** The tenant's roles: names and ids. */
  roles: ReadonlyMap<string, string>
  /** For rows that name no role. */
  defaultRoleIds: readonly string[]
  now: Date
}

export type Problem = readonly [code: FaultCode, reason: string]

export const longestName = 120
export const yes = new Set(['true', 't', 'yes', 'y', '1'])
const no = new Set(['false', 'f', 'no', 'n', '0'])

/** Why a value cannot be what its column says, if it cannot. Empty is always a value; who must not be empty is asked elsewhere. */
export function unusable(field: Field, value: string, house: House): Problem | undefined {
  if (control.test(value)) return controlIn(value)
  if (longerThan(value, longest[field])) return tooLong(field)
  if (value === '') return field === 'email' ? ['missing', 'everybody has an e-mail address here'] : undefined
  return rules[field]?.(value, house)
}

/** `editor|reviewer`: each once, however often it is named. */
export function roleNames(value: string): string[] {
  const names = value.split('|').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

/** Counts characters as PostgreSQL does, and only where it may matter. */
export function longerThan(value: string, most: number): boolean {
  return value.length > most && [...value].length > most
}

const longest: Record<Field, number> = {
  email: longestEmail,
  name: longestName,
  first_name: longestName,
  last_name: longestName,
  username: 60,
  phone: 20,
  avatar_url: 500,
  roles: 5_000,
  password_hash: 255,
  is_verified: 10,
  created_at: 40,
}

const rules: Partial<Record<Field, (value: string, house: House) => Problem | undefined>> = {
  email: (value) =>
    isEmail(value) ? undefined : ['not_an_email', `${shown(value)} is not an e-mail address`],
  username: (value) => {
    if (!/^[^\s@]+$/.test(value)) return ['not_a_username', `${shown(value)} has a space or an @ in it`]
    // A letter may become two in lower case.
    return longerThan(spelledUsername(value), longest.username) ? tooLong('username') : undefined
  },
  phone: matching(/^[+0-9(][-0-9 ()./]*$/, 'not_a_phone_number', 'is not a phone number'),
  avatar_url: matching(
    /^https?:\/\/\S+$/,
    'not_a_url',
    'does not begin with http:// or https://, or has a space in it',
  ),
  roles: (value, { roles }) => {
    const unknown = roleNames(value).find((name) => !roles.has(name))
    return unknown === undefined ? undefined : ['unknown_role', `the tenant has no role ${shown(unknown)}`]
  },
  // The value itself is nobody's business.
  password_hash: (value) =>
    kindOf(value)
      ? undefined
      : ['unusable_hash', 'it is neither argon2 in PHC form nor bcrypt, or it costs too much to check'],
  is_verified: (value) =>
    yes.has(value.toLowerCase()) || no.has(value.toLowerCase())
      ? undefined
      : ['not_yes_or_no', `${shown(value)} is neither yes nor no`],
  created_at: (value, { now }) => {
    const time = timeOf(value)
    if (time === undefined) return ['not_a_time', `${shown(value)} is not a time like 2026-01-31T08:30:00Z`]
    return time > now ? ['in_the_future', `${shown(value)} has not come yet`] : undefined
  },
}

function tooLong(field: Field): Problem {
  return ['too_long', `it is longer than ${longest[field]} characters`]
}

const control = /[\u0000-\u001f\u007f-\u009f]/

function controlIn(value: string): Problem {
  if (value.includes('\0')) return ['nul_byte', 'there is a zero byte in it']
  if (/[\n\r]/.test(value)) return ['control_character', 'there is a line break in it']
  const [character] = control.exec(value)!
  return ['control_character', `there is a control character in it: ${shown(character)}`]
}

function isEmail(value: string): boolean {
  try {
    normalizeEmail(value)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

function matching(form: RegExp, code: FaultCode, but: string) {
  return (value: string): Problem | undefined =>
    form.test(value) ? undefined : [code, `${shown(value)} ${but}`]
}
