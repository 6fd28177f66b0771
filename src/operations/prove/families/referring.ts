import { equal, identifier, literal, type Attack, type Family, type Scene } from '../attack.ts'
import { insertOf, type Row } from '../cast.ts'
import type { Reference, Relation } from '../catalogue.ts'
import { tenantTables } from '../plant.ts'

/**
 * Every reference to a tenant's table, pointed at a row of another tenant, by a row that comes and by one that is there.
 * Also where the reference is gone and only its columns are left: they are known by the columns alone then, so a table is
 * asked about every column that is named like one of another table's references.
 */
export const referring: Family = {
  name: 'reference',
  about: 'every foreign key, pointed at a row of the other tenant',
  attacks: (scene) =>
    tenantTables(scene.catalogue).flatMap((relation) =>
      pointers(relation, scene).flatMap((one) => attacksOf(relation, one, scene)),
    ),
}

/** What points at tenants' rows: foreign keys, and columns that are called like one but bear none. */
function pointers(relation: Relation, { catalogue }: Scene): Reference[] {
  const tables = tenantTables(catalogue).filter(({ name }) => name !== 'public.tenants')
  const declared = relation.references.filter(({ to }) => tables.some(({ name }) => name === to))
  const covered = new Set(relation.references.flatMap(({ columns }) => columns))
  const seeming = relation.columns
    .filter(
      ({ name, base }) =>
        base === 'uuid' &&
        /_(id|by)$/.test(name) &&
        name !== relation.tenant &&
        !covered.has(name) &&
        !forgets(relation),
    )
    .flatMap(({ name }): Reference[] => {
      const to =
        tables.find((table) => table.name === `public.${name.replace(/_id$/, '')}s`) ??
        (name.endsWith('_by') ? tables.find((table) => table.name === 'public.users') : undefined)
      return to
        ? [{ name: `${name}, which refers to nothing`, columns: [name], to: to.name, theirs: ['id'] }]
        : []
    })
  return [...declared, ...seeming]
}

/** A log outlives what it speaks of, so it refers to nothing. */
function forgets({ name }: Relation): boolean {
  return /log|history|event/.test(name)
}

function attacksOf(
  relation: Relation,
  { name: key, columns, to, theirs }: Reference,
  { own, other }: Scene,
): Attack[] {
  const target = other.rows.get(to)
  const row = own.rows.get(relation.name)
  if (!target || !row) return []
  const pointing: Row = Object.fromEntries(columns.map((column, i) => [column, target[theirs[i]!] ?? null]))
  const changed = columns.filter((column) => column !== relation.tenant)
  const attack = { on: relation.name, role: 'reeve_app', harm: 'writes', context: 'own' } as const
  const spare = { ...own.spares.get(relation.name)!, ...pointing, [relation.tenant!]: own.tenantId }
  const where =
    relation.primary.length > 0
      ? equal(row, relation.primary)
      : `${identifier(relation.tenant!)} = ${literal(own.tenantId)}`
  const found: Attack[] = [
    { ...attack, name: `insert, ${key}`, sql: insertOf(relation, spare, true) },
    {
      ...attack,
      name: `update, ${key}`,
      sql: `update ${relation.name} set ${equal(pointing, changed, ', ')} where ${where}`,
    },
  ]
  // A key that begins with the tenant may still be satisfied with the tenant of the target, if the row may carry it.
  if (columns.includes(relation.tenant!))
    found.push({
      ...attack,
      name: `insert with its tenant, ${key}`,
      sql: insertOf(relation, { ...spare, [relation.tenant!]: other.tenantId }, true),
    })
  return found
}
