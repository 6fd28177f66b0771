import type { Transaction } from '../../database/database.ts'
import { authorize } from '../access/access.ts'
import type { Page, PageRequest } from '../page.ts'
import { resourceCandidates, subjectCandidates, type Source } from './candidates.ts'
import { decide } from './evaluate.ts'
import type { Action, Entity, Name, Properties, Question } from './question.ts'
import { isOwn, rulebookFor, type Rulebook } from './rulebook.ts'

type Searched = { type: string; properties?: Properties | undefined }

/** So many candidates are looked at in a batch, and in a search; after that a page ends, however short it is. */
const batch = 100
const mostCandidates = 2000

/** Whoever may do this to that: those of a type whom `evaluate` permits it, and nobody else. */
export async function searchSubjects(
  tx: Transaction,
  asked: Omit<Question, 'subject'> & { subject: Searched },
  page: PageRequest,
): Promise<Page<Name>> {
  authorize(tx, 'access:evaluate')
  const { type } = asked.subject
  const rules = await rulebookFor(tx, [asked.resource.type])
  const source = subjectCandidates(tx, type, isOwn(rules, asked))
  return scan(tx, { rules, source, type, page }, (id) => ({
    ...asked,
    subject: { ...asked.subject, type, id },
  }))
}

/** What somebody may do this to: the things of a type to which `evaluate` permits it. */
export async function searchResources(
  tx: Transaction,
  asked: Omit<Question, 'resource'> & { resource: Searched },
  page: PageRequest,
): Promise<Page<Name>> {
  authorize(tx, 'access:evaluate')
  const { type } = asked.resource
  const rules = await rulebookFor(tx, [type])
  const ours = isOwn(rules, asked)
  // what is to be made is not there yet
  const source = ours && asked.action.name === 'create' ? nothing : resourceCandidates(tx, type, ours)
  return scan(tx, { rules, source, type, page }, (id) => ({
    ...asked,
    resource: { ...asked.resource, type, id },
  }))
}

/** What somebody may do to a thing: the actions of its type that `evaluate` permits them. */
export async function searchActions(
  tx: Transaction,
  asked: { subject: Entity; resource: Entity; context?: Properties | undefined },
  page: PageRequest,
): Promise<Page<Action>> {
  authorize(tx, 'access:evaluate')
  const { type } = asked.resource
  const rules = await rulebookFor(tx, [type])
  const names = new Set([...(rules.actions.get(type) ?? []), ...(rules.policies.get(type)?.actions ?? [])])
  const actions = [...names].toSorted().map((name) => ({ name }))
  const permitted = await decide(
    tx,
    actions.map((action) => ({ ...asked, action })),
    rules,
  )
  const found = actions.filter(({ name }, at) => permitted[at] && name > (page.after ?? ''))
  const items = found.slice(0, page.limit)
  return { items, next: found.length > page.limit ? (items.at(-1)?.name ?? page.after ?? '') : null }
}

const nothing: Source = async () => []

/** Asks about one candidate after the other until a page is full, and one more is known to follow it. */
async function scan(
  tx: Transaction,
  { rules, source, type, page }: { rules: Rulebook; source: Source; type: string; page: PageRequest },
  questionAbout: (id: string) => Question,
): Promise<Page<Name>> {
  const { limit, after } = page
  if (rules.policies.size + rules.actions.size === 0) return { items: [], next: null }
  const found: { key: string; id: string }[] = []
  let last = after
  for (let seen = 0; seen < mostCandidates; seen += batch) {
    const candidates = await source(last, batch)
    const questions = candidates.flatMap(({ ids }) => ids.map(questionAbout))
    const permitted = await decide(tx, questions, rules)
    for (const { key, ids } of candidates) {
      const answers = permitted.splice(0, ids.length)
      const id = ids.find((_, at) => answers[at])
      if (id !== undefined) found.push({ key, id })
    }
    if (found.length > limit) break
    if (candidates.length < batch) return { items: found.map(({ id }) => ({ type, id })), next: null }
    last = candidates.at(-1)!.key
  }
  const items = found.slice(0, limit)
  const next = found.length > limit ? (items.at(-1)?.key ?? after ?? '') : (last ?? '')
  return { items: items.map(({ id }) => ({ type, id })), next }
}
