import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { spelledName } from '../spelling.ts'
import { loadTenant } from './read.ts'
import { slugFrom, withSuffix } from './slug.ts'
import type { Tenant } from './tenant.ts'

export type NewTenant = {
  /** Also the tenant that the transaction declared: nobody writes into another one. */
  tenantId: string
  name: string
  /** Made from the name where none is wished. */
  slug?: string | undefined
  owner: { userId: string; accountId: string; email: string; name: string }
}

/** So many tenants may know one account: sign-in lists no more. */
export const tenantsPerAccount = 100

/**
 * Makes a tenant with its system roles and its first owner. A wished short name that is taken is refused
 * (`name_taken`); one that was made from the name gives way instead. No permission is asked for: an account founds
 * for itself, the operator for anybody.
 */
export async function foundTenant(tx: Transaction, wanted: NewTenant): Promise<Tenant> {
  const { tenantId, slug, owner } = wanted
  const name = spelledName(wanted.name)
  onlyForOneself(tx, owner.accountId)
  await refuseTooMany(tx, owner.accountId)

  const wish = slug ?? slugFrom(name)
  if (!(await insertTenant(tx, tenantId, wish, name))) {
    if (slug !== undefined) throw slugTaken()
    if (!(await insertTenant(tx, tenantId, withSuffix(wish), name))) throw slugTaken()
  }
  tx.queue(furnishTenant, [tenantId])
  tx.queue(insertOwner, [tenantId, owner.userId, owner.accountId, owner.email, owner.name])
  tx.queue(assignOwner, [tenantId, owner.userId])
  return loadTenant(tx)
}

function onlyForOneself({ context: { actor } }: Transaction, accountId: string): void {
  if (actor.kind === 'operator' || (actor.kind === 'account' && actor.accountId === accountId)) return
  throw new Refusal(
    'not_allowed',
    'a tenant is founded by its first owner',
    'sign in as the one who shall own it',
  )
}

const lockAccount = sql(
  'tenants.lock_founder',
  {},
  `select from pg_advisory_xact_lock(hashtextextended('reeve.found_tenant:' || $1::text, 0))`,
)
const countTenants = sql(
  'tenants.count_of_account',
  { tenants: 'int8' },
  'select count(*) as tenants from reeve.tenants_of($1)',
)

/** Two foundings at once are counted one after the other. */
async function refuseTooMany(tx: Transaction, accountId: string): Promise<void> {
  tx.queue(lockAccount, [accountId])
  const count = await tx.row(countTenants, [accountId])
  if (count!.tenants < tenantsPerAccount) return
  throw new Refusal(
    'too_many_tenants',
    `this account already belongs to ${tenantsPerAccount} tenants`,
    'leave or delete one of them first, or use another account',
  )
}

// Nobody can look up another tenant's short name; one runs into it.
const insert = sql(
  'tenants.insert',
  {},
  'insert into tenants (id, slug, name) values ($1, $2, $3) on conflict (slug) do nothing',
)

async function insertTenant(tx: Transaction, id: string, slug: string, name: string): Promise<boolean> {
  return (await tx.run(insert, [id, slug, name])) === 1
}

function slugTaken(): Refusal {
  return new Refusal('name_taken', 'another tenant already has this short name', 'choose another one')
}

const furnishTenant = sql('tenants.furnish', {}, 'select from reeve.tenant_furnish($1)')
const insertOwner = sql(
  'tenants.insert_owner',
  {},
  'insert into users (tenant_id, id, account_id, email, name) values ($1, $2, $3, $4, $5)',
)
const assignOwner = sql(
  'tenants.assign_owner',
  {},
  `insert into user_roles (tenant_id, user_id, role_id)
   select tenant_id, $2, id from roles where tenant_id = $1 and is_system and name = 'owner'`,
)
