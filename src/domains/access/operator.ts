import type { Transaction } from '../../database/database.ts'
import { Refusal } from '../../foundation/refusal.ts'

/** The first line of a verb that belongs to the installation and to no tenant. Row-level security says the same. */
export function operatorOnly(tx: Transaction): void {
  if (tx.context.actor.kind === 'operator') return
  throw new Refusal(
    'not_allowed',
    'this is for the operator of the installation',
    'ask whoever runs it; on that machine the command line does it',
  )
}
