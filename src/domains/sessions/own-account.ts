import type { Transaction } from '../../database/database.ts'
import { Refusal } from '../../foundation/refusal.ts'

/**
 * The account that a verb is about: the actor's own, for nobody has a say over another's. The operator has, and names
 * the account.
 */
export function ownAccount({ context: { actor } }: Transaction, named?: string): string {
  if (actor.kind === 'operator') {
    if (named !== undefined) return named
    throw new Refusal('invalid_request', 'the operator has no account', 'name the account that is meant')
  }
  if (actor.kind === 'nobody') {
    throw new Refusal('not_signed_in', 'nobody is signed in', 'sign in first')
  }
  if (named === undefined || named === actor.accountId) return actor.accountId
  throw new Refusal('not_found', 'there is no such account', 'leave the account out to mean your own')
}
