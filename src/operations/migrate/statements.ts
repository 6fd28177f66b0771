/**
 * One statement of a script: its text without the semicolon, where it begins,
 * and its first words in lower case, quoted names and comments left out.
 */
export type Statement = { text: string; start: number; line: number; words: readonly string[] }

/**
 * Cuts a script where PostgreSQL itself would: not inside a quote, a dollar quote, a nested comment,
 * parentheses (`create rule … do (a; b)`) or the body of a function written as `begin atomic … end`.
 * What never ends (an open quote) reaches to the end of the script; the server will say what is wrong.
 */
export function statementsOf(script: string): Statement[] {
  const found: Statement[] = []
  let draft = emptyDraft()
  let line = 1

  for (const token of tokensOf(script)) {
    if (draft.start < 0) draft.line = line
    line += newlinesIn(token.text)
    if (token.kind === 'space') continue
    if (token.text === ';' && draft.parentheses === 0 && draft.bodies === 0) {
      if (draft.start >= 0) found.push(finished(script, draft, token.start))
      draft = emptyDraft()
      continue
    }
    if (draft.start < 0) draft.start = token.start
    if (token.text === '(') draft.parentheses++
    if (token.text === ')') draft.parentheses--
    if (token.kind === 'word') take(draft, token.text.toLowerCase())
    draft.end = token.start + token.text.length
  }

  if (draft.start >= 0) found.push(finished(script, draft, draft.end))
  return found
}

/** The line of a script, counted from 1, on which the character at `offset` stands. */
export function lineAt(script: string, offset: number): number {
  return 1 + newlinesIn(script.slice(0, offset))
}

function newlinesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

type Draft = {
  start: number
  end: number
  line: number
  parentheses: number
  bodies: number
  words: string[]
}
type Token = { kind: 'space' | 'word' | 'other'; text: string; start: number }

function emptyDraft(): Draft {
  return { start: -1, end: -1, line: 1, parentheses: 0, bodies: 0, words: [] }
}

function finished(script: string, draft: Draft, end: number): Statement {
  const { start, line, words } = draft
  return { text: script.slice(start, end).trimEnd(), start, line, words }
}

/** Keeps the first words, and follows `begin atomic … case … end … end` as psql does. */
function take(draft: Draft, word: string) {
  if (draft.words.length < 6) draft.words.push(word)
  if (draft.parentheses > 0 || !/^create (or replace )?(function|procedure)\b/.test(draft.words.join(' ')))
    return
  if (word === 'begin' || (word === 'case' && draft.bodies > 0)) draft.bodies++
  if (word === 'end' && draft.bodies > 0) draft.bodies--
}

const space = /(?:[ \t\n\r\f\v]+|--[^\r\n]*)/y
const word = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy
const number = /\d[\w.]*/y
const plainString = /'[^']*(?:''[^']*)*(?:'|$)/y
const escapeString = /e'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*(?:'|\\?$)/iy
const quotedName = /"[^"]*(?:""[^"]*)*(?:"|$)/y
const dollarTag = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy

function* tokensOf(script: string): Generator<Token> {
  const matchAt = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at
    return pattern.exec(script)?.[0]
  }

  for (let at = 0; at < script.length;) {
    const token = read(at)
    yield { ...token, start: at }
    at += token.text.length
  }

  function read(at: number): Omit<Token, 'start'> {
    const blank = matchAt(space, at) ?? commentAt(script, at)
    if (blank) return { kind: 'space', text: blank }
    const quoted = matchAt(escapeString, at) ?? matchAt(plainString, at) ?? matchAt(quotedName, at)
    if (quoted) return { kind: 'other', text: quoted }
    if (script.startsWith('/*', at)) return { kind: 'other', text: script.slice(at) } // never closed
    const name = matchAt(word, at)
    if (name) return { kind: 'word', text: name }
    const body = dollarQuotedAt(script, at, matchAt(dollarTag, at))
    return { kind: 'other', text: body ?? matchAt(number, at) ?? script[at]! }
  }
}

function commentAt(script: string, at: number): string | undefined {
  if (!script.startsWith('/*', at)) return undefined
  const edge = /\/\*|\*\//g
  edge.lastIndex = at
  for (let depth = 0, found = edge.exec(script); found; found = edge.exec(script)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return script.slice(at, edge.lastIndex)
  }
  return undefined
}

function dollarQuotedAt(script: string, at: number, tag: string | undefined): string | undefined {
  if (!tag) return undefined
  const end = script.indexOf(tag, at + tag.length)
  return end < 0 ? script.slice(at) : script.slice(at, end + tag.length)
}
