import type { Cast } from './cast.ts'
import type { Catalogue } from './catalogue.ts'

/** Who attacks. What the catalogue itself is asked is asked by whoever runs this. */
export type Role = 'reeve_app' | 'reeve_readonly' | 'catalogue'

/** What was declared before the attack. `own` is the attacker's tenant, the wrong one for what it reaches for. */
export const contexts = ['none', 'empty', 'garbage', 'own', 'stranger', 'nil'] as const
export type ContextName = (typeof contexts)[number]

/**
 * How to tell that an attack got through: it came to rows; it changed something of the victim; it was let do it at all;
 * or its outcome differs from that of `against`, the same with values that nobody has. `control` must come to rows, for
 * where the attacker does not see its own, silence proves nothing.
 */
export type Harm = 'reads' | 'writes' | 'succeeds' | 'differs' | 'control'

export type Attack = {
  /** The table, view, function or database that it is aimed at. */
  on: string
  name: string
  role: Role
  context: ContextName
  sql: string
  harm: Harm
  against?: string
  /** So many rows are the attacker's own business. */
  most?: number
  /** What `copy … from stdin` is fed with. */
  input?: string
  /** With rules and foreign keys silenced, so that policies and privileges stand alone. */
  bare?: boolean
  /** Needs a session that is the role and nothing else, not one that acts as it. */
  ownSession?: boolean
}

/** Two tenants in a database, each with rows in its tables, and the one wants what the other has. */
export type Scene = { catalogue: Catalogue; own: Cast; other: Cast }

/** A kind of attack, enumerated over everything that the catalogue names. */
export type Family = { name: string; about: string; attacks: (scene: Scene) => Attack[] }

/** Text as SQL. */
export function literal(value: string | null | undefined): string {
  return value == null ? 'null' : `'${value.replaceAll("'", "''")}'`
}

/** A name as SQL. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** `column = value` for some columns of a row. */
export function equal(row: Record<string, string | null>, columns: string[], between = ' and '): string {
  return columns.map((column) => `${identifier(column)} = ${literal(row[column])}`).join(between)
}

const reserved = new Set(
  'all and any array as asc case cast check collate column constraint create current_date current_role current_time current_user default desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime not null offset on only or order placing primary references returning select session_user some symmetric table then to trailing true union unique user using variadic when where window with authorization binary concurrently cross freeze full ilike inner is isnull join left like natural notnull outer overlaps right similar verbose'.split(
    ' ',
  ),
)
