import type pg from 'pg'
import { identifier, literal } from './attack.ts'
import { candidatesFor } from './candidates.ts'
import { insertOf, type Cast, type Row } from './cast.ts'
import type { Relation } from './catalogue.ts'

/** More tries than that, and a table is said to be not proven. */
const mostTries = 400

type Wheel = { column: string; candidates: (string | null)[]; at: number; required: boolean }
type Refused = { code?: string; constraint?: string; column?: string; dataType?: string; message: string }

/**
 * Puts a row of this tenant into a table, whatever the table wants: types, references and checks are met by trying, for
 * a check says what it wants only by refusing. What comes back is the row as it stands there.
 */
export async function forge(client: pg.ClientBase, relation: Relation, cast: Cast): Promise<Row> {
  const fixed = referring(relation, cast)
  const wheels = wheelsOf(relation, fixed, cast)
  const turns = new Map<string, number>()
  let silenced = false
  let last: Refused = { message: 'nothing was tried' }
  for (let tries = 0; tries < mostTries; tries++) {
    const row = {
      ...fixed,
      ...Object.fromEntries(wheels.map((one) => [one.column, one.candidates[one.at]!])),
    }
    try {
      return await attempt(client, relation, row, silenced)
    } catch (error) {
      last = error as Refused
      const refusedByRule = /^(RV|P0001)/.test(last.code ?? '')
      if (refusedByRule && !silenced) silenced = true
      else if (refusedByRule || !(letGo(fixed, relation, last) || turn(wheels, relation, last, turns))) break
    }
  }
  throw new Error(last.message, { cause: last })
}

/** Rules about who may do what are not for whoever sets the stage; without being a superuser they stay. */
async function attempt(client: pg.ClientBase, relation: Relation, row: Row, silenced: boolean): Promise<Row> {
  await client.query('savepoint forging')
  try {
    if (silenced) await client.query(`set local session_replication_role = replica`)
    const columns = relation.columns.map(({ name }) => `${identifier(name)}::text as ${identifier(name)}`)
    const { rows } = await client.query<Row>(`${insertOf(relation, row)} returning ${columns.join(', ')}`)
    if (silenced) await client.query(`set local session_replication_role = origin`)
    await client.query('release savepoint forging')
    return rows[0]!
  } catch (error) {
    await client.query('rollback to savepoint forging')
    throw error
  }
}

/** The tenant, and for each reference the row that it leads to. */
function referring(relation: Relation, cast: Cast): Row {
  const fixed: Row = relation.tenant ? { [relation.tenant]: cast.tenantId } : {}
  for (const { columns, to, theirs } of relation.references) {
    const target = cast.rows.get(to)
    if (target) columns.forEach((column, i) => (fixed[column] ??= target[theirs[i]!] ?? null))
  }
  return fixed
}

/** What is left open: what must be given, and what a key may be made of; the rest has a default or may be missing. */
function wheelsOf(relation: Relation, fixed: Row, cast: Cast): Wheel[] {
  const inKey = new Set(relation.uniques.flatMap(({ columns }) => columns))
  const inCheck = new Set(relation.checks.flatMap(({ columns }) => columns))
  return relation.columns
    .filter(({ name, generated, filled }) => !(name in fixed) && !generated && !filled)
    .map((column) => {
      const candidates = candidatesFor(column, relation, cast)
      const wanted = inKey.has(column.name) && !column.required && candidates.length > 1
      return {
        column: column.name,
        candidates,
        at: wanted ? 1 : 0,
        required: column.required,
        open: column.required || wanted || inCheck.has(column.name),
      }
    })
    .filter(({ open }) => open)
    .map(({ open: _, ...wheel }) => wheel)
}

/** Turns the wheels that a refusal is about to their next position; false where there is none left. */
function turn(wheels: Wheel[], relation: Relation, refused: Refused, turns: Map<string, number>): boolean {
  const meant = aboutWhat(relation, refused)
  const chosen = wheels.filter(({ column, required }) =>
    meant.length === 0 ? required : meant.includes(column),
  )
  if (chosen.length === 0) return false
  const key = chosen.map(({ column }) => column).join()
  const turned = (turns.get(key) ?? 0) + 1
  turns.set(key, turned)
  let rest = turned
  for (const wheel of chosen) {
    wheel.at = rest % wheel.candidates.length
    rest = Math.floor(rest / wheel.candidates.length)
  }
  return rest === 0
}

/** A reference that a key allows only once is left out, where it may be. */
function letGo(fixed: Row, relation: Relation, refused: Refused): boolean {
  if (refused.code !== '23505') return false
  const meant = aboutWhat(relation, refused).filter((name) => name !== relation.tenant && fixed[name] != null)
  const mayGo = meant.filter((name) => !relation.columns.find((column) => column.name === name)!.required)
  for (const name of mayGo) fixed[name] = null
  return mayGo.length > 0
}

function aboutWhat(relation: Relation, { constraint, column, dataType }: Refused): string[] {
  if (column) return [column]
  const named = [...relation.checks, ...relation.uniques].find(({ name }) => name === constraint)
  if (named) return named.columns
  return dataType
    ? relation.columns.filter(({ type }) => type.endsWith(dataType)).map(({ name }) => name)
    : []
}

/** The row of a table that is there already: of a tenant's birth, or written by a trigger. */
export async function existing(
  client: pg.ClientBase,
  relation: Relation,
  cast: Cast,
): Promise<Row | undefined> {
  const columns = relation.columns.map(({ name }) => `${identifier(name)}::text as ${identifier(name)}`)
  const where = `${identifier(relation.tenant!)} = ${literal(cast.tenantId)}`
  const { rows } = await client.query<Row>(
    `select ${columns.join(', ')} from ${relation.name} where ${where} limit 1`,
  )
  return rows[0]
}
