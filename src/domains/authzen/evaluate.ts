import type { Transaction } from '../../database/database.ts'
import { authorize } from '../access/access.ts'
import { decideForeign } from './foreign.ts'
import { decideOwn } from './own.ts'
import type { Question } from './question.ts'
import { isOwn, rulebookFor, type Rulebook } from './rulebook.ts'

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
  rulebook?: Rulebook,
): Promise<boolean[]> {
  const types = questions.map(({ resource }) => resource.type)
  const rules = rulebook ?? (await rulebookFor(tx, types))
  const own = questions.map((question) => isOwn(rules, question))
  const byRoles = await decideOwn(
    tx,
    questions.filter((_, at) => own[at]),
  )
  const byPolicies = await decideForeign(
    tx,
    questions.filter((_, at) => !own[at]),
    rules.policies,
  )
  return own.map((ours) => (ours ? byRoles : byPolicies).shift()!)
}
