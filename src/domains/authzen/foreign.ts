import type { Transaction } from '../../database/database.ts'
import { permits, relatedTo } from './judge.ts'
import { lookUp } from './known.ts'
import { keyOf, type Name, type Question } from './question.ts'
import type { Rulebook } from './rulebook.ts'

/** Answers questions about things of which the tenant's policies speak, in their order; all others are denied. */
export async function decideForeign(
  tx: Transaction,
  questions: readonly Question[],
  policies: Rulebook['policies'],
): Promise<boolean[]> {
  const spokenOf = questions.filter(({ resource }) => policies.has(resource.type))
  if (spokenOf.length === 0) return questions.map(() => false)
  const known = await lookUp(tx, distinct(spokenOf.flatMap(({ subject, resource }) => [subject, resource])))
  const related = spokenOf.flatMap((question) =>
    relatedTo(policies.get(question.resource.type)!, question, known).map(([, name]) => name),
  )
  const others = related.length === 0 ? known : await lookUp(tx, distinct(related))
  const askedFor = new Set(spokenOf.flatMap(({ subject, resource }) => [keyOf(subject), keyOf(resource)]))
  const all = (name: Name) => (askedFor.has(keyOf(name)) ? known(name) : others(name))
  return questions.map((question) => {
    const policy = policies.get(question.resource.type)
    return policy !== undefined && permits(policy, question, all)
  })
}

function distinct(names: readonly Name[]): Name[] {
  return [...new Map(names.map(({ type, id }) => [keyOf({ type, id }), { type, id }])).values()]
}
