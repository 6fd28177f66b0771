import { DatabaseError, type Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import { invalidIndexes } from './leftovers.ts'
import type { Script } from './script.ts'
import { lineAt } from './statements.ts'

/** The server did not take a script: its error, and how many statements it had taken before. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'
  readonly script: Script
  readonly done: number
  override readonly cause: Error
  readonly committing: boolean

  constructor(script: Script, done: number, cause: Error, committing = false) {
    super(cause.message)
    this.script = script
    this.done = done
    this.cause = cause
    this.committing = committing
  }
}

/**
 * What stopped a script, for the person at the terminal: file, line, the server's message and hint.
 * The server's error itself stays behind, because its detail may quote a row of data.
 */
export function whatStopped(error: ScriptError): string {
  const { script, cause, done } = error
  const place = error.committing ? `${script.file} at its commit` : `${script.file} line ${lineOf(error)}`
  const after = script.noTransaction ? `, after ${done} of ${script.statements.length} statements` : ''
  if (!(cause instanceof DatabaseError)) return `${place}${after}: the connection broke (${cause.message})`
  return `${place}${after}: ${cause.message} (${cause.code})${cause.hint ? `; hint: ${cause.hint}` : ''}`
}

/** For a script whose transaction was undone. */
export function nothingRemains(error: ScriptError): Refusal {
  const code = error.cause instanceof DatabaseError ? error.cause.code : undefined
  return new Refusal(
    'migration_failed',
    `${whatStopped(error)}. Nothing of it remains`,
    remedyOf(code, error.script),
  )
}

/** For a connection that broke at the commit: only asking the server again can tell. */
export function outcomeUnknown(error: ScriptError): Refusal {
  return new Refusal(
    'outcome_unknown',
    `${whatStopped(error)}. Either all of it was done or nothing`,
    'ask with "reeve migrate status" before anything else',
  )
}

/** For a script that ran outside of a transaction and stopped on its way. */
export async function somethingRemains(client: Client, error: ScriptError): Promise<Refusal> {
  const indexes = await invalidIndexes(client).catch(() => [])
  const left = indexes.length > 0 ? `. It left an invalid index: ${indexes.join(', ')}` : ''
  return new Refusal(
    'migration_failed',
    `${whatStopped(error)}${left}`,
    error.script.file.endsWith('/rollback.sql')
      ? `mend ${error.script.file} and run "reeve migrate rollback" again`
      : `"reeve migrate rollback" undoes what was done; then mend ${error.script.file} and deploy again`,
  )
}

/** The error's own position if it has one; otherwise where the statement begins that was not done. */
function lineOf({ script, done, cause }: ScriptError): number {
  const statement = script.statements[done]
  const position = cause instanceof DatabaseError ? Number(cause.position) : Number.NaN
  if (Number.isNaN(position)) return statement?.line ?? lineAt(script.text, script.text.length)
  const [text, start] =
    script.noTransaction && statement ? [statement.text, statement.start] : [script.text, 0]
  return lineAt(script.text, start + codeUnits(text, position - 1))
}

/** PostgreSQL counts characters; in a JavaScript string a rare one takes two places. */
function codeUnits(text: string, characters: number): number {
  return [...text].slice(0, characters).join('').length
}

function remedyOf(code: string | undefined, { file }: Script): string {
  switch (code) {
    case '25001':
      return `PostgreSQL does this outside of transactions only: begin ${file} with the line "-- no-transaction"`
    case '55P03':
      return 'somebody holds a lock on what it changes: try at a quieter moment; pg_stat_activity shows who'
    case '40P01':
      return 'it and other work waited for each other: try at a quieter moment'
    case '42501':
      return 'the role that migrates may not do this: grant it, or give the object to that role'
    case undefined:
    case '57P01':
      return 'see that PostgreSQL runs, then run the same command again'
    default:
      return `mend ${file} and run the same command again`
  }
}
