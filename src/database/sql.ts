import pg from 'pg'

/** What a column of a result may be. A question mark behind it says that it may be null. */
type Scalar = {
  uuid: string
  text: string
  inet: string
  int4: number
  int8: number
  float8: number
  bool: boolean
  bytea: Buffer
  timestamptz: Date
  /** As ISO 8601, for what is only told: making a Date of it and a text of that costs twenty times as much. */
  'timestamptz:iso': string
  'text[]': string[]
  'uuid[]': string[]
}
type ColumnName = keyof Scalar
type Json<T> = { readonly json: T | undefined }
export type Column = ColumnName | `${ColumnName}?` | Json<unknown>
export type Columns = Readonly<Record<string, Column>>

type ValueOf<C> =
  C extends Json<infer T>
    ? T
    : C extends `${infer Name extends ColumnName}?`
      ? Scalar[Name] | null
      : C extends ColumnName
        ? Scalar[C]
        : never

/** A statement that is prepared once for each connection, under its name. */
export type Sql<C extends Columns = Columns> = {
  readonly name: string
  readonly text: string
  readonly columns: C
  /** Reads a row off the wire: the columns come in the order in which they were declared. */
  readonly read: (fields: (string | null)[]) => { [K in keyof C]: ValueOf<C[K]> }
}
export type RowOf<S> = S extends Sql<infer C> ? { [K in keyof C]: ValueOf<C[K]> } : never

/** A jsonb column of a known shape; say `json<T | null>()` where it may be null. */
export function json<T>(): Json<T> {
  return { json: undefined }
}

/** Every statement of the program, so that a test can hold each against the live schema. */
export const statements = new Map<string, Sql>()

/**
 * Declares a statement. `columns` names what it returns, in order, in camelCase; a test prepares every statement
 * and compares names and types with what PostgreSQL says.
 */
export function sql<const C extends Columns>(name: string, columns: C, text: string): Sql<C> {
  if (statements.has(name)) throw new Error(`two statements are called ${name}`)
  const statement: Sql<C> = { name, text: text.trim(), columns, read: reader(columns) }
  statements.set(name, statement as unknown as Sql)
  return statement
}

/** The PostgreSQL type behind a declared column, without its question mark. */
export function typeOf(column: Column): string {
  return kindOf(column).replace(':iso', '')
}

function kindOf(column: Column): ColumnName | 'jsonb' {
  if (typeof column !== 'string') return 'jsonb'
  return column.replace('?', '') as ColumnName
}

const parserOf = (oid: number) => pg.types.getTypeParser(oid, 'text')
const asIs = (text: string) => text
const parsers: Record<ColumnName | 'jsonb', (text: string) => unknown> = {
  uuid: asIs,
  text: asIs,
  inet: asIs,
  int4: Number,
  int8: Number,
  float8: Number,
  bool: (text) => text === 't',
  bytea: parserOf(17),
  timestamptz: (text) => (isUsual(text) ? instantOf(text) : unusualInstant(text)),
  'timestamptz:iso': (text) =>
    isUsual(text)
      ? `${text.slice(0, 10)}T${text.slice(11, 19)}.${millisecondsOf(text)}Z`
      : unusualInstant(text).toISOString(),
  'text[]': parserOf(1009),
  'uuid[]': parserOf(2951),
  jsonb: (text) => JSON.parse(text) as unknown,
}

/** `2026-12-01 17:33:42.940392+00`, as every session of ours has it. Years before 100 and after 9999 are told otherwise. */
function isUsual(text: string): boolean {
  return text.charCodeAt(4) === hyphen && text.charCodeAt(0) > zero && text.endsWith('+00')
}

/** What no Date can be (infinity, long before Christ) is none; left to itself, Date would take it for the year 2000. */
function unusualInstant(text: string): Date {
  return new Date(/^\d{4}-[^ ]+ [^ ]+\+00$/.test(text) ? `${text.replace(' ', 'T')}:00` : Number.NaN)
}

/** Half the cost of `new Date(text)`; a page of people has eighty of them. */
function instantOf(text: string): Date {
  const year = digitsAt(text, 0) * 100 + digitsAt(text, 2)
  const day = [year, digitsAt(text, 5) - 1, digitsAt(text, 8)] as const
  const time = [
    digitsAt(text, 11),
    digitsAt(text, 14),
    digitsAt(text, 17),
    Number(millisecondsOf(text)),
  ] as const
  return new Date(Date.UTC(...day, ...time))
}

const zero = 48
const hyphen = 45

function digitsAt(text: string, at: number): number {
  return (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero
}

/** PostgreSQL leaves out zeros at the end, and what is finer than we tell. */
function millisecondsOf(text: string): string {
  return text.length === 22 ? '000' : text.slice(20, -3).padEnd(3, '0').slice(0, 3)
}

function reader<C extends Columns>(columns: C) {
  const names = Object.keys(columns)
  const parse = names.map((name) => parsers[kindOf(columns[name]!)])
  return (fields: (string | null)[]) => {
    const row: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) {
      const field = fields[i]
      row[names[i]!] = field === null || field === undefined ? null : parse[i]!(field)
    }
    return row as { [K in keyof C]: ValueOf<C[K]> }
  }
}
