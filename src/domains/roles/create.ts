import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { authorize } from '../access/access.ts'
import { spelledName } from '../spelling.ts'
import { queueGrants, readGrants } from './grants.ts'
import { loadRole } from './read.ts'
import type { Role } from './role.ts'

export type NewRole = {
  name: string
  description?: string | null | undefined
  permissions?: readonly string[] | undefined
}

const insertRole = sql(
  'roles.insert',
  {},
  'insert into roles (tenant_id, id, name, description) values ($1, $2, $3, $4)',
)

/** Makes a role. Nobody puts more into it than they have (`not_allowed`); its name is free in the tenant. */
export async function createRole(tx: Transaction, role: NewRole): Promise<Role> {
  const { name, description, permissions = [] } = role
  const roleId = uuidV7()
  authorize(tx, 'roles:create')
  const grants = await readGrants(tx, permissions)
  tx.queue(insertRole, [tx.context.tenantId, roleId, spelledName(name), description])
  queueGrants(tx, roleId, grants)
  return loadRole(tx, roleId)
}
