/** Where a field stands in the bytes, without its quotes; `doubled` when there are doubled quotes inside. */
export type Slice = { start: number; stop: number; doubled: boolean }

export type Scan =
  /** `stop` is where the line end of the record is, or the end of the bytes. */
  | { damage?: undefined; slices: Slice[]; stop: number }
  | { damage: 'quote_unbalanced' | 'quote_stray'; at: number; fieldStart: number }
  | { damage: 'unfinished'; at: number; fieldStart: number; quoted: boolean }

const quote = 0x22
const carriageReturn = 0x0d
const lineFeed = 0x0a

/** Reads one record that begins at `from` and has quotation marks in it; looks no further than `end`. */
export function scanQuoted(
  bytes: Buffer,
  from: number,
  end: number,
  final: boolean,
  delimiter: number,
  lineEnd: number,
): Scan {
  const slices: Slice[] = []
  let at = from
  for (;;) {
    const fieldStart = at
    const problem = (damage: 'quote_unbalanced' | 'quote_stray'): Scan => ({
      damage,
      at: slices.length,
      fieldStart,
    })
    const unfinished = (quoted: boolean): Scan => ({
      damage: 'unfinished',
      at: slices.length,
      fieldStart,
      quoted,
    })

    if (bytes[at] === quote && at < end) {
      const close = closingQuote(bytes, at + 1, end)
      if (close < 0) return final ? problem('quote_unbalanced') : unfinished(true)
      at = afterClosing(bytes, close + 1, end, lineEnd)
      if (at >= end && !final) return unfinished(true)
      if (at < end && bytes[at] !== delimiter && bytes[at] !== lineEnd) return problem('quote_unbalanced')
      slices.push({ start: fieldStart + 1, stop: close, doubled: hasQuote(bytes, fieldStart + 1, close) })
    } else {
      while (at < end && bytes[at] !== delimiter && bytes[at] !== lineEnd && bytes[at] !== quote) at++
      if (at >= end && !final) return unfinished(false)
      if (at < end && bytes[at] === quote) return problem('quote_stray')
      slices.push({
        start: fieldStart,
        stop: withoutReturn(bytes, fieldStart, at, at >= end || bytes[at] === lineEnd),
        doubled: false,
      })
    }
    if (at >= end || bytes[at] === lineEnd) return { slices, stop: Math.min(at, end) }
    at++
  }
}

/** The quote that is not one of a pair, or -1 when it is not in sight. A pair may be cut in two by `end`. */
function closingQuote(bytes: Buffer, from: number, end: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0 && at < end; at = bytes.indexOf(quote, at + 2)) {
    if (at + 1 >= end || bytes[at + 1] !== quote) return at
  }
  return -1
}

/** Behind the closing quote a carriage return may stand, if it belongs to the line end. */
function afterClosing(bytes: Buffer, at: number, end: number, lineEnd: number): number {
  if (lineEnd !== lineFeed || bytes[at] !== carriageReturn || at >= end) return at
  return at + 1 >= end || bytes[at + 1] === lineFeed ? at + 1 : at
}

function withoutReturn(bytes: Buffer, start: number, stop: number, endsRecord: boolean): number {
  return endsRecord && stop > start && bytes[stop - 1] === carriageReturn ? stop - 1 : stop
}

function hasQuote(bytes: Buffer, start: number, stop: number): boolean {
  const at = bytes.indexOf(quote, start)
  return at >= 0 && at < stop
}
