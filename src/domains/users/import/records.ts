import { isUtf8 } from 'node:buffer'
import { scanQuoted, type Slice } from './quoted.ts'

/** What is wrong with a record as such, so that its fields cannot be told. */
export type Damage = 'quote_unbalanced' | 'quote_stray' | 'not_utf8' | 'record_too_long'

/** A record and the lines of the file on which it stands, counted from 1. `at` is the index of the damaged field. */
export type CsvRecord =
  | { line: number; lastLine: number; fields: string[]; damage?: undefined }
  | { line: number; lastLine: number; damage: Damage; at: number }

export type CsvFormat = { delimiter: string; lineEnd: 'lf' | 'cr' }

/** No record is longer; most likely a quote was opened and never closed. */
export const longestRecord = 256 * 1024

const quote = 0x22
const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * Reads records (RFC 4180) out of bytes that come in any pieces. Empty lines are no records, but they count.
 *
 * A damaged record costs nobody else their place: reading goes on behind the line on which the damaged field begins,
 * not wherever the next quotation mark happens to be.
 */
export class CsvReader {
  readonly #delimiter: string
  readonly #lineEnd: number
  #rest: Buffer = Buffer.alloc(0)
  #line = 1
  #skipping = false

  constructor({ delimiter, lineEnd }: CsvFormat) {
    this.#delimiter = delimiter
    this.#lineEnd = lineEnd === 'lf' ? lineFeed : carriageReturn
  }

  /** The records that these bytes complete. */
  push(bytes: Buffer): CsvRecord[] {
    return this.#read(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]), false)
  }

  /** The records that are complete because nothing more comes. */
  end(): CsvRecord[] {
    return this.#read(this.#rest, true)
  }

  #read(bytes: Buffer, final: boolean): CsvRecord[] {
    const records: CsvRecord[] = []
    let at = 0
    let nextQuote = bytes.indexOf(quote)
    while (at < bytes.length) {
      if (nextQuote >= 0 && nextQuote < at) nextQuote = bytes.indexOf(quote, at)
      const lineEnd = bytes.indexOf(this.#lineEnd, at)
      const stop = lineEnd < 0 ? bytes.length : lineEnd
      if (this.#skipping) {
        this.#skipping = lineEnd < 0
        at = this.#pass(bytes, at, stop)
      } else if (nextQuote >= 0 && nextQuote < stop) {
        const next = this.#quoted(bytes, at, final, records)
        if (next === undefined) break
        at = next
      } else if (stop - at > longestRecord) {
        at = this.#damaged(bytes, at, at, { damage: 'record_too_long', at: 0 }, records)
      } else if (lineEnd >= 0 || final) {
        if (stop > at) this.#plain(bytes.subarray(at, stop), records)
        at = this.#pass(bytes, at, stop)
      } else break
    }
    // A copy, so that the whole piece does not stay in memory for the sake of its end.
    this.#rest = Buffer.from(bytes.subarray(Math.min(at, bytes.length)))
    return records
  }

  /** A line without any quotation mark, which is nearly every line. */
  #plain(bytes: Buffer, records: CsvRecord[]): void {
    const length = bytes[bytes.length - 1] === carriageReturn ? bytes.length - 1 : bytes.length
    if (length === 0) return
    const line = this.#line
    if (isUtf8(bytes)) {
      records.push({ line, lastLine: line, fields: bytes.toString('utf8', 0, length).split(this.#delimiter) })
      return
    }
    const fields = bytes.toString('latin1', 0, length).split(this.#delimiter)
    const at = fields.findIndex((field) => !isUtf8(Buffer.from(field, 'latin1')))
    records.push({ line, lastLine: line, damage: 'not_utf8', at })
  }

  /** Where the record after this one begins, or undefined when more bytes are needed to tell. */
  #quoted(bytes: Buffer, at: number, final: boolean, records: CsvRecord[]): number | undefined {
    const whole = bytes.length - at <= longestRecord
    const end = whole ? bytes.length : at + longestRecord
    const scan = scanQuoted(bytes, at, end, final && whole, this.#delimiter.charCodeAt(0), this.#lineEnd)
    if (scan.damage === 'unfinished') {
      if (whole) return undefined
      const damage = scan.quoted ? 'quote_unbalanced' : 'record_too_long'
      return this.#damaged(bytes, at, scan.fieldStart, { damage, at: scan.at }, records)
    }
    if (scan.damage !== undefined) return this.#damaged(bytes, at, scan.fieldStart, scan, records)

    const line = this.#line
    const next = this.#pass(bytes, at, scan.stop)
    const lastLine = this.#line - (scan.stop < bytes.length ? 1 : 0)
    if (isUtf8(bytes.subarray(at, scan.stop))) {
      records.push({ line, lastLine, fields: scan.slices.map((slice) => textOf(bytes, slice)) })
    } else {
      const damagedAt = scan.slices.findIndex(({ start, stop }) => !isUtf8(bytes.subarray(start, stop)))
      records.push({ line, lastLine, damage: 'not_utf8', at: damagedAt })
    }
    return next
  }

  /** Notes the damage and goes on behind the line on which the damaged field begins. */
  #damaged(
    bytes: Buffer,
    at: number,
    fieldStart: number,
    { damage, at: index }: { damage: Damage; at: number },
    records: CsvRecord[],
  ): number {
    const line = this.#line
    const lineEnd = bytes.indexOf(this.#lineEnd, fieldStart)
    this.#skipping = lineEnd < 0
    const next = this.#pass(bytes, at, lineEnd < 0 ? bytes.length : lineEnd)
    records.push({ line, lastLine: this.#line - (lineEnd < 0 ? 0 : 1), damage, at: index })
    return next
  }

  /** Counts the lines up to and with the one that ends at `stop`, and returns where the next begins. */
  #pass(bytes: Buffer, at: number, stop: number): number {
    for (
      let i = bytes.indexOf(this.#lineEnd, at);
      i >= 0 && i <= stop;
      i = bytes.indexOf(this.#lineEnd, i + 1)
    ) {
      this.#line++
    }
    return stop + 1
  }
}

function textOf(bytes: Buffer, { start, stop, doubled }: Slice): string {
  const text = bytes.toString('utf8', start, stop)
  return doubled ? text.replaceAll('""', '"') : text
}
