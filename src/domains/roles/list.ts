import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'
import { beforeEveryId, pageOf, type Page, type PageRequest } from '../page.ts'
import { roleColumns, roleFields, type Role } from './role.ts'

const listOfRoles = sql(
  'roles.list',
  roleColumns,
  `select ${roleFields} from roles r
   where r.tenant_id = $1 and r.id > $2
   order by r.id limit $3`,
)

const listByName = sql(
  'roles.list_by_name',
  roleColumns,
  `select ${roleFields} from roles r
   where r.tenant_id = $1 and r.name > $2
   order by r.name limit $3`,
)

/** What roles can be sorted by; by their making, unless asked otherwise. */
export const roleSorts = ['createdAt', 'name'] as const
export type RoleSort = (typeof roleSorts)[number]

/** The roles of the declared tenant with what they permit, the oldest first: those it was born with lead. */
export async function listRoles(
  tx: Transaction,
  { limit, after, sort = 'createdAt' }: PageRequest & { sort?: RoleSort | undefined },
): Promise<Page<Role>> {
  authorize(tx, 'roles:read')
  const { tenantId } = tx.context
  if (sort === 'name') {
    const found = await tx.rows(listByName, [tenantId, after ?? '', limit + 1])
    return pageOf(found, limit, (role) => role.name)
  }
  const found = await tx.rows(listOfRoles, [tenantId, after ?? beforeEveryId, limit + 1])
  return pageOf(found, limit, (role) => role.id)
}
