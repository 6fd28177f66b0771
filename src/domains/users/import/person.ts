import { normalizeEmail } from '../../../foundation/email.ts'
import { spelledName, spelledUsername } from '../../spelling.ts'
import { longerThan, longestName, roleNames, unusable, yes, type House } from './cells.ts'
import type { Columns, Field } from './columns.ts'
import type { Fault, FaultCode } from './faults.ts'
import { timeOf } from './times.ts'

/** A row that is sound in itself. */
export type Person = {
  email: string
  name: string
  username: string | null
  phone: string | null
  avatarUrl: string | null
  roleIds: readonly string[]
  passwordHash: string | null
  isVerified: boolean
  createdAt: Date | null
}

type Row = Partial<Record<Field, string>>
const nameFields = ['name', 'first_name', 'last_name'] as const

/** Reads rows as people, or says everything that is wrong with a row. */
export class PersonReader {
  readonly #columns: Columns
  readonly #house: House
  /** In the order of the file, as its reader meets them. */
  readonly #used: readonly (readonly [Field, number])[]

  constructor(columns: Columns, house: House) {
    this.#columns = columns
    this.#house = house
    this.#used = [...columns.at].toSorted(([, a], [, b]) => a - b)
  }

  read(cells: readonly string[], line: number, lastLine: number): Person | Fault[] {
    const { headers, at: columnOf } = this.#columns
    if (cells.length !== headers.length) {
      const reason = `the header names ${headers.length} columns, and here are ${cells.length}`
      return [{ line, lastLine, column: null, code: 'wrong_column_count', reason }]
    }

    const faults: Fault[] = []
    const found = (field: Field, code: FaultCode, reason: string) =>
      faults.push({ line, lastLine, column: headers[columnOf.get(field)!]!.header, code, reason })
    const row: Row = {}
    for (const [field, at] of this.#used) {
      const value = spelledName(cells[at]!)
      const problem = unusable(field, value, this.#house)
      if (problem) found(field, ...problem)
      else row[field] = value
    }
    const name = this.#nameIn(row, found)
    return faults.length > 0 ? faults : this.#person(row, name)
  }

  /** Where a part of the name has its own fault, nothing more is said of the whole. */
  #nameIn(row: Row, found: (field: Field, code: FaultCode, reason: string) => void): string {
    const parts = nameFields.filter((field) => this.#columns.at.has(field))
    const name = row.name || `${row.first_name ?? ''} ${row.last_name ?? ''}`.trim()
    if (parts.some((part) => row[part] === undefined)) return name
    if (!/[^\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u.test(name)) found(parts[0]!, 'missing', 'everybody has a name here')
    if (longerThan(name, longestName)) {
      found(parts[0]!, 'too_long', `the whole name is longer than ${longestName} characters`)
    }
    return name
  }

  #person(row: Row, name: string): Person {
    const { roles, defaultRoleIds } = this.#house
    const named = roleNames(row.roles ?? '')
    return {
      email: normalizeEmail(row.email!),
      name,
      username: row.username ? spelledUsername(row.username) : null,
      phone: row.phone || null,
      avatarUrl: row.avatar_url || null,
      roleIds: named.length > 0 ? named.map((role) => roles.get(role)!) : defaultRoleIds,
      passwordHash: row.password_hash || null,
      isVerified: yes.has((row.is_verified ?? '').toLowerCase()),
      createdAt: row.created_at ? timeOf(row.created_at)! : null,
    }
  }
}
