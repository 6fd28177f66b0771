import { createHash } from 'node:crypto'

/** So many statements are prepared at most; a connection keeps each of them for as long as it lives. */
const namedMost = 500
const waitingMost = 1_000

/**
 * Names for the statements that Prisma writes, so that PostgreSQL plans them once for each connection. A text gets its
 * name when it comes for the second time: one that was written for a single occasion would take a place for good.
 */
export function statementNames(): (text: string) => string | undefined {
  const named = new Map<string, string>()
  const waiting = new Set<string>()

  return (text) => {
    const name = named.get(text)
    if (name !== undefined || named.size >= namedMost || !isData(text)) return name
    if (waiting.delete(text)) {
      named.set(text, nameFor(text))
      return named.get(text)
    }
    if (waiting.size >= waitingMost) waiting.clear()
    waiting.add(text)
    return undefined
  }
}

/** Made of the text, so that two clients on one pool never mean different statements by one name. */
function nameFor(text: string): string {
  return `prisma.${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
}

/** Savepoints and the like have no plan. */
function isData(text: string): boolean {
  return /^\s*(?:select|insert|update|delete|with|merge)\b/i.test(text)
}
