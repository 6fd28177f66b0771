/** A line up to the cursor as bash reads it; the last word may be empty, or stand in a quote that is still open. */
export type BashLine = { words: string[]; quote: string }

/** Takes a line apart as far as completion needs it: what bash would fill in for `$name` stays as it is. */
export function readLine(line: string): BashLine {
  const words = ['']
  let quote = ''
  let escaped = false
  let begun = false
  for (const letter of line) {
    const ends = quote === '' && !escaped && /\s/.test(letter)
    if (ends) {
      if (begun) words.push('')
    } else if (escaped) {
      words.push(words.pop()! + letter)
      escaped = false
    } else if (letter === '\\' && quote !== "'") escaped = true
    else if (letter === quote) quote = ''
    else if (quote === '' && /["']/.test(letter)) quote = letter
    else words.push(words.pop()! + letter)
    begun = !ends
  }
  return { words, quote }
}

/**
 * A candidate as bash wants it: without what stands before `part`, the last piece of the word (bash divides words at
 * colons and equal signs), and written so that the shell takes every letter for itself.
 */
export function forBash(value: string, { words, quote }: BashLine, part: string): string {
  const word = words.at(-1)!
  const piece = readLine(part).words.join(' ')
  const rest = value.slice(word.endsWith(piece) ? word.length - piece.length : 0)
  if (quote === '') return rest.replace(/[^\p{L}\p{M}\p{N}_@%+=:,./-]/gu, '\\$&')
  const quoted = quote === "'" ? rest.replaceAll("'", `'\\''`) : rest.replace(/[\\"$`]/g, '\\$&')
  return quoted.endsWith(quote) ? quoted + quote : quoted // which bash takes for closed, and closes otherwise
}
