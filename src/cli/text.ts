const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many cells of a terminal a text takes: none for marks that sit on a letter, two for 中 and 🙂. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  return parts(text).reduce((sum, part) => sum + cells(part), 0)
}

/** At most so many cells of a text; what is cut off leaves an ellipsis. No letter loses its marks. */
export function clip(text: string, room: number): string {
  if (width(text) <= room) return text
  let kept = ''
  let left = room - 1
  for (const part of parts(text)) {
    left -= cells(part)
    if (left < 0) break
    kept += part
  }
  return `${kept}…`
}

/** The lines of a text that is broken between words where a line would be longer than that; no word is broken. */
export function fold(text: string, room: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && width(longer) <= room) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

/** Spaces behind a text until it takes so many cells. */
export function pad(text: string, room: number): string {
  return text + ' '.repeat(Math.max(0, room - width(text)))
}

/**
 * What somebody else wrote, fit to be shown: one line, and nothing in it that steers a terminal or turns the reading
 * direction of what stands beside it.
 */
export function visible(text: string): string {
  return text.replace(/[\t\n\r\u2028\u2029]+/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '�')
}

/** `1 session`, `2 sessions`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function parts(text: string): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment)
}

const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u
const markOnly = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u
/** East Asian Width W and F (Unicode Standard Annex 11), in whole blocks. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]$/u

/** A terminal counts letter by letter (a syllable of Devanagari may be three); a composed emoji is one picture. */
function cells(part: string): number {
  if (emoji.test(part)) return 2
  return [...part].reduce((sum, letter) => sum + (markOnly.test(letter) ? 0 : wide.test(letter) ? 2 : 1), 0)
}
