import { z } from 'zod'
import { Refusal } from '../../foundation/refusal.ts'
import type { Condition } from './condition.ts'
import { isBroken } from './value.ts'
import { aboutRef, complaintAbout } from './wording.ts'

/** A name of one line, as types, actions and attributes have it. */
export function label(max: number) {
  return z
    .string()
    .refine(
      (text) => /^[^\p{Cc}\p{Cs}]+$/u.test(text),
      'must not be empty, nor contain line breaks or control characters',
    )
    .max(max)
    .meta({ minLength: 1, maxLength: max })
}

/** The types of which Reeve itself knows who may do what. */
export const ownTypes = ['user', 'role', 'post', 'comment', 'invitation', 'audit_log', 'tenant'] as const
export type OwnType = (typeof ownTypes)[number]

export function isOwnType(type: string): type is OwnType {
  return (ownTypes as readonly string[]).includes(type)
}

export const typeName = label(100)
export const entityId = label(200)

const trust = z
  .enum(['stored', 'missing', 'request'])
  .describe(
    'Whose word counts for an attribute: what is stored alone; what is asked with where nothing is stored (`missing`); or what is asked with before what is stored (`request`).',
  )
const attributes = z
  .record(label(100), z.strictObject({ trust }))
  .optional()
  .describe('By name; `*` is all others. What is not named is `stored`.')
const known = {
  open: z.boolean().optional().describe('May be asked about although nothing is stored of it.'),
  attributes,
}
/** What may stand in one `wording.ts` says, which knows the scopes and relations of the whole policy too. */
const condition = z
  .record(z.string(), z.unknown())
  .describe('One operator and what it takes: docs/authzen.md.') as unknown as z.ZodType<Condition>
const action = label(100)

export const definition = z
  .strictObject({
    description: label(500).optional(),
    actions: z.array(action).min(1).max(100).describe('All that can be done to things of this type.'),
    subjects: z
      .record(typeName, z.strictObject(known))
      .describe('The types of those who may ask. All others are unknown, and denied.'),
    resources: z.strictObject(known).optional(),
    relations: z
      .record(label(50), z.strictObject({ type: typeName, id: z.string().max(500) }))
      .optional()
      .describe('Others whom a rule speaks of: their type, and the path at which the question has their id.'),
    scopes: z.record(label(50), condition).optional().describe('Conditions with a name.'),
    rules: z
      .array(
        z.strictObject({
          name: label(200).optional(),
          effect: z.enum(['allow', 'deny']).optional().describe('`allow` unless said otherwise.'),
          actions: z.array(action).min(1).max(100).describe('Which; `*` is all.'),
          scope: label(50).optional().describe('Holds only in this scope.'),
          when: condition.optional(),
        }),
      )
      .max(100)
      .describe('Something is permitted where a rule allows it and none denies it.'),
  })
  .describe('Who may do what to the things of a type.')

export type Definition = z.output<typeof definition>
export type Trust = z.output<typeof trust>
export type Known = { open?: boolean | undefined; attributes?: Record<string, { trust: Trust }> | undefined }
export type Policy = { type: string; definition: Definition; createdAt: Date; updatedAt: Date }

const bytesMost = 32_768
const mostRelations = 8
const mostScopes = 50

/** A definition that can be evaluated, out of whatever somebody sent. Refuses what cannot (`invalid_request`). */
export function readDefinition(given: unknown): Definition {
  const read = definition.safeParse(given)
  if (!read.success) {
    const { path, message } = read.error.issues[0]!
    throw unusable(path.join('.'), message)
  }
  const { actions, relations = {}, scopes = {}, rules } = read.data
  if (Buffer.byteLength(JSON.stringify(read.data)) > bytesMost)
    throw unusable('', `has more than ${bytesMost} bytes`)
  if (isBroken(read.data)) throw unusable('', 'must not contain NUL or broken characters')
  if (Object.keys(relations).length > mostRelations)
    throw unusable('relations', `are more than ${mostRelations}`)
  if (Object.keys(scopes).length > mostScopes) throw unusable('scopes', `are more than ${mostScopes}`)
  const words = { relations: Object.keys(relations), scopes: Object.keys(scopes) }
  for (const [name, { id }] of Object.entries(relations))
    refuse(`relations.${name}.id`, aboutRef({ ref: id }, { ...words, relations: [] }))
  // a scope that speaks of a scope could speak of itself
  for (const [name, one] of Object.entries(scopes))
    refuse(`scopes.${name}`, complaintAbout(one, { ...words, scopes: [] }))
  for (const [at, rule] of rules.entries()) {
    const where = `rules.${at}`
    if (rule.when !== undefined) refuse(`${where}.when`, complaintAbout(rule.when, words))
    if (rule.scope !== undefined && !words.scopes.includes(rule.scope))
      throw unusable(`${where}.scope`, 'is no scope of this policy')
    if (rule.actions.some((one) => one !== '*' && !actions.includes(one)))
      throw unusable(`${where}.actions`, 'must be among the actions of this policy')
  }
  return read.data
}

function refuse(where: string, complaint: string | undefined): void {
  if (complaint !== undefined) throw unusable(where, complaint)
}

function unusable(where: string, complaint: string): Refusal {
  return new Refusal(
    'invalid_request',
    `${['definition', where].filter(Boolean).join('.')}: ${complaint}`,
    'see docs/authzen.md for what a policy may say',
  )
}
