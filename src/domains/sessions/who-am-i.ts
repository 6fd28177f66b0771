import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { ownAccount } from './own-account.ts'

/** Who somebody is in one tenant. A permission over their own things alone ends in `:own`. */
export type Membership = {
  tenantId: string
  userId: string
  name: string
  slug: string
  roles: string[]
  permissions: string[]
}
export type Whoami = { account: { id: string; email: string; name: string }; tenants: Membership[] }

const accountWithTenants = sql(
  'sessions.who_am_i',
  { id: 'uuid', email: 'text', name: 'text', tenants: json<Membership[]>() },
  `select a.account_id as id, a.email, a.name, coalesce(t.tenants, '[]') as tenants
   from reeve.account_by_id($1) a
   cross join lateral (
     select jsonb_agg(jsonb_build_object(
              'tenantId', o.tenant_id, 'userId', o.user_id, 'name', o.name, 'slug', o.slug,
              'roles', o.roles, 'permissions', o.permissions) order by o.name, o.tenant_id) as tenants
     from reeve.tenants_of(a.account_id) o
   ) t`,
)

/** The account that asks, and who it is in each of its tenants (a hundred at most). */
export async function whoAmI(tx: Transaction): Promise<Whoami> {
  const found = await tx.row(accountWithTenants, [ownAccount(tx)])
  if (!found) throw new Refusal('not_signed_in', 'this account is gone', 'sign in with another one')
  const { tenants, ...account } = found
  return { account, tenants }
}
