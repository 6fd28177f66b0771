import type { Damage } from './records.ts'

/** What can be wrong with a row. A code is public API: add codes, never rename one. */
export type FaultCode =
  | Damage
  | 'wrong_column_count'
  | 'missing'
  | 'too_long'
  | 'nul_byte'
  | 'control_character'
  | 'not_an_email'
  | 'not_a_username'
  | 'not_a_phone_number'
  | 'not_a_url'
  | 'not_yes_or_no'
  | 'not_a_time'
  | 'in_the_future'
  | 'unknown_role'
  | 'unusable_hash'
  | 'repeated'
  | 'already_here'

/** One thing wrong with one row: where in the file, in which of its columns, and what. */
export type Fault = { line: number; lastLine: number; column: string | null; code: FaultCode; reason: string }

/** So many faults are kept with their reasons; all of them are counted. */
export const faultsKept = 10_000

/** Faults in the order of the file. */
export class Faults {
  rows = 0
  total = 0
  #kept: Fault[] = []

  /** All that is wrong with one row. */
  add(faults: readonly Fault[]): void {
    if (faults.length === 0) return
    this.rows++
    this.total += faults.length
    if (this.#kept.length < faultsKept) this.#kept.push(...faults.slice(0, faultsKept - this.#kept.length))
  }

  /** What was found later: so many rows, and of their faults the first `faultsKept`, one for each row. */
  merge(rows: number, first: readonly Fault[]): void {
    this.rows += rows
    this.total += rows
    this.#kept = [...this.#kept, ...first].toSorted((a, b) => a.line - b.line).slice(0, faultsKept)
  }

  get kept(): readonly Fault[] {
    return this.#kept
  }
}

/** A value as it may be shown: shortened, and nothing in it moves the cursor or turns the text around. */
export function shown(value: string): string {
  const visible = [...value.slice(0, 120)].slice(0, 40).join('')
  const escaped = visible.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  return `"${escaped}${visible.length < value.length ? '…' : ''}"`
}
