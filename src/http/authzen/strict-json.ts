/** Deeper than this nobody nests what somebody shall read. */
const deepest = 64

/** Strings, numbers, and what holds them together. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],]/gs

/**
 * What two readers of a JSON text might understand differently (I-JSON, RFC 7493), or what only serves to exhaust one;
 * undefined where there is nothing of that. A text that is no JSON at all is for the parser to refuse.
 */
export function ambiguityIn(text: string): string | undefined {
  const open: ({ names: Set<string>; awaitsName: boolean } | undefined)[] = []
  for (const [token] of text.matchAll(tokens)) {
    const inside = open.at(-1)
    if (token === '{' || token === '[') {
      open.push(token === '{' ? { names: new Set(), awaitsName: true } : undefined)
      if (open.length > deepest) return `it is nested deeper than ${deepest}`
    } else if (token === '}' || token === ']') open.pop()
    else if (token === ',') {
      if (inside) inside.awaitsName = true
    } else if (token.startsWith('"')) {
      const said = textOf(token)
      if (said === undefined) continue
      if (/\p{Cs}/u.test(said)) return 'a text has half a character in it'
      if (!inside?.awaitsName) continue
      if (inside.names.has(said)) return `${JSON.stringify(said).slice(0, 60)} stands in an object twice`
      inside.names.add(said)
      inside.awaitsName = false
    } else if (isTooLarge(token))
      return `the number ${token.slice(0, 40)} is larger or finer than is understood`
  }
  return undefined
}

function textOf(token: string): string | undefined {
  if (!token.includes('\\')) return token.slice(1, -1)
  try {
    return JSON.parse(token) as string
  } catch {
    return undefined
  }
}

function isTooLarge(token: string): boolean {
  const number = Number(token)
  return !Number.isFinite(number) || (/^-?\d+$/.test(token) && !Number.isSafeInteger(number))
}
