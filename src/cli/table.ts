import { paint } from './paint.ts'
import { clip, fold, pad, visible, width } from './text.ts'

/** What stands in a table: a time is shown in UTC, null as a dash, and a pair is a text and its colour. */
export type Cell = string | number | Date | null | readonly [text: string, colour: (text: string) => string]

const gap = '  '
/** No column is made narrower than that. */
const narrowest = 12

/**
 * Rows under headings. On a terminal the columns in `gives` are clipped where the line would be too long, the widest
 * first; where that is not enough, each row is told fact by fact. What is piped is whole.
 */
export function table(
  columns: string[],
  rows: Cell[][],
  { empty = 'nothing', gives = columns }: { empty?: string; gives?: string[] } = {},
): string {
  if (rows.length === 0) return paint.dim(empty)
  const texts = rows.map((row) => row.map(textOf))
  const widths = columns.map((name, i) => Math.max(width(name), ...texts.map((row) => width(row[i]!))))
  const room = terminalWidth() - gap.length * (columns.length - 1)
  const mayGive = columns.map((name) => gives.includes(name))
  if (!squeeze(widths, mayGive, room)) {
    const factsOf = (row: Cell[]) => facts(Object.fromEntries(columns.map((name, i) => [name, row[i]!])))
    return rows.map(factsOf).join('\n\n')
  }
  const line = (cells: string[], colourOf: (i: number) => (text: string) => string) => {
    const shown = cells.map((text, i) => clip(text, widths[i]!))
    const last = shown.findLastIndex((text) => text !== '')
    return shown
      .slice(0, last + 1)
      .map((text, i) => colourOf(i)(text) + (i === last ? '' : pad('', widths[i]! - width(text))))
      .join(gap)
  }
  return [
    line(columns, () => paint.bold),
    ...texts.map((row, n) => line(row, (i) => colourIn(rows[n]![i]!))),
  ].join('\n')
}

/** One thing, fact by fact; on a terminal a long fact goes on below itself. */
export function facts(about: Record<string, Cell>): string {
  const names = Object.keys(about)
  const room = Math.max(...names.map(width))
  const below = `\n${pad('', room)}${gap}`
  return names
    .map((name) => {
      const lines = fold(textOf(about[name]!), terminalWidth() - room - gap.length)
      return `${paint.dim(pad(name, room))}${gap}${lines.map(colourIn(about[name]!)).join(below)}`
    })
    .join('\n')
}

/** A time as people read it, to the minute, in UTC. */
export function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function textOf(cell: Cell): string {
  if (cell === null) return '–'
  if (cell instanceof Date) return minute(cell)
  return visible(String(typeof cell === 'object' ? cell[0] : cell))
}

function colourIn(cell: Cell): (text: string) => string {
  if (cell === null) return paint.dim
  return typeof cell === 'object' && 'length' in cell ? cell[1] : String
}

/** Takes from the widest that may give until all fit, and says whether they do. */
function squeeze(widths: number[], mayGive: boolean[], room: number): boolean {
  const total = () => widths.reduce((sum, width) => sum + width, 0)
  const given = () => widths.filter((width, i) => mayGive[i] && width > narrowest)
  while (total() > room && given().length > 0) {
    const widest = Math.max(...given())
    widths[widths.findIndex((width, i) => mayGive[i] && width === widest)]! -= 1
  }
  return total() <= room
}

/** What is piped has no end of the line. */
function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Infinity
}
