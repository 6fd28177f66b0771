import type pg from 'pg'
import { identifier, literal } from './attack.ts'
import { birth, insertOf, newCast, type Cast, type Row } from './cast.ts'
import type { Catalogue, Relation } from './catalogue.ts'
import { existing, forge } from './forge.ts'

/** A table of which nothing could be proven, and why. */
export type Barren = { on: string; why: string }

/** What belongs to a tenant and has rows of its own; a partition has those of its parent. */
export function tenantTables({ relations }: Catalogue): Relation[] {
  return relations.filter(
    ({ kind, partition, tenant }) => tenant && !partition && /table|partitioned/.test(kind),
  )
}

/** A new tenant with rows in every table, parents first. Says for which tables it could make none. */
export async function plant(
  client: pg.ClientBase,
  catalogue: Catalogue,
): Promise<{ cast: Cast; barren: Barren[] }> {
  const cast = newCast()
  for (const statement of birth(cast)) await client.query(statement)
  const barren: Barren[] = []
  const tables = tenantTables(catalogue)
  const parents = sharedParents(catalogue, tables)
  for (const relation of parents) {
    const row =
      (await forge(client, relation, cast).catch(() => undefined)) ?? (await anyRow(client, relation))
    if (row) cast.rows.set(relation.name, row)
  }
  for (const relation of parentsFirst(tables)) {
    const born = await existing(client, relation, cast)
    if (born) cast.rows.set(relation.name, born) // what a table refers to in itself
    const row = await whole(client, () => forge(client, relation, cast)).catch((error: Error) => {
      if (!born) barren.push({ on: relation.name, why: error.message })
      return born
    })
    if (!row) continue
    cast.rows.set(relation.name, row)
    cast.spares.set(relation.name, (await spareOf(client, relation, cast)) ?? row)
  }
  await count(client, tables, cast)
  return { cast, barren }
}

/** A row that keeps also what is asked at the commit: some are sound only together with others. */
async function whole<T>(client: pg.ClientBase, make: () => Promise<T>): Promise<T> {
  await client.query('savepoint whole')
  try {
    const made = await make()
    await client.query('set constraints all immediate')
    await client.query('set constraints all deferred')
    return made
  } catch (error) {
    await client.query('rollback to savepoint whole')
    throw error
  }
}

/** What makes a tenant again just as it was: for whoever wants to see an attack with their own eyes. */
export function replanting(catalogue: Catalogue, cast: Cast): string[] {
  const tables = [
    ...sharedParents(catalogue, tenantTables(catalogue)),
    ...parentsFirst(tenantTables(catalogue)),
  ]
  const rows = tables.flatMap((relation) => {
    const row = cast.rows.get(relation.name)
    return row && relation.name !== 'public.tenants'
      ? [`${insertOf(relation, row)} on conflict do nothing`]
      : []
  })
  return [...birth(cast), ...rows]
}

/** Another row as this one could be, tried and taken back. */
async function spareOf(client: pg.ClientBase, relation: Relation, cast: Cast): Promise<Row | undefined> {
  const tenantId = relation.tenant === 'id' ? newCast().tenantId : cast.tenantId
  const other = { ...cast, tenantId, nonce: `${newCast().nonce.slice(0, 6)}${cast.nonce.slice(0, 4)}` }
  await client.query('savepoint spare')
  try {
    return await forge(client, relation, other)
  } catch {
    return undefined
  } finally {
    await client.query('rollback to savepoint spare')
  }
}

/** Tables of nobody that tenants' tables refer to. */
function sharedParents({ relations }: Catalogue, tables: Relation[]): Relation[] {
  const referred = new Set(tables.flatMap(({ references }) => references.map(({ to }) => to)))
  return relations.filter(({ name, tenant }) => !tenant && referred.has(name))
}

function parentsFirst(tables: Relation[]): Relation[] {
  const placed: Relation[] = []
  for (let left = tables; left.length > 0;) {
    const isPlaced = (name: string) => !left.some((one) => one.name === name)
    const ready = left.filter(({ name, references }) =>
      references.every(({ to }) => to === name || isPlaced(to)),
    )
    const next = ready.length > 0 ? ready : left.slice(0, 1) // two that refer to each other
    placed.push(...next)
    left = left.filter((one) => !next.includes(one))
  }
  return placed
}

async function anyRow(client: pg.ClientBase, { name, columns }: Relation): Promise<Row | undefined> {
  const wanted = columns.map((column) => `${identifier(column.name)}::text as ${identifier(column.name)}`)
  const { rows } = await client.query<Row>(`select ${wanted.join(', ')} from ${name} limit 1`)
  return rows[0]
}

async function count(client: pg.ClientBase, tables: Relation[], cast: Cast): Promise<void> {
  for (const { name, tenant } of tables) {
    const where = `${identifier(tenant!)} = ${literal(cast.tenantId)}`
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::integer as n from ${name} where ${where}`,
    )
    cast.counts.set(name, rows[0]!.n)
  }
}
