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

/** The roles of the declared tenant with what they permit, the oldest first: those it was born with lead. */
export async function listRoles(tx: Transaction, { limit, after }: PageRequest): Promise<Page<Role>> {
  authorize(tx, 'roles:read')
  const found = await tx.rows(listOfRoles, [tx.context.tenantId, after ?? beforeEveryId, limit + 1])
  return pageOf(found, limit, (role) => role.id)
}
