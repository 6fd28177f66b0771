import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { permits, relatedTo } from './judge.ts'
import { lookUp } from './known.ts'
import type { Definition } from './policy.ts'
import { keyOf, type Name, type Question } from './question.ts'

const findPolicies = sql(
  'authzen.policies',
  { type: 'text', definition: json<Definition>() },
  'select type, definition from policies where tenant_id = $1 and type = any ($2::text[])',
)

export type Policies = ReadonlyMap<string, Definition>

/** The policies of these types, where the tenant has declared some. */
export async function policiesOf(tx: Transaction, types: Iterable<string>): Promise<Policies> {
  const wanted = [...new Set(types)].filter((type) => type.length <= 1000 && !/[\0\p{Cs}]/u.test(type))
  if (wanted.length === 0) return new Map()
  const found = await tx.rows(findPolicies, [tx.context.tenantId, wanted])
  return new Map(found.map(({ type, definition }) => [type, definition]))
}

/** Answers questions about things of which the tenant's policies speak, in their order; all others are denied. */
export async function decideForeign(
  tx: Transaction,
  questions: readonly Question[],
  given?: Policies,
): Promise<boolean[]> {
  const policies =
    given ??
    (await policiesOf(
      tx,
      questions.map(({ resource }) => resource.type),
    ))
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
