const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One or two letters for a person, in any script: of the first and the last part of their name. */
export function initials(name: string): string {
  const parts = name.split(/[\s·]+/).filter((part) => /\p{L}/u.test(part))
  const [first, last] = [parts[0], parts.length > 1 ? parts.at(-1) : undefined]
  return [first, last].map((part) => firstLetter(part ?? '').toLocaleUpperCase()).join('')
}

function firstLetter(part: string): string {
  return (
    [...letters.segment(part)].map(({ segment }) => segment).find((segment) => /\p{L}/u.test(segment)) ?? ''
  )
}
