import { holds, type Facts } from './condition.ts'
import type { Knowledge } from './known.ts'
import type { Definition, Known as Rules, Trust } from './policy.ts'
import type { Name, Properties, Question } from './question.ts'
import { valueAt } from './value.ts'

/**
 * Whether a policy permits what is asked, by what is known of those it names: a rule allows it and none denies it. Whoever
 * is unknown, or suspended, may nothing.
 */
export function permits(policy: Definition, question: Question, known: (name: Name) => Knowledge): boolean {
  const { subject, resource, action } = question
  const whose = Object.hasOwn(policy.subjects, subject.type) ? policy.subjects[subject.type] : undefined
  if (whose === undefined || !policy.actions.includes(action.name)) return false
  const [asker, thing] = [known(subject), known(resource)]
  if (asker.person && !asker.person.isActive) return false
  if (!isKnown(asker, whose) || !isKnown(thing, policy.resources ?? {})) return false

  const facts = factsOf(policy, {
    subject: described(subject, asker, whose),
    resource: described(resource, thing, policy.resources ?? {}),
    action: { name: action.name, properties: action.properties },
    context: question.context,
    relations: Object.fromEntries(
      relatedTo(policy, question, known).map(([name, one]) => [name, described(one, known(one), {})]),
    ),
  })
  const applies = policy.rules.filter(
    ({ actions, scope, when }) =>
      (actions.includes('*') || actions.includes(action.name)) &&
      (scope === undefined || facts.scope(scope)) &&
      (when === undefined || holds(when, facts)),
  )
  return applies.length > 0 && applies.every(({ effect }) => effect !== 'deny')
}

/** Whom a policy speaks of beside subject and resource, as far as the question and what is known of these say it. */
export function relatedTo(
  policy: Definition,
  { subject, resource, action, context }: Question,
  known: (name: Name) => Knowledge,
): [string, Name][] {
  const relations = Object.entries(policy.relations ?? {})
  if (relations.length === 0) return []
  const whose = Object.hasOwn(policy.subjects, subject.type) ? policy.subjects[subject.type]! : {}
  const whole = {
    subject: described(subject, known(subject), whose),
    resource: described(resource, known(resource), policy.resources ?? {}),
    action,
    context,
  }
  return relations.flatMap(([name, { type, id: path }]): [string, Name][] => {
    const id = valueAt(whole, path.split('.'))
    return typeof id === 'string' ? [[name, { type, id }]] : []
  })
}

function isKnown({ attributes, person }: Knowledge, { open = false }: Rules): boolean {
  return open || attributes !== undefined || person !== undefined
}

/** Scopes are worked out once for a question, however many rules speak of them. */
function factsOf({ scopes = {} }: Definition, whole: object): Facts {
  const worked = new Map<string, boolean>()
  const facts: Facts = {
    at: (path) => valueAt(whole, path),
    scope: (name) => {
      const condition = Object.hasOwn(scopes, name) ? scopes[name] : undefined
      const held = worked.get(name) ?? (condition !== undefined && holds(condition, facts))
      worked.set(name, held)
      return held
    },
  }
  return facts
}

/** An entity with what counts of what is known and of what was said. */
function described(
  { type, id, properties = {} }: Name & { properties?: Properties | undefined },
  { attributes = {}, person }: Knowledge,
  { attributes: declared = {} }: Rules,
): object {
  const counting: Record<string, unknown> = { ...attributes }
  for (const [name, said] of Object.entries(properties)) {
    const trust = trustIn(declared, name)
    const isStored = Object.hasOwn(attributes, name)
    if (trust === 'request' || (trust === 'missing' && !isStored)) define(counting, name, said)
  }
  return { type, id, properties: counting, user: person }
}

function trustIn(declared: NonNullable<Rules['attributes']>, name: string): Trust {
  const found = Object.hasOwn(declared, name) ? declared[name] : declared['*']
  return found?.trust ?? 'stored'
}

/** As a property of its own, whatever it is called. */
function define(whole: object, name: string, value: unknown): void {
  Object.defineProperty(whole, name, { value, enumerable: true, configurable: true, writable: true })
}
