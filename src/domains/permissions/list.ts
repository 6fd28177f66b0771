import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { authorize } from '../access/access.ts'

/** Something there is to be allowed: `resource:action`, where either side may be `*`. */
export type CataloguedPermission = { name: string; resource: string; action: string; description: string }

/** More a catalogue for people to choose from does not hold. */
const most = 1000

const listOfPermissions = sql(
  'permissions.list',
  { name: 'text', resource: 'text', action: 'text', description: 'text' },
  'select name, resource, action, description from permissions order by name limit $1',
)

/** The catalogue, the same in every tenant; for whoever may see roles. */
export async function listPermissions(tx: Transaction): Promise<CataloguedPermission[]> {
  authorize(tx, 'roles:read')
  return tx.rows(listOfPermissions, [most])
}
