import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { beyondEveryId, pageOf, type Page, type PageRequest } from '../page.ts'
import { matches } from './search.ts'
import { sortedPeople, type UserSort } from './sort.ts'
import { userColumns, userFields, withRoles, type Person, type User } from './user.ts'

/** Which people: all of these must hold. `q` is part of a name, user name or address; `email` is a whole address. */
export type UserFilter = {
  email?: string | undefined
  isActive?: boolean | undefined
  roleId?: string | undefined
  q?: string | undefined
}

/**
 * The people of the declared tenant with their roles, the newest first or as `sort` says. Only one of `email`, `q` and
 * `sort` can be asked for, and `sort` not together with `roleId`: no index knows both.
 */
export async function listUsers(
  tx: Transaction,
  wanted: PageRequest & UserFilter & { sort?: UserSort | undefined },
): Promise<Page<User>> {
  const { sort, ...filter } = wanted
  refuseTogether({ sort, q: wanted.q, email: wanted.email })
  refuseTogether({ sort, roleId: wanted.roleId })
  authorize(tx, 'users:read')
  const { items, next } =
    sort === undefined ? await usualOrder(tx, filter) : await sortedPeople(tx, { ...filter, sort })
  return { items: await withRoles(tx, items), next }
}

// Each filter walks an index of its own; one statement for all of them would be planned for none.
const listAll = sql(
  'users.list',
  userColumns,
  `select ${userFields} from users u
   where u.tenant_id = $1 and u.id < $2
   order by u.id desc limit $3`,
)
const listByActive = sql(
  'users.list_by_active',
  userColumns,
  `select ${userFields} from users u
   where u.tenant_id = $1 and u.id < $2 and u.is_active = $4
   order by u.id desc limit $3`,
)
const listByRole = sql(
  'users.list_by_role',
  userColumns,
  `select ${userFields} from user_roles held
   join users u on u.tenant_id = $1 and u.id = held.user_id
   where held.tenant_id = $1 and held.role_id = $4 and held.user_id < $2
   order by held.user_id desc limit $3`,
)
// Most people are active, so these walk the role; few are suspended, so "offset 0" makes these the ones to walk.
const listActiveByRole = sql(
  'users.list_active_by_role',
  userColumns,
  `select ${userFields} from user_roles held
   join users u on u.tenant_id = $1 and u.id = held.user_id and u.is_active
   where held.tenant_id = $1 and held.role_id = $4 and held.user_id < $2
   order by held.user_id desc limit $3`,
)
const listSuspendedByRole = sql(
  'users.list_suspended_by_role',
  userColumns,
  `select ${userFields} from users u
   cross join lateral (
     select from user_roles held
     where held.tenant_id = $1 and held.role_id = $4 and held.user_id = u.id
     offset 0
   ) held
   where u.tenant_id = $1 and not u.is_active and u.id < $2
   order by u.id desc limit $3`,
)

const findByEmail = sql(
  'users.list_by_email',
  userColumns,
  `select ${userFields} from users u
   where u.tenant_id = $1 and u.email = $2 and u.id < $3
     and ($4::boolean is null or u.is_active = $4)
     and ($5::uuid is null or exists (
       select from user_roles held where held.tenant_id = $1 and held.role_id = $5 and held.user_id = u.id))`,
)

async function usualOrder(tx: Transaction, wanted: PageRequest & UserFilter): Promise<Page<Person>> {
  const found = await findPage(tx, wanted, wanted.after ?? beyondEveryId, wanted.limit + 1)
  return pageOf(found, wanted.limit, (person) => person.id)
}

function findPage(tx: Transaction, filter: UserFilter, after: string, size: number): Promise<Person[]> {
  const { isActive, roleId, q, email } = filter
  const page = [tx.context.tenantId, after, size]
  if (email !== undefined) {
    return tx.rows(findByEmail, [tx.context.tenantId, normalizeEmail(email), after, isActive, roleId])
  }
  if (q !== undefined) return matches(tx, { q, isActive, roleId, after, size })
  if (roleId === undefined && isActive === undefined) return tx.rows(listAll, page)
  if (roleId === undefined) return tx.rows(listByActive, [...page, isActive])
  if (isActive === undefined) return tx.rows(listByRole, [...page, roleId])
  return tx.rows(isActive ? listActiveByRole : listSuspendedByRole, [...page, roleId])
}

function refuseTogether(asked: Record<string, unknown>): void {
  const names = Object.keys(asked).filter((name) => asked[name] !== undefined)
  if (names.length < 2) return
  throw new Refusal(
    'invalid_request',
    `${names.join(' and ')} cannot be asked for together`,
    `ask with one of them: ${names.join(' or ')}`,
  )
}
