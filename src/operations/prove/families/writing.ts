import {
  equal,
  identifier,
  literal,
  type Attack,
  type ContextName,
  type Family,
  type Scene,
} from '../attack.ts'
import { insertOf } from '../cast.ts'
import type { Relation } from '../catalogue.ts'
import { ofOther, withTenant } from './reading.ts'

const declared: ContextName[] = ['none', 'empty', 'own', 'stranger']

export const writing: Family = {
  name: 'write',
  about: 'insert, update, delete, upsert, merge, with and without returning',
  attacks: (scene) =>
    withTenant(scene).flatMap((relation) =>
      declared.flatMap((context) => writings(relation, context, scene)),
    ),
}

/** A column that the server may change, to the value it has; where it may change none, the tenant. */
export function untouched({ columns, tenant, primary }: Relation): string {
  const able = columns.filter(({ generated, identity }) => !generated && !identity)
  const harmless = able.find(({ name, updates }) => updates && name !== tenant && !primary.includes(name))
  const column = identifier((harmless ?? able.find(({ updates }) => updates) ?? able[0]!).name)
  return `${column} = ${column}`
}

/** A partition has what its parent has. */
export function rowsFor(relation: Relation, { catalogue, other }: Scene) {
  const parent =
    relation.partition || relation.kind === 'view' ? likeliest(relation, catalogue.relations) : relation
  const name = parent?.name ?? relation.name
  return { row: other.rows.get(name), spare: other.spares.get(name) }
}

function likeliest({ columns, name }: Relation, relations: Relation[]): Relation | undefined {
  const names = columns.map((column) => column.name).join()
  return relations.find(
    (one) =>
      !one.partition &&
      one.kind !== 'view' &&
      one.name !== name &&
      one.columns.map((column) => column.name).join() === names,
  )
}

function writings(relation: Relation, context: ContextName, scene: Scene): Attack[] {
  const { name, primary } = relation
  const theirs = ofOther(relation, scene)
  const same = untouched(relation)
  const { row, spare } = rowsFor(relation, scene)
  const attack = { on: name, role: 'reeve_app', harm: 'writes', context } as const
  const found: [string, string][] = [
    ['update', `update ${name} set ${same} where ${theirs}`],
    ['update, returning', `update ${name} set ${same} where ${theirs} returning 1`],
    ['delete', `delete from ${name} where ${theirs}`],
    ['delete, returning', `delete from ${name} where ${theirs} returning 1`],
  ]
  const most = context === 'own' ? (scene.own.counts.get(name) ?? 0) : 0
  const given = scene.own.spares.get(name)
  const column = blindly(relation)
  // What reads nothing needs no permission to read, and so no policy for reading stands in its way.
  const blind: [string, string][] = [['delete, blindly', `delete from ${name}`]]
  if (given && column)
    blind.push(['update, blindly', `update ${name} set ${identifier(column)} = ${literal(given[column])}`])
  if (scene.catalogue.version >= 150000 && relation.kind !== 'view') {
    found.push(
      [
        'merge, update',
        `merge into ${name} t using (select 1) s on t.${theirs} when matched then update set ${same.replace('= ', '= t.')}`,
      ],
      ['merge, delete', `merge into ${name} t using (select 1) s on t.${theirs} when matched then delete`],
    )
  }
  if (spare) {
    const insert = insertOf(relation, spare, true)
    found.push(['insert', insert], ['insert, returning', `${insert} returning 1`])
    if (spare !== row) found.push(['insert unless it is there', `${insert} on conflict do nothing`])
  }
  if (row && primary.length > 0) {
    const upsert = `${insertOf(relation, row, true)} on conflict (${primary.map(identifier).join(', ')}) do update set ${same.replace(/= /, `= excluded.`)}`
    found.push(['upsert', upsert], ['upsert, returning', `${upsert} returning 1`])
  }
  return [
    ...found.map(([what, sql]): Attack => ({ ...attack, name: what, sql })),
    ...blind.map(([what, sql]): Attack => ({ ...attack, name: what, sql, most })),
  ]
}

/** A column that all rows may have alike. */
function blindly({ columns, tenant, uniques, references }: Relation): string | undefined {
  const keys = new Set([...uniques, ...references].flatMap((key) => key.columns))
  const able = columns.filter(
    ({ name, updates, generated, identity }) =>
      updates && !generated && !identity && name !== tenant && !keys.has(name),
  )
  return (able.find(({ filled, base }) => !filled || base.startsWith('timestamp')) ?? able[0])?.name
}

export const moving: Family = {
  name: 'move',
  about: 'a row given to another tenant, or taken from it',
  attacks: (scene) =>
    withTenant(scene).flatMap((relation): Attack[] => {
      const { name, tenant, primary } = relation
      const { own, other } = scene
      const row = own.rows.get(name)
      const column = identifier(tenant!)
      const attack = { on: name, role: 'reeve_app', harm: 'writes', context: 'own' } as const
      const mine = row && primary.length > 0 ? equal(row, primary) : `${column} = ${literal(own.tenantId)}`
      const give = `update ${name} set ${column} = ${literal(other.tenantId)} where ${mine}`
      const take = `update ${name} set ${column} = ${literal(own.tenantId)} where ${ofOther(relation, scene)}`
      return [
        { ...attack, name: 'give away', sql: give },
        { ...attack, name: 'give away, returning', sql: `${give} returning 1` },
        { ...attack, name: 'take', sql: take },
        { ...attack, name: 'take, returning', sql: `${take} returning 1` },
      ]
    }),
}

/**
 * The same with triggers silenced, foreign keys among them. What a rule refuses too is still a policy's to refuse: one
 * guard must not hide that the other is gone.
 */
export const alone: Family = {
  name: 'bare',
  about: 'writes and moves with rules and foreign keys silenced: policies alone',
  attacks: (scene) =>
    [...writing.attacks(scene), ...moving.attacks(scene)]
      .filter(({ name, context }) => !name.endsWith('returning') && (context === 'own' || context === 'none'))
      .map((attack) => ({ ...attack, bare: true })),
}
