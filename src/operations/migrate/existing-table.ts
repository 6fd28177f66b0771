import { escapeIdentifier, escapeLiteral, type Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import { create, type Created } from './create.ts'
import { withClient, type Migrating } from './session.ts'
import { named, spoken, type TableNames } from './table-names.ts'
import { catalogued, guarded } from './tenant-table-parts.ts'

/** A new migration, and what it leaves to a person. */
export type CreatedGuard = Created & { left: string[] }

/**
 * Begins a migration that puts a table which is there already under tenant isolation: policy, grants, audit log,
 * permissions, and whatever of owner, reference and triggers it lacks. Looks at the table in the database; it needs a
 * column `tenant_id` (or `tenantId`) of type uuid that is never null. Changes nothing but the folder.
 */
export async function createGuard(
  options: Pick<Migrating, 'connect' | 'roles'> & {
    folder: string
    table: string
    sentence?: string | undefined
    now: Date
  },
): Promise<CreatedGuard> {
  const { folder, table, now, roles } = options
  const found = await withClient({ ...options, folder }, (client) => look(client, table))
  if (!found) throw notThere(table)
  const tenant = tenantColumn(found)
  const names = spoken(found.name, found.sql)
  const owner = roles && found.owner !== roles.owner ? roles.owner : undefined
  const sentence = options.sentence ?? `${names.words} are kept apart by tenant`
  const parts = partsOf(found, names, tenant)
  const halves = { up: migration(found, names, owner, parts), down: rollback(names, owner, parts) }
  const made = await create({ folder, sentence, now, halves })
  return { ...made, left: leftIn(found) }
}

/** A table as the catalogue has it. Names in `sql` and in columns are quoted where that is needed. */
type Found = {
  name: string
  sql: string
  owner: string
  columns: Column[]
  /** Sequences that its columns take their next number from. */
  sequences: string[]
  /** Unique keys that do not begin with a column called as the tenant's. */
  loose: string[]
  /** Policies that it has already: who passes any of them passes. */
  policies: string[]
  refersToTenants: boolean
  indexedByTenant: boolean
  touched: boolean
  audited: boolean
}

type Column = { name: string; sql: string; uuid: boolean; filled: boolean }

async function look(client: Client, table: string): Promise<Found | undefined> {
  const { rows } = await client.query<Found>(question, [table])
  return rows[0]
}

const isTenant = `a.attname in ('tenant_id', 'tenantId')`
const firstIsTenant = `exists (
  select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0] and ${isTenant})`
const question = `
  select c.relname::text as name, format('%I', c.relname) as sql, pg_get_userbyid(c.relowner)::text as owner,
         (select json_agg(json_build_object(
                   'name', a.attname, 'sql', format('%I', a.attname),
                   'uuid', a.atttypid = 'uuid'::regtype, 'filled', a.attnotnull) order by a.attnum)
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
         array(select s.oid::regclass::text from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
                where d.classid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype = 'a') as sequences,
         array(select x.relname::text from pg_index i join pg_class x on x.oid = i.indexrelid
                where i.indrelid = c.oid and i.indisunique and not ${firstIsTenant} order by 1) as loose,
         array(select polname::text from pg_policy where polrelid = c.oid order by 1) as policies,
         exists (select from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
                  where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = to_regclass('public.tenants')
                    and ${isTenant}) as "refersToTenants",
         exists (select from pg_index i where i.indrelid = c.oid and i.indisvalid and ${firstIsTenant}) as "indexedByTenant",
         exists (select from pg_trigger where tgrelid = c.oid and tgfoid = to_regproc('reeve.touch_updated_at')) as touched,
         exists (select from pg_trigger where tgrelid = c.oid and tgfoid = to_regproc('reeve.audit')) as audited
    from pg_class c
   where c.relname = $1 and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`

function tenantColumn({ name, columns }: Found): Column {
  const column = columns.find(({ name }) => name === 'tenant_id' || name === 'tenantId')
  if (column?.uuid && column.filled) return column
  throw new Refusal(
    'invalid_request',
    column
      ? `${name}.${column.name} must be a uuid that is never null, for it says whose row it is`
      : `${name} has no column tenant_id that says whose row it is`,
    'bring that about in a migration first (in Prisma: tenantId String @map("tenant_id") @db.Uuid), and deploy it',
  )
}

/** A step, and the way back from it. */
type Part = { up: string; down: string }

function partsOf(found: Found, names: TableNames, tenant: Column): Part[] {
  const { name, sql, columns, sequences } = found
  const called = (what: string) => (sql === name ? named(name, what) : escapeIdentifier(named(name, what)))
  const key = columns.find(({ name, uuid }) => name === 'id' && uuid)?.name ?? ''
  const dated = columns.some(({ name }) => name === 'updated_at')
  const unlogged = [tenant.name, ...(dated ? ['updated_at'] : [])].join(',')
  const parts: (Part | false)[] = [
    !found.refersToTenants && {
      up: `alter table ${sql} add constraint ${called('tenant_fkey')}
  foreign key (${tenant.sql}) references tenants (id) on delete cascade;
`,
      down: `alter table ${sql} drop constraint ${called('tenant_fkey')};\n`,
    },
    !found.indexedByTenant && {
      up: `create index ${called('tenant_idx')} on ${sql} (${tenant.sql});\n`,
      down: `drop index ${called('tenant_idx')};\n`,
    },
    dated &&
      !found.touched && {
        up: `create trigger ${called('touch')} before update on ${sql}
  for each row execute function reeve.touch_updated_at();
`,
        down: `drop trigger ${called('touch')} on ${sql};\n`,
      },
    !found.audited && {
      up: `-- What it is called in the log, its column of the tenant and of the key (a uuid, or none), and what is not logged.
create trigger ${called('audit')} after insert or update or delete on ${sql}
  for each row execute function reeve.audit(${[names.one, tenant.name, key, unlogged].map(escapeLiteral).join(', ')});
`,
      down: `drop trigger ${called('audit')} on ${sql};\n`,
    },
    guarded(sql, called('of_declared_tenant'), tenant.sql),
    sequences.length > 0 && {
      up: `grant usage on sequence ${sequences.join(', ')} to reeve_app;\n`,
      down: `revoke usage on sequence ${sequences.join(', ')} from reeve_app;\n`,
    },
    catalogued(names),
  ]
  return parts.filter((part) => part !== false)
}

function migration({ sql }: Found, names: TableNames, owner: string | undefined, parts: Part[]): string {
  const handedOver = `-- Whoever owns a table stands above its policies, so it goes to the role that owns them all. The login that made it has
-- to deploy this, and reaches the table as everybody else does from then on.
reset role;
alter table ${sql} owner to ${owner};
set role ${owner};
`
  return `-- Why: ${names.words} are kept apart by tenant, because …
-- Step: expand. Code that declares no tenant sees no row of it from then on.

set local lock_timeout = '3s';

${[...(owner ? [handedOver] : []), ...parts.map(({ up }) => up)].join('\n')}`
}

function rollback(names: TableNames, owner: string | undefined, parts: Part[]): string {
  return `-- Loses: what roles permit about ${names.words}; everybody who may read the table sees all tenants again.
${owner ? `-- The table stays with ${owner}.\n` : ''}
set local lock_timeout = '3s';

${parts
  .toReversed()
  .map(({ down }) => down)
  .join('')}`
}

function leftIn({ loose, policies }: Found): string[] {
  const left = [
    [
      loose,
      'a key that does not begin with the tenant tells others which values are taken, and lets a reference point into another tenant',
    ],
    [policies, 'whom a policy that was there before lets in, it lets in still'],
  ] as const
  return left.filter(([names]) => names.length > 0).map(([names, why]) => `${names.join(', ')}: ${why}`)
}

function notThere(table: string): Refusal {
  return new Refusal(
    'not_found',
    `there is no table ${table} in this database`,
    'deploy the migration that makes it first; for a table that is still to be made leave --existing out',
  )
}
