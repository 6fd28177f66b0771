import { randomUUID } from 'node:crypto'
import { equal, identifier, literal, type Attack, type Family, type Scene } from '../attack.ts'
import { insertOf, newCast, type Row } from '../cast.ts'
import type { Key, Relation } from '../catalogue.ts'
import { tenantTables } from '../plant.ts'

/** Does what PostgreSQL answers tell whether the other tenant has a value? Each is asked twice: with what it has, and with what nobody has. */
export const telling: Family = {
  name: 'tell',
  about: 'whether an error or an outcome tells that the other tenant has a value',
  attacks: (scene) =>
    tenantTables(scene.catalogue).flatMap((relation) => {
      const row = scene.other.rows.get(relation.name)
      if (!row || !scene.own.spares.has(relation.name)) return []
      const keys = [
        ...relation.uniques,
        ...relation.references.filter(({ to }) => !isOpen(to, scene)),
        ...relation.checks,
      ]
      return keys.flatMap((key) => pairs(relation, key, row, scene))
    }),
}

function pairs(relation: Relation, { name: key, columns }: Key, row: Row, { own, other }: Scene): Attack[] {
  const { tenant, name, primary } = relation
  const asked = columns.filter((column) => column !== tenant && row[column] != null)
  const attack = { on: name, role: 'reeve_app', harm: 'differs', context: 'own' } as const
  const base = { ...own.spares.get(name)!, [tenant!]: own.tenantId }
  const had = Object.fromEntries(asked.map((column) => [column, row[column]!]))
  const free = Object.fromEntries(asked.map((column) => [column, nobodys(relation, column, row[column]!)]))
  if (asked.every((column) => had[column] === free[column])) return []
  const where =
    primary.length > 0
      ? equal(own.rows.get(name)!, primary)
      : `${identifier(tenant!)} = ${literal(own.tenantId)}`
  const update = (values: Row) => `update ${name} set ${equal(values, asked, ', ')} where ${where}`
  const foreign = (values: Row) => insertOf(relation, { ...row, ...values, [tenant!]: other.tenantId }, true)
  const insert = (values: Row) => insertOf(relation, { ...base, ...values }, true)
  const kinds: [string, (values: Row) => string][] = [
    [`insert, ${key}`, insert],
    [`insert unless it is there, ${key}`, (values) => `${insert(values)} on conflict do nothing`],
    [`insert for it, ${key}`, foreign],
    [`insert for it unless it is there, ${key}`, (values) => `${foreign(values)} on conflict do nothing`],
    [`update, ${key}`, update],
  ]
  return kinds.map(([what, make]): Attack => ({ ...attack, name: what, sql: make(had), against: make(free) }))
}

/** What the server may read anyway is no secret. */
function isOpen(name: string, { catalogue }: Scene): boolean {
  const { tenant, columns } = catalogue.relations.find((one) => one.name === name)!
  return tenant === undefined && columns.every(({ selects }) => selects)
}

/** A value of the same form that nobody has. What has few values, such as a state, stays: it tells nothing of anybody. */
function nobodys(relation: Relation, name: string, value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return randomUUID()
  const inside = /[0-9a-f]{10}/.exec(value)
  if (inside) return value.replaceAll(inside[0], newCast().nonce)
  const { base } = relation.columns.find((one) => one.name === name)!
  return /^(int|numeric|float)/.test(base) && relation.uniques.some(({ columns }) => columns.includes(name))
    ? String(Number(value) + 7)
    : value
}
