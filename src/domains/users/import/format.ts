import { Refusal } from '../../../foundation/refusal.ts'
import { longestRecord, type CsvFormat } from './records.ts'

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const quote = 0x22

/** Files that people take for CSV, by how they begin. */
const strangers: { begins: number[]; what: string }[] = [
  { begins: [0xff, 0xfe], what: 'is text in UTF-16' },
  { begins: [0xfe, 0xff], what: 'is text in UTF-16' },
  { begins: [0x50, 0x4b, 0x03, 0x04], what: 'is a workbook or an archive' },
  { begins: [0xd0, 0xcf, 0x11, 0xe0], what: 'is an old workbook' },
  { begins: [0x1f, 0x8b], what: 'is compressed' },
  { begins: [0x25, 0x50, 0x44, 0x46], what: 'is a PDF' },
]

/**
 * How a file is written, from its first bytes, and where its text begins. Undefined while the first line is not
 * complete. Refuses what is no text in UTF-8.
 */
export function formatOf(head: Buffer, final: boolean): { format: CsvFormat; start: number } | undefined {
  const stranger = strangers.find(({ begins }) => head.subarray(0, begins.length).equals(Buffer.from(begins)))
  if (stranger) throw notCsv(stranger.what)
  const start = head.subarray(0, 3).equals(byteOrderMark) ? 3 : 0

  const lineFeed = head.indexOf(0x0a)
  if (lineFeed < 0 && !final && head.length <= longestRecord) return undefined
  const carriageReturn = head.indexOf(0x0d)
  const lineEnd = lineFeed < 0 && carriageReturn >= 0 ? 'cr' : 'lf'
  const stop = lineEnd === 'lf' ? lineFeed : carriageReturn
  const line = head.subarray(start, stop < 0 ? head.length : stop)
  if (line.includes(0)) throw notCsv('has zero bytes in its first line')
  return { format: { delimiter: delimiterOf(line), lineEnd }, start }
}

/** Whichever of comma, semicolon and tab stands most often in the first line, outside of quotes. */
function delimiterOf(line: Buffer): string {
  const counts = new Map([',', ';', '\t'].map((delimiter) => [delimiter, 0]))
  let quoted = false
  for (const byte of line) {
    if (byte === quote) quoted = !quoted
    const character = String.fromCharCode(byte)
    if (!quoted && counts.has(character)) counts.set(character, counts.get(character)! + 1)
  }
  const [[delimiter] = [',']] = [...counts].toSorted(([, a], [, b]) => b - a)
  return delimiter
}

function notCsv(what: string): Refusal {
  return new Refusal(
    'unsupported_media_type',
    `the file ${what}, not CSV`,
    'save it as "CSV UTF-8" and import that',
  )
}
