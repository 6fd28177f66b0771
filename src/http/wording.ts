/** What zod says of itself, in the words in which we say what is wrong. What we said ourselves stays as it is. */
export function inOurWords(message: string): string {
  for (const [pattern, say] of wordings) {
    const found = pattern.exec(message)
    if (found) return say(found[1] ?? '', found[2] ?? '')
  }
  return message
}

const wordings: [RegExp, (one: string, other: string) => string][] = [
  [/^Invalid input: expected \w+, received undefined/, () => 'is missing'],
  [/^Invalid input: expected (\w+)/, (type) => `must be ${types[type] ?? `a ${type}`}`],
  [/^Invalid option: expected one of (.+)$/, (options) => `must be one of ${options.replaceAll('|', ', ')}`],
  [/^Too small: expected number to be >=(\d+)/, (least) => `must be at least ${least}`],
  [/^Too big: expected number to be <=(\d+)/, (most) => `must be at most ${most}`],
  [/^Too small: expected string to have >=1 char/, () => 'must not be empty'],
  [/^Too small: expected (\w+) to have >=(\d+)/, (_, least) => `must have at least ${least}`],
  [/^Too big: expected (\w+) to have <=(\d+)/, (_, most) => `must have at most ${most}`],
  [/^Unrecognized keys?: (.+)$/, (names) => `has what nobody knows here: ${names}`],
  [
    /^Invalid (ISO )?datetime/,
    () => 'must be a time in ISO 8601 with its offset, such as 2026-01-31T12:00:00Z',
  ],
]

const types: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  int: 'a whole number',
}
