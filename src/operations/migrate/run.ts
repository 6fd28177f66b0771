import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseError, type Client } from 'pg'
import { actAs, type Role } from './acting.ts'
import { nothingRemains, outcomeUnknown, ScriptError, somethingRemains } from './explain.ts'
import { refuseWithoutLock } from './lock.ts'
import type { Script } from './script.ts'
import { settle, type Progress } from './session.ts'

/** Who runs scripts (`owner`), and who keeps the history (`keeper`). */
export type Runner = { client: Client; owner: Role; keeper: Role; progress: Progress | undefined }

/** What is written into the history around a script. */
export type Ledger = {
  start: () => Promise<unknown>
  /** After each statement, outside of a transaction. */
  step?: (done: number) => Promise<unknown>
  finish: () => Promise<unknown>
  /** When it stopped, outside of a transaction. */
  fail?: (error: ScriptError) => Promise<unknown>
}

/**
 * Runs a script and writes the history around it, in one transaction: afterwards both are there, or neither.
 * `-- no-transaction` scripts run statement by statement; one that stops leaves its row unfinished.
 */
export async function run(runner: Runner, script: Script, ledger: Ledger): Promise<void> {
  await (script.noTransaction ? runStepwise(runner, script, ledger) : runAtomically(runner, script, ledger))
}

/** A lock that was not to be had, or a deadlock, has changed nothing: it tries again, twice. */
async function runAtomically(runner: Runner, script: Script, ledger: Ledger): Promise<void> {
  for (const wait of [500, 2_000, undefined]) {
    try {
      return await attempt(runner, script, ledger)
    } catch (error) {
      await runner.client.query('rollback').catch(() => {})
      if (!(error instanceof ScriptError)) throw error
      if (mayBeCommitted(error)) throw outcomeUnknown(error)
      if (wait === undefined || !maySucceedLater(error)) throw nothingRemains(error)
      runner.progress?.({ message: `${script.file}: ${error.message}; trying again` })
      await pause(wait)
    }
  }
}

async function attempt({ client, owner, keeper }: Runner, script: Script, ledger: Ledger): Promise<void> {
  await settle(client)
  await client.query('begin isolation level read committed')
  await refuseWithoutLock(client)
  await actAs(client, keeper)
  await ledger.start()
  await actAs(client, owner)
  await runWhole(client, script)
  await actAs(client, keeper)
  await ledger.finish()
  await client.query('commit').catch((error: Error) => {
    throw new ScriptError(script, script.statements.length, error, true)
  })
}

/** The server cuts the script itself; we only count what it has done, to name the statement that fails. */
async function runWhole(client: Client, script: Script): Promise<void> {
  if (script.statements.length === 0) return
  let done = 0
  const count = () => done++
  client.connection.on('commandComplete', count)
  try {
    await client.query(script.text)
  } catch (error) {
    throw new ScriptError(script, done, error as Error)
  } finally {
    client.connection.off('commandComplete', count)
  }
}

/** A server that answers a commit with an ERROR has undone it. One that ends the connection may have done it before. */
function mayBeCommitted({ committing, cause }: ScriptError): boolean {
  return committing && !(cause instanceof DatabaseError && cause.severity === 'ERROR')
}

/** A lock timeout and a deadlock are nobody's fault but the moment's. */
function maySucceedLater({ cause }: ScriptError): boolean {
  return cause instanceof DatabaseError && (cause.code === '55P03' || cause.code === '40P01')
}

/** Nothing stops others here (CONCURRENTLY waits for them instead), so it may wait longer for a lock. */
async function runStepwise(runner: Runner, script: Script, ledger: Ledger): Promise<void> {
  const { client, owner, keeper, progress } = runner
  await settle(client)
  await client.query(`set lock_timeout = '5min'`)
  await refuseWithoutLock(client)
  await actAs(client, keeper)
  await ledger.start()
  try {
    for (const [done, { text }] of script.statements.entries()) {
      progress?.({ message: `${script.file}: statement ${done + 1} of ${script.statements.length}` })
      await actAs(client, owner)
      await client.query(text).catch((error: Error) => {
        throw new ScriptError(script, done, error)
      })
      await actAs(client, keeper)
      await ledger.step?.(done + 1)
    }
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    // A connection that broke can write nothing down; the unfinished row speaks for itself.
    await actAs(client, keeper)
      .then(() => ledger.fail?.(error))
      .catch(() => {})
    throw await somethingRemains(client, error)
  }
  await ledger.finish()
}
