import {
  contexts,
  equal,
  identifier,
  literal,
  type Attack,
  type Family,
  type Role,
  type Scene,
} from '../attack.ts'
import type { Relation } from '../catalogue.ts'

/** Tables, their partitions and views: whatever has a tenant's rows can be asked for another's. */
export function withTenant({ catalogue }: Scene): Relation[] {
  return catalogue.relations.filter(({ tenant, columns }) => tenant && columns.length > 0)
}

export function ofOther({ tenant }: Relation, { other }: Scene): string {
  return `${identifier(tenant!)} = ${literal(other.tenantId)}`
}

export const reading: Family = {
  name: 'read',
  about: 'select, in every shape, by the server and by who reads for statistics',
  attacks: (scene) =>
    withTenant(scene).flatMap((relation) =>
      (['reeve_app', 'reeve_readonly'] as const).flatMap((role) => [
        ...readings(relation, role, scene),
        ...controls(relation, role, scene),
      ]),
    ),
}

function readings(relation: Relation, role: Role, scene: Scene): Attack[] {
  const { name, tenant, partition, secured, kind } = relation
  const { own, other } = scene
  const theirs = ofOther(relation, scene)
  const row = other.rows.get(name)
  const attack = { on: name, role, harm: 'reads' } as const
  const inAll = contexts.flatMap((context): Attack[] => [
    { ...attack, context, name: 'select by tenant', sql: `select 1 from ${name} where ${theirs} limit 5` },
    {
      ...attack,
      context,
      name: 'select what is not declared',
      sql: `select 1 from ${name} where ${identifier(tenant!)} <> ${literal(own.tenantId)} limit 5`,
    },
  ])
  // Where a partition or view knows no policy of its own, being let in is enough: today's rows may lie elsewhere.
  const letIn: Attack[] =
    partition && !secured
      ? [
          {
            ...attack,
            harm: 'succeeds',
            context: 'own',
            name: 'a partition asked directly',
            sql: `select 1 from ${name} limit 1`,
          },
        ]
      : []
  const inOwn: [string, string][] = [
    ['select whole rows', `select t::text from ${name} t where ${theirs} limit 5`],
    ['select for update', `select 1 from ${name} where ${theirs} limit 5 for update`],
    ['select for key share', `select 1 from ${name} where ${theirs} limit 5 for key share`],
    [
      'join with itself',
      `select 1 from ${name} a join ${name} b on b.${identifier(tenant!)} <> a.${identifier(tenant!)} limit 5`,
    ],
    [
      'what was prepared',
      `with t as materialized (select * from ${name}) select 1 from t where ${theirs} limit 5`,
    ],
    [
      'a count of all',
      `select 1 from (select count(*) filter (where ${theirs}) as n from ${name}) t where n > 0`,
    ],
  ]
  if (row && relation.primary.length > 1) {
    const key = relation.primary.filter((column) => column !== tenant)
    inOwn.push([
      'select by id alone',
      `select 1 from ${name} where ${equal(row, key)} and ${identifier(tenant!)} <> ${literal(own.tenantId)} limit 5`,
    ])
  }
  const plain =
    kind === 'view' || kind === 'matview' ? inOwn.filter(([what]) => !what.startsWith('select for')) : inOwn
  const statistics: Attack = {
    ...attack,
    context: 'own',
    name: 'values kept by analyze',
    sql: `select 1 from pg_stats where format('%I.%I', schemaname, tablename) = ${literal(name)} limit 5`,
  }
  return [
    ...inAll,
    ...letIn,
    ...plain.map(([what, sql]): Attack => ({ ...attack, context: 'own', name: what, sql })),
    statistics,
  ]
}

/** A tenant that does not see its own rows proves nothing by not seeing those of others. */
function controls(
  { name, tenant, partition, kind, columns }: Relation,
  role: Role,
  { own }: Scene,
): Attack[] {
  if (partition || !/table|partitioned/.test(kind) || !own.rows.has(name)) return []
  const told = columns.find((column) => column.name === tenant)!
  if (!(role === 'reeve_app' ? told.selects : told.reads)) return []
  const sql = `select 1 from ${name} where ${identifier(tenant!)} = ${literal(own.tenantId)} limit 1`
  return [{ on: name, role, harm: 'control', context: 'own', name: 'select of its own', sql }]
}
