import type pg from 'pg'

export type Column = {
  name: string
  /** As it is declared: `character varying(20)`. */
  type: string
  /** The type under a domain, without its size: `varchar`. */
  base: string
  kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm'
  /** Of an array, what it is made of. */
  array: boolean
  length: number | null
  labels: string[]
  required: boolean
  filled: boolean
  /** Computed, so nobody gives it a value. */
  generated: boolean
  identity: boolean
  /** Whether the server may change it. */
  updates: boolean
  selects: boolean
  inserts: boolean
  /** Whether who reads for statistics may. */
  reads: boolean
}

export type Key = { name: string; columns: string[] }
export type Check = Key & { definition: string }
export type Reference = Key & { to: string; theirs: string[] }

export type Relation = {
  oid: number
  /** As SQL: `public.posts`. */
  name: string
  kind: 'table' | 'partitioned' | 'view' | 'matview' | 'foreign'
  partition: boolean
  /** The column that says whose row it is; undefined where nobody's. */
  tenant: string | undefined
  secured: boolean
  columns: Column[]
  primary: string[]
  uniques: Key[]
  checks: Check[]
  references: Reference[]
}

export type Routine = {
  oid: number
  /** `reeve.users_search` */
  name: string
  /** `reeve.users_search(text,boolean,uuid,uuid,integer)` */
  signature: string
  types: string[]
  /** Acts with the powers of its owner. */
  definer: boolean
  trigger: boolean
  set: boolean
}

export type Catalogue = {
  version: number
  relations: Relation[]
  routines: Routine[]
  schemas: string[]
  /** Every role there is, apart from those of PostgreSQL itself. */
  roles: string[]
}

/** Everything in the database that could belong to a tenant or lead to what does: ours and the user's own. */
export async function readCatalogue(client: pg.ClientBase): Promise<Catalogue> {
  const one = async <T>(text: string) =>
    (await client.query<{ it: T }>(`${words} ${text}`)).rows.map((r) => r.it)
  const [version] = await one<number>(`select current_setting('server_version_num')::integer as it`)
  return {
    version: version!,
    relations: (await one<Relation>(relations)).map((one) => ({ ...one, tenant: one.tenant ?? undefined })),
    routines: await one<Routine>(routines),
    schemas: await one<string>('select quote_ident(nspname) as it from spaces order by 1'),
    roles: await one<string>(
      `select quote_ident(rolname) as it from pg_roles where rolname !~ '^pg_' and rolname <> 'reeve_app' order by rolname`,
    ),
  }
}

/** What an extension brought is its own. */
const words = `
  with spaces as (
    select * from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
  ), brought as (
    select objid from pg_depend where deptype = 'e'
  )`

const names = (numbers: string, table: string) => `
  coalesce((select jsonb_agg(a.attname order by u.ord) from unnest(${numbers}) with ordinality as u (num, ord)
            join pg_attribute a on a.attrelid = ${table} and a.attnum = u.num), '[]')`

const relations = `
  select jsonb_build_object(
    'oid', c.oid::bigint,
    'name', format('%I.%I', n.nspname, c.relname),
    'kind', case c.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view' when 'm' then 'matview' else 'foreign' end,
    'partition', c.relispartition,
    'tenant', case when c.oid = to_regclass('public.tenants') then 'id'
                   else (select attname from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) end,
    'secured', c.relrowsecurity,
    'columns', coalesce((
      select jsonb_agg(jsonb_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'base', b.typname, 'kind', t.typtype,
        'array', b.typcategory = 'A',
        'length', case when b.typname in ('varchar', 'bpchar') and greatest(a.atttypmod, t.typtypmod) > 4 then greatest(a.atttypmod, t.typtypmod) - 4 end,
        'labels', coalesce((select jsonb_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = b.oid), '[]'),
        'required', a.attnotnull or t.typnotnull, 'filled', a.atthasdef or a.attidentity <> '',
        'generated', a.attgenerated <> '', 'identity', a.attidentity <> '',
        'updates', has_column_privilege('reeve_app', c.oid, a.attnum, 'update'),
        'inserts', has_column_privilege('reeve_app', c.oid, a.attnum, 'insert'),
        'reads', has_column_privilege('reeve_readonly', c.oid, a.attnum, 'select'),
        'selects', has_column_privilege('reeve_app', c.oid, a.attnum, 'select')) order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
    'primary', coalesce((select ${names('i.indkey::int2[]', 'c.oid')} from pg_index i where i.indrelid = c.oid and i.indisprimary), '[]'),
    'uniques', coalesce((
      select jsonb_agg(jsonb_build_object('name', x.relname, 'columns', ${names('i.indkey::int2[]', 'c.oid')}) order by x.relname)
      from pg_index i join pg_class x on x.oid = i.indexrelid
      where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)), '[]'),
    'checks', coalesce((
      select jsonb_agg(jsonb_build_object('name', k.conname, 'columns', ${names('k.conkey', 'c.oid')}, 'definition', pg_get_constraintdef(k.oid)) order by k.conname)
      from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'), '[]'),
    'references', coalesce((
      select jsonb_agg(jsonb_build_object('name', k.conname, 'columns', ${names('k.conkey', 'c.oid')},
               'to', (select format('%I.%I', pn.nspname, p.relname) from pg_class p join pg_namespace pn on pn.oid = p.relnamespace where p.oid = k.confrelid),
               'theirs', ${names('k.confkey', 'k.confrelid')}) order by k.conname)
      from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0), '[]')
  ) as it
  from pg_class c
  join spaces n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.oid not in (select objid from brought)
  order by n.nspname, c.relname`

const routines = `
  select jsonb_build_object(
    'oid', p.oid::bigint, 'name', format('%I.%I', n.nspname, p.proname), 'signature', p.oid::regprocedure::text,
    'types', coalesce((select jsonb_agg(format_type(u.typ, null) order by u.ord)
                       from unnest(p.proargtypes::oid[]) with ordinality as u (typ, ord)), '[]'),
    'definer', p.prosecdef, 'trigger', p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype),
    'set', p.proretset or p.prorettype = 'record'::regtype
  ) as it
  from pg_proc p
  join spaces n on n.oid = p.pronamespace
  where p.prokind = 'f' and p.oid not in (select objid from brought)
    and (has_function_privilege('reeve_app', p.oid, 'execute') or (p.prosecdef and p.prorettype = 'trigger'::regtype))
  order by 1`
