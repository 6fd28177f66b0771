import { inTenant, type Context, type Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { uuidV7 } from '../foundation/id.ts'

/** A tenant with its owner, who is signed in. */
export type Tenant = { tenantId: string; owner: Person }
/** A user of a tenant, and the context in which they act. */
export type Person = { userId: string; accountId: string; email: string; context: Context }

const addAccount = sql('testing.account', {}, 'select from reeve.account_create($1, $2, $3, $4)')
const addTenant = sql('testing.tenant', {}, 'insert into tenants (id, slug, name) values ($1, $2, $3)')
const furnish = sql('testing.furnish', { role: 'uuid' }, 'select reeve.tenant_furnish($1) as role')
const addUser = sql(
  'testing.user',
  {},
  'insert into users (tenant_id, id, account_id, email, name) values ($1, $2, $3, $4, $5)',
)
const giveRoleById = sql(
  'testing.role_by_id',
  {},
  'insert into user_roles (tenant_id, user_id, role_id) values ($1, $2, $3)',
)
const giveRole = sql(
  'testing.role',
  {},
  'insert into user_roles (tenant_id, user_id, role_id) select $1, $2, id from roles where tenant_id = $1 and name = any ($3)',
)

let serial = 0

/** A tenant of its own for a test, with an owner. */
export async function aTenant(database: Database, name = 'Acme'): Promise<Tenant> {
  const tenantId = uuidV7()
  const owner = aPerson(tenantId, 'owner')
  const slug = `${name.toLowerCase()}-${tenantId.slice(-12)}`
  await inTenant(database, birth(owner), async (tx) => {
    tx.queue(addAccount, [owner.accountId, owner.email, 'Olive Owner', null])
    tx.queue(addTenant, [tenantId, slug, name])
    const { role } = (await tx.row(furnish, [tenantId]))!
    tx.queue(addUser, [tenantId, owner.userId, owner.accountId, owner.email, 'Olive Owner'])
    tx.queue(giveRoleById, [tenantId, owner.userId, role])
  })
  return { tenantId, owner }
}

/** Another user of a tenant, with the roles named (`member` unless said otherwise). */
export async function aUser(
  database: Database,
  { tenantId }: Tenant,
  { name = 'Mia Member', roles = ['member'] }: { name?: string; roles?: string[] } = {},
): Promise<Person> {
  const person = aPerson(tenantId, 'user')
  await inTenant(database, birth(person), async (tx) => {
    tx.queue(addAccount, [person.accountId, person.email, name, null])
    tx.queue(addUser, [tenantId, person.userId, person.accountId, person.email, name])
    tx.queue(giveRole, [tenantId, person.userId, roles])
  })
  return person
}

function aPerson(tenantId: string, what: string): Person {
  const userId = uuidV7()
  const accountId = uuidV7()
  const context: Context = { tenantId, actor: { kind: 'user', userId, accountId }, requestId: 'test' }
  return { userId, accountId, email: `${what}-${++serial}-${userId.slice(-6)}@example.com`, context }
}

/** The context in which somebody is made: nobody's authority but the account's own. */
function birth({ context, accountId }: Person): Context {
  return { ...context, actor: { kind: 'account', accountId } }
}
