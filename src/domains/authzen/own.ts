import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Permission } from '../access/access.ts'
import { thingsOf, type Thing } from './own-things.ts'
import { peopleCalled } from './people.ts'
import { isOwnType, type OwnType } from './policy.ts'
import type { Question } from './question.ts'

/** What the catalogue calls the things of a type. */
export const nouns: Record<OwnType, string> = {
  user: 'users',
  role: 'roles',
  post: 'posts',
  comment: 'comments',
  invitation: 'invitations',
  audit_log: 'audit',
  tenant: 'tenant',
}

const findActions = sql(
  'authzen.actions',
  { resource: 'text', action: 'text' },
  `select resource, action from permissions
   where resource = any ($1::text[]) and action <> '*'
   order by resource, action limit 1000`,
)
const decideAll = sql(
  'authzen.decide',
  { ord: 'int8', allowed: 'bool' },
  `select asked.ord, decision.allowed
   from unnest($2::uuid[], $3::text[], $4::uuid[]) with ordinality as asked (subject, permission, owner, ord)
   cross join lateral reeve.access_decision($1, asked.subject, asked.permission, asked.owner) decision
   order by asked.ord`,
)

/** What can be done to the things of these types, in alphabetical order. */
export async function actionsOf(tx: Transaction, types: readonly OwnType[]): Promise<Map<OwnType, string[]>> {
  const rows = await tx.rows(findActions, [types.map((type) => nouns[type])])
  return new Map(
    types.map((type) => [
      type,
      rows.filter(({ resource }) => resource === nouns[type]).map(({ action }) => action),
    ]),
  )
}

/**
 * Answers questions about Reeve's own things, in their order, by the same function that decides what a verb may do:
 * somebody may do here what they could do themselves. What is not there, and whoever is no user, is denied.
 */
export async function decideOwn(tx: Transaction, questions: readonly Question[]): Promise<boolean[]> {
  const sensible = questions.filter(
    ({ subject, resource }) => subject.type === 'user' && isOwnType(resource.type),
  )
  if (sensible.length === 0) return questions.map(() => false)
  const personOf = await peopleCalled(
    tx,
    sensible.map(({ subject }) => subject.id),
  )
  const actions = await actionsOf(tx, [...new Set(sensible.map(({ resource }) => resource.type as OwnType))])
  const thingOf = await thingsOf(
    tx,
    sensible.map(({ resource }) => resource),
  )
  const demands = questions.map((question): Demand[] | undefined => {
    const { subject, action, resource } = question
    const person = subject.type === 'user' ? personOf(subject.id) : undefined
    if (!person || !isOwnType(resource.type)) return undefined
    if (!actions.get(resource.type)?.includes(action.name)) return undefined
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
