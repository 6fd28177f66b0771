import type { Transaction } from '../../database/database.ts'
import { authorize } from '../access/access.ts'
import { decideForeign, type Policies } from './foreign.ts'
import { decideOwn } from './own.ts'
import { isOwnType } from './policy.ts'
import type { Question } from './question.ts'

/** How many questions are answered at once, at most. */
export const mostQuestions = 500

/**
 * Answers questions in their order, for whoever may ask (`access:evaluate`). About Reeve's own things the database
 * decides, about all others the policy that the tenant declared; whoever and whatever is unknown is denied.
 */
export async function evaluate(tx: Transaction, questions: readonly Question[]): Promise<boolean[]> {
  authorize(tx, 'access:evaluate')
  return decide(tx, questions)
}

/** The same, asking nothing of the actor. */
export async function decide(
  tx: Transaction,
  questions: readonly Question[],
  policies?: Policies,
): Promise<boolean[]> {
  const isOwn = questions.map(({ resource }) => isOwnType(resource.type))
  const own = await decideOwn(
    tx,
    questions.filter((_, at) => isOwn[at]),
  )
  const foreign = await decideForeign(
    tx,
    questions.filter((_, at) => !isOwn[at]),
    policies,
  )
  return isOwn.map((ours) => (ours ? own.shift()! : foreign.shift()!))
}
