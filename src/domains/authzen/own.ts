import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Permission } from '../access/access.ts'
import { thingsOf, type Thing } from './own-things.ts'
import { peopleCalled } from './people.ts'
import { isOwnType, type OwnType } from './policy.ts'
import type { Question } from './question.ts'
import { nouns } from './rulebook.ts'

const decideAll = sql(
  'authzen.decide',
  { ord: 'int8', allowed: 'bool' },
  `select asked.ord, decision.allowed
   from unnest($2::uuid[], $3::text[], $4::uuid[]) with ordinality as asked (subject, permission, owner, ord)
   cross join lateral reeve.access_decision($1, asked.subject, asked.permission, asked.owner) decision
   order by asked.ord`,
)

/**
 * Answers questions about Reeve's own things and the catalogue's actions, in their order, by the same function that decides what a verb may do:
 * somebody may do here what they could do themselves. What is not there, and whoever is no user, is denied.
 */
export async function decideOwn(tx: Transaction, questions: readonly Question[]): Promise<boolean[]> {
  const byUsers = questions.filter(({ subject }) => subject.type === 'user')
  if (byUsers.length === 0) return questions.map(() => false)
  const personOf = await peopleCalled(
    tx,
    byUsers.map(({ subject }) => subject.id),
  )
  const thingOf = await thingsOf(
    tx,
    byUsers.map(({ resource }) => resource),
  )
  const demands = questions.map(({ subject, action, resource }): Demand[] | undefined => {
    const person = subject.type === 'user' ? personOf(subject.id) : undefined
    if (!person || !isOwnType(resource.type)) return undefined
    // what is to be made is not there yet
    const thing = action.name === 'create' ? { owner: null } : thingOf(resource)
    return thing && demandsOf(resource.type, action.name, thing, person.id)
  })
  const asked = demands.flatMap((some) => some ?? [])
  const lists = [
    asked.map((one) => one.subject),
    asked.map((one) => one.permission),
    asked.map((one) => one.owner),
  ]
  const answers = asked.length === 0 ? [] : await tx.rows(decideAll, [tx.context.tenantId, ...lists])
  let at = 0
  return demands.map((some) => {
    const these = answers.slice(at, (at += some?.length ?? 0))
    return some !== undefined && these.every(({ allowed }) => allowed)
  })
}

type Demand = { subject: string; permission: Permission; owner: string | null }

/** What the verbs of a thing demand: whoever changes a comment reads it first, and the post that it stands under. */
function demandsOf(type: OwnType, action: string, thing: Thing, subject: string): Demand[] {
  const { owner, post } = thing
  const toSee = post === undefined ? [] : seeing(post, subject)
  const first: Demand[] =
    type === 'comment' && post && action !== 'create' ? [{ subject, permission: 'comments:read', owner }] : []
  return [...toSee, ...first, { subject, permission: `${nouns[type]}:${action}`, owner }]
}

/** A post that is not published is there for its author, and for those who may change every post. */
function seeing({ owner, isPublished }: NonNullable<Thing['post']>, subject: string): Demand[] {
  const isTheirs = owner === subject
  return [
    { subject, permission: 'posts:read', owner },
    ...(isPublished || isTheirs ? [] : [{ subject, permission: 'posts:update', owner: null } as const]),
  ]
}
