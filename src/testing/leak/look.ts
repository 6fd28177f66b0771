import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Home } from './homes.ts'

/** A tenant saw what is not theirs, or something was left where nothing may be. */
export class Leak extends Error {
  override readonly name = 'Leak'
}

// No tenant is named: whatever is kept apart here, row-level security keeps apart.
const visible = `
  select id as tenant, name::text as words from tenants
  union all select tenant_id, name || ' ' || email from users
  union all select tenant_id, name from roles
  union all select tenant_id, title || ' ' || content from posts
  union all select tenant_id, content from comments
  union all (select tenant_id, concat_ws(' ', request_id, old_values, new_values) from audit_logs
             order by created_at desc limit 20)`

/** All that this transaction sees, and as whom PostgreSQL takes it. */
export const everything = sql(
  'leak.everything',
  { tenant: 'uuid?', actor: 'text', rows: 'text[]', pid: 'int4' },
  `select reeve.tenant_id() as tenant, coalesce(current_setting('reeve.actor', true), '') as actor,
          coalesce((select array_agg(tenant || ' ' || words) from (${visible}) as all_of_it), '{}') as rows,
          pg_backend_pid() as pid`,
)

/** What must be there at least: a tenant, its owner, roles, a post, a comment, and what was logged of them. */
const fewest = 10

/** A look around in a transaction: all of one's own, and nothing else. Tells where PostgreSQL serves it. */
export async function look(tx: Transaction, home: Home): Promise<number> {
  const { tenant, actor, rows, pid } = (await tx.row(everything, []))!
  if (tenant !== home.tenantId) throw new Leak(`${home.sentinel} is taken for ${tenant}`)
  if (!actor.includes(home.owner.userId)) throw new Leak(`${home.sentinel} acts as ${actor}`)
  if (rows.length < fewest) throw new Leak(`${home.sentinel} sees only ${rows.length} rows of its own`)
  for (const row of rows) theirsAlone(home, row, row.slice(0, 36))
  return pid
}

/** Words that a home was given: its own sentinel and no other, and of its own tenant. */
export function theirsAlone(home: Home, words: string, tenantId: string): void {
  if (tenantId !== home.tenantId) throw new Leak(`${home.sentinel} sees ${tenantId}: ${words}`)
  for (const [sentinel] of words.matchAll(/sentinel-\d{4}/g)) {
    if (sentinel !== home.sentinel) throw new Leak(`${home.sentinel} sees ${words}`)
  }
}

/** Nobody is declared, so nothing may be there: neither rows, nor what somebody else declared. */
export function nothing(found: { tenant: string | null; actor: string; rows: string[] }): void {
  const { tenant, actor, rows } = found
  if (tenant === null && actor === '' && rows.length === 0) return
  throw new Leak(
    `nobody is taken for ${tenant ?? 'no tenant'} and ${actor || 'nobody'}, and sees ${rows.length} rows: ${rows[0]}`,
  )
}
