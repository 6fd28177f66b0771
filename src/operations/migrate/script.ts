import { statementsOf, type Statement } from './statements.ts'

/** A file of SQL that we run: its text as the server gets it, and what its head says about it. */
export type Script = {
  file: string
  text: string
  statements: readonly Statement[]
  /** `-- no-transaction` at its head: for what PostgreSQL does not do inside a transaction (CONCURRENTLY). */
  noTransaction: boolean
  /** What running it destroys, from `-- Loses: …` at the head of a rollback. */
  loses: string | undefined
  /** Why it cannot be rolled back, from `-- Irreversible: …` at the head of a rollback. */
  irreversible: string | undefined
}

/** Reads the statements and the head of a script. */
export function scriptOf(file: string, content: string): Script {
  // A byte order mark belongs to the file, and to its checksum, but PostgreSQL takes it for a word.
  const text = content.replace(/^\uFEFF/, '')
  const statements = statementsOf(text)
  const head = text.slice(0, statements[0]?.start ?? text.length)
  return {
    file,
    text,
    statements,
    noTransaction: /^--\s*no-transaction\b/im.test(head),
    loses: said(head, 'loses'),
    irreversible: said(head, 'irreversible'),
  }
}

/** Whether a script does anything: settings alone (`set local lock_timeout`) change nothing. */
export function doesNothing(script: Script): boolean {
  return script.statements.every(({ words }) => words[0] === 'set')
}

/** The first statement that would begin or end a transaction, and so tear the script from its history row. */
export function transactionControl(script: Script): Statement | undefined {
  return script.statements.find(({ words: [first, second, third] }) => {
    if (first === 'rollback') return second !== 'to' && third !== 'to'
    if (first === 'start' || first === 'prepare') return second === 'transaction'
    return first === 'begin' || first === 'commit' || first === 'end' || first === 'abort'
  })
}

function said(head: string, word: string): string | undefined {
  const [, text] = new RegExp(`^--\\s*${word}\\s*:[ \\t]*(.*)$`, 'im').exec(head) ?? []
  return text && /[\p{L}\p{N}]/u.test(text) ? text.trim() : undefined
}
