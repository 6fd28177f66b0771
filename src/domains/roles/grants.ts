import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'

/** What a role permits, as two lists that belong together: the database takes them apart again with unnest. */
export type Grants = { permissions: string[]; scopes: string[] }

const catalogued = sql(
  'roles.catalogued',
  { names: 'text[]' },
  'select array(select name from permissions where name = any ($1)) as names',
)

/** Reads `posts:update:own` and the like. Refuses what the catalogue does not know, by its name. */
export async function readGrants(tx: Transaction, wanted: readonly string[]): Promise<Grants> {
  const grants = [...new Set(wanted)].map((grant) => {
    const own = grant.endsWith(':own')
    return { permission: own ? grant.slice(0, -':own'.length) : grant, scope: own ? 'own' : 'any' }
  })
  const permissions = grants.map((grant) => grant.permission)
  const known = await tx.row(catalogued, [permissions])
  const unknown = permissions.filter((permission) => !known!.names.includes(permission))
  if (unknown.length > 0) throw notInCatalogue(unknown)
  return { permissions, scopes: grants.map((grant) => grant.scope) }
}

function notInCatalogue(unknown: string[]): Refusal {
  const named = unknown.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 101)))
  const more = unknown.length > named.length ? ' and more' : ''
  return new Refusal(
    'invalid_request',
    `there is no permission ${named.join(', ')}${more}`,
    'choose from the catalogue of permissions; ":own" behind one limits it to what the user made',
  )
}

const insertGrants = sql(
  'roles.insert_grants',
  {},
  `insert into role_permissions (tenant_id, role_id, permission, scope)
   select $1, $2, wanted.permission, wanted.scope
   from unnest($3::text[], $4::text[]) as wanted (permission, scope)
   where not exists (
     select from role_permissions rp
     where rp.tenant_id = $1 and rp.role_id = $2
       and rp.permission = wanted.permission and rp.scope = wanted.scope
   )`,
)

/** Sends along what the role shall permit and does not yet: nobody gives again what is there. */
export function queueGrants(tx: Transaction, roleId: string, { permissions, scopes }: Grants): void {
  tx.queue(insertGrants, [tx.context.tenantId, roleId, permissions, scopes])
}

const deleteOtherGrants = sql(
  'roles.delete_other_grants',
  {},
  `delete from role_permissions rp
   where rp.tenant_id = $1 and rp.role_id = $2
     and not exists (
       select from unnest($3::text[], $4::text[]) as wanted (permission, scope)
       where wanted.permission = rp.permission and wanted.scope = rp.scope
     )`,
)

/** Sends along the end of what the role shall permit no longer. */
export function queueEndOfOtherGrants(
  tx: Transaction,
  roleId: string,
  { permissions, scopes }: Grants,
): void {
  tx.queue(deleteOtherGrants, [tx.context.tenantId, roleId, permissions, scopes])
}
