import type { Readable } from 'node:stream'
import { Refusal } from '../../../foundation/refusal.ts'
import type { House } from './cells.ts'
import { columnsOf, type Columns, type Mapping } from './columns.ts'
import type { Fault, Faults } from './faults.ts'
import { formatOf } from './format.ts'
import { PersonReader } from './person.ts'
import { CsvReader, longestRecord, type CsvRecord, type Damage } from './records.ts'
import type { Placed } from './staging.ts'

/** Larger files are refused: they are imported in parts. */
const mostRows = 1_000_000
export const mostBytes = 1024 ** 3

/** How far the reading has come. `columns` is known when the first line was read. */
export type Reading = { bytes: number; rows: number; columns: Columns | undefined; readonly faults: Faults }

/** Reads a file as people, a piece at a time; keeps count, and notes what is wrong with the other rows. */
export async function* peopleIn(
  input: Readable,
  {
    house,
    mapping,
    reading,
    progress,
  }: { house: House; mapping: Mapping; reading: Reading; progress: () => void },
): AsyncGenerator<Placed[]> {
  let people: PersonReader | undefined
  for await (const records of recordsIn(input, reading)) {
    let from = 0
    if (!people && records.length > 0) {
      reading.columns = columnsOf(headersOf(records[from++]!), mapping)
      people = new PersonReader(reading.columns, house)
    }
    yield records.slice(from).flatMap((record) => personIn(record, people!, reading))
    if (reading.rows > mostRows) throw tooLarge(`${mostRows.toLocaleString('en')} rows`)
    progress()
  }
  if (!people)
    throw new Refusal('invalid_request', 'the file is empty', 'its first line must name the columns')
}

async function* recordsIn(input: Readable, reading: Reading): AsyncGenerator<CsvRecord[]> {
  let head: Buffer = Buffer.alloc(0)
  let reader: CsvReader | undefined
  const open = (final: boolean) => {
    const found = formatOf(head, final)
    if (!found) return []
    reader = new CsvReader(found.format)
    return reader.push(head.subarray(found.start))
  }
  for await (const chunk of readable(input)) {
    reading.bytes += chunk.length
    if (reading.bytes > mostBytes) throw tooLarge(`${mostBytes / 1024 ** 3} GiB`)
    if (reader) yield reader.push(chunk)
    else {
      head = Buffer.concat([head, chunk])
      yield open(false)
    }
  }
  if (!reader) yield open(true)
  if (reader) yield reader.end()
}

async function* readable(input: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input) yield Buffer.from(chunk as Uint8Array)
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new Refusal(
      'invalid_request',
      `the file cannot be read: ${why}`,
      'check that it exists and that you may read it',
      {
        cause: error,
      },
    )
  }
}

function headersOf(record: CsvRecord): string[] {
  if (record.damage === undefined) return record.fields
  throw new Refusal(
    'invalid_request',
    `the first line cannot be read: ${damages[record.damage]}`,
    'it must name the columns; save the file as "CSV UTF-8"',
  )
}

function personIn(record: CsvRecord, people: PersonReader, reading: Reading): Placed[] {
  const { line, lastLine } = record
  if (record.damage === undefined && record.fields.every((field) => field.trim() === '')) return []
  reading.rows++
  const person =
    record.damage === undefined
      ? people.read(record.fields, line, lastLine)
      : damaged(record, reading.columns!)
  if (!Array.isArray(person)) return [{ person, line, lastLine }]
  reading.faults.add(person)
  return []
}

const damages: Record<Damage, string> = {
  quote_unbalanced: 'a quote is opened here and not closed before the next delimiter',
  quote_stray: 'there is a quote inside an unquoted field; quote the field and double the quote',
  not_utf8: 'there are bytes here that are not UTF-8',
  record_too_long: `the row is longer than ${longestRecord / 1024} KiB`,
}

function damaged(record: CsvRecord & { damage: Damage }, columns: Columns): Fault[] {
  const { line, lastLine, damage, at } = record
  const column = damage === 'record_too_long' ? null : (columns.headers[at]?.header ?? null)
  return [{ line, lastLine, column, code: damage, reason: damages[damage] }]
}

/** Said before anything is read where the size is known, and else as soon as it is. */
export function tooLarge(most: string): Refusal {
  return new Refusal(
    'too_large',
    `the file has more than ${most}`,
    'cut it into parts, each with the first line, and import them one by one',
  )
}
