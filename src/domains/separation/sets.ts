import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { beforeEveryId, pageOf, type Page, type PageRequest } from '../page.ts'
import { spelledName } from '../spelling.ts'
import { loadSet, noSuchSet, queueJudgement, setColumns, setFields, type SeparationSet } from './set.ts'

const list = sql(
  'separation.list',
  setColumns,
  `select ${setFields} from separation_sets s
   where s.tenant_id = $1 and s.id > $2
   order by s.id limit $3`,
)

/** The sets of the declared tenant, the oldest first: SsdRoleSets. */
export async function listSets(tx: Transaction, { limit, after }: PageRequest): Promise<Page<SeparationSet>> {
  authorize(tx, 'roles:read')
  const found = await tx.rows(list, [tx.context.tenantId, after ?? beforeEveryId, limit + 1])
  return pageOf(found, limit, (set) => set.id)
}

/** One set: SsdRoleSetRoles and SsdRoleSetCardinality. */
export async function readSet(tx: Transaction, setId: string): Promise<SeparationSet> {
  authorize(tx, 'roles:read')
  return loadSet(tx, setId)
}

export type NewSet = { name: string; cardinality?: number | undefined; roleIds: readonly string[] }

const insert = sql(
  'separation.insert',
  {},
  'insert into separation_sets (tenant_id, id, name, cardinality) values ($1, $2, $3, $4)',
)
const insertRoles = sql(
  'separation.insert_roles',
  {},
  `insert into separation_set_roles (tenant_id, set_id, role_id)
   select $1, $2, wanted.role_id from unnest($3::uuid[]) as wanted (role_id)
   on conflict do nothing`,
)

/**
 * Separates duties: CreateSsdSet. From now on nobody is given so many of these roles. Refused (`duties_separated`) where
 * somebody has them already.
 */
export async function createSet(
  tx: Transaction,
  { name, cardinality = 2, roleIds }: NewSet,
): Promise<SeparationSet> {
  const setId = uuidV7()
  authorize(tx, 'roles:separate')
  const { tenantId } = tx.context
  tx.queue(insert, [tenantId, setId, spelledName(name), cardinality])
  tx.queue(insertRoles, [tenantId, setId, roleIds])
  queueJudgement(tx)
  return loadSet(tx, setId)
}

export type SetChanges = { name?: string | undefined; cardinality?: number | undefined }

const change = sql(
  'separation.update',
  {},
  `update separation_sets set name = coalesce($3, name), cardinality = coalesce($4, cardinality)
   where tenant_id = $1 and id = $2`,
)

/** Renames a set, or says how many of its roles are too many: SetSsdSetCardinality. */
export async function updateSet(
  tx: Transaction,
  setId: string,
  { name, cardinality }: SetChanges,
): Promise<SeparationSet> {
  authorize(tx, 'roles:separate')
  tx.queue(change, [tx.context.tenantId, setId, name === undefined ? null : spelledName(name), cardinality])
  queueJudgement(tx)
  return loadSet(tx, setId)
}

const remove = sql('separation.delete', {}, 'delete from separation_sets where tenant_id = $1 and id = $2')

/** Separates these duties no longer: DeleteSsdSet. */
export async function deleteSet(tx: Transaction, setId: string): Promise<void> {
  authorize(tx, 'roles:separate')
  if ((await tx.run(remove, [tx.context.tenantId, setId])) === 0) noSuchSet()
}
