import { columns } from './schema-rules/columns.ts'
import { isolation } from './schema-rules/isolation.ts'
import { keys } from './schema-rules/keys.ts'
import { privileges } from './schema-rules/privileges.ts'
import { triggers } from './schema-rules/triggers.ts'

/**
 * What must hold of the live schema, as questions to its catalogue. Each question returns the offenders, and beside it
 * stand violations that it has to notice: a rule that cannot fail guards nothing.
 */
export type SchemaRule = {
  /** Returns one column: who breaks the rule. */
  offenders: string
  /** Statements after each of which somebody does. */
  planted: string[]
}

/** The rules by what they say. */
export const schemaRules: Record<string, SchemaRule> = Object.fromEntries(
  Object.entries({ ...isolation, ...keys, ...columns, ...triggers, ...privileges }).map(
    ([sentence, { question, planted }]) => [sentence, { offenders: `with ${words()} ${question}`, planted }],
  ),
)

/** What the questions may speak of. Our tables are without partitions, and without the migrator's own history. */
function words(): string {
  return `tables as (
    select c.oid, c.relname::text as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
           c.relname = 'tenants' or exists (
             select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped
           ) as of_tenant
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  ), columns as (
    select a.attrelid as tab, a.attnum as num, a.attname::text as name, format_type(a.atttypid, null) as type,
           a.atttypmod as size, a.attgenerated <> '' as generated, t.name || '.' || a.attname as offender
    from pg_attribute a
    join tables t on t.oid = a.attrelid
    where a.attnum > 0 and not a.attisdropped
  ), keys as (
    select k.*, t.name || '.' || k.conname as offender, t.of_tenant,
           array(select attname::text from unnest(k.conkey) with ordinality as u (num, ord)
                 join pg_attribute on attrelid = k.conrelid and attnum = num order by ord) as ours,
           array(select attname::text from unnest(k.confkey) with ordinality as u (num, ord)
                 join pg_attribute on attrelid = k.confrelid and attnum = num order by ord) as theirs
    from pg_constraint k
    join tables t on t.oid = k.conrelid
  ), indexes as (
    select i.*, t.name || '.' || x.relname as offender, t.of_tenant,
           array(select attname::text from unnest(i.indkey::int2[]) with ordinality as u (num, ord)
                 left join pg_attribute on attrelid = i.indrelid and attnum = num
                 where ord <= i.indnkeyatts order by ord) as names
    from pg_index i
    join tables t on t.oid = i.indrelid
    join pg_class x on x.oid = i.indexrelid
  ), relations as (
    select c.*, c.oid::regclass::text as offender
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  ), functions as (
    select p.*, p.oid::regprocedure::text as offender
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
  ), policies as (
    select p.*, t.name as tab, t.name || '.' || p.polname as offender,
           coalesce(pg_get_expr(p.polqual, p.polrelid), '') as seen,
           coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') as written,
           p.polroles && array[0, 'reeve_app'::regrole::oid, 'reeve_readonly'::regrole::oid] as for_tenants
    from pg_policy p
    join tables t on t.oid = p.polrelid
  )`
}
