import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'

/** `resource:action`, a name of the catalogue. */
export type Permission = `${string}:${string}`

/** Why, or why not. */
export type Because =
  | {
      kind: 'granted'
      roleId: string
      role: string
      inheritedFrom?: string
      permission: string
      scope: 'any' | 'own'
    }
  | { kind: 'not_own'; role: string; inheritedFrom?: string; permission: string; scope: 'own' }
  | { kind: 'not_granted'; permission: string }
  | { kind: 'suspended' }
  | { kind: 'no_such_user' }

export type Decision = { allowed: boolean; because: Because }

const authorizeActor = sql('access.authorize', {}, 'select from reeve.authorize($1, $2)')

/**
 * The first line of every verb: the actor of this transaction may do this, or the verb does nothing. The question
 * travels with the verb's first statement, and PostgreSQL executes that one only after a yes.
 * `owner` is the user who made the object in question; grants with the scope `own` count only for theirs.
 * Refuses with `not_allowed`, or with `not_found` where the actor has no business in the tenant at all.
 */
export function authorize(tx: Transaction, permission: Permission, owner: string | null = null): void {
  tx.queue(authorizeActor, [permission, owner])
}

const decideForUser = sql(
  'access.decide',
  { allowed: 'bool', because: json<Because>() },
  'select allowed, because from reeve.access_decision($1, $2, $3, $4)',
)

/** Whether a user of the declared tenant may do something, and because of what. Asks nothing of the actor. */
export async function decide(
  tx: Transaction,
  question: { userId: string; permission: Permission; owner?: string | undefined },
): Promise<Decision> {
  const { userId, permission, owner } = question
  const decision = await tx.row(decideForUser, [tx.context.tenantId, userId, permission, owner ?? null])
  return decision!
}
