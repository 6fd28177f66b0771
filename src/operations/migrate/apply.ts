import { whatStopped } from './explain.ts'
import type { Migration } from './folder.ts'
import {
  recordFailure,
  recordFinish,
  recordRollback,
  recordStart,
  recordSteps,
  recordUndoing,
} from './history.ts'
import { run, type Runner } from './run.ts'
import type { Script } from './script.ts'

/** Applies one migration and writes its row of history. */
export async function applyMigration(runner: Runner, migration: Migration): Promise<void> {
  const { client } = runner
  let id = ''
  await run(runner, migration.up, {
    start: async () => {
      id = await recordStart(client, migration)
    },
    step: (done) => recordSteps(client, id, done),
    finish: () => recordFinish(client, id),
    fail: (error) => recordFailure(client, id, whatStopped(error)),
  })
}

/**
 * Runs a migration's way back and marks its row of history as rolled back; the row stays, as the trail.
 * Half a rollback is neither applied nor gone: one that runs outside of a transaction counts as failed until it ends.
 */
export async function undoMigration({ client, ...rest }: Runner, name: string, down: Script): Promise<void> {
  await run({ client, ...rest }, down, {
    start: async () => {
      if (down.noTransaction) await recordUndoing(client, name)
    },
    finish: () => recordRollback(client, name),
  })
}
