import type { ClientBase } from 'pg'
import { readMigrations } from '../migrate/application.ts'
import type { Migration } from '../migrate/folder.ts'
import type { Migrating } from '../migrate/session.ts'

/**
 * What a reset would trip over: tables, views and sequences beside ours that no migration of the folders makes, and
 * those anywhere else that refer to ours or use our functions. Their names; the first ten are enough to act on.
 */
export async function strangersIn(
  client: ClientBase,
  folders: Pick<Migrating, 'folder' | 'application'>,
): Promise<string[]> {
  const made = (await readMigrations(folders)).flatMap(madeBy)
  const { rows } = await client.query<{ name: string }>(query, [[...made, '_prisma_migrations']])
  return rows.map(({ name }) => name)
}

const creation =
  /^create\s+(?:or\s+replace\s+)?(?:unlogged\s+|materialized\s+)?(?:table|view|sequence)\s+(?:if\s+not\s+exists\s+)?(?:public\s*\.\s*)?"?(\w+)/i
const renaming = /^alter\s+(?:table|view|sequence)\s.*\brename\s+to\s+"?(\w+)/is

/** The names under which a migration makes tables, views and sequences, or by which it calls them from then on. */
function madeBy({ up }: Migration): string[] {
  return up.statements.flatMap(({ text }) => creation.exec(text)?.[1] ?? renaming.exec(text)?.[1] ?? [])
}

// A partition belongs to its table, and so does the sequence of an identity; what an extension brought, to nobody.
const query = `
  with recursive ours (oid) as (
    select c.oid from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($1)
    union
    select i.inhrelid from ours join pg_inherits i on i.inhparent = ours.oid
  ),
  functions (oid) as (
    select p.oid from pg_proc p where p.pronamespace = to_regnamespace('reeve')
  ),
  -- whatever hangs on a table or a function of ours, and the table on which it stands
  dependents (relation) as (
    select conrelid from pg_constraint where contype = 'f' and confrelid in (select oid from ours)
    union
    select case d.classid
             when 'pg_rewrite'::regclass    then (select ev_class from pg_rewrite    where oid = d.objid)
             when 'pg_policy'::regclass     then (select polrelid from pg_policy     where oid = d.objid)
             when 'pg_trigger'::regclass    then (select tgrelid  from pg_trigger    where oid = d.objid)
             when 'pg_attrdef'::regclass    then (select adrelid  from pg_attrdef    where oid = d.objid)
             when 'pg_constraint'::regclass then (select conrelid from pg_constraint where oid = d.objid)
           end
    from pg_depend d
    where (d.refclassid = 'pg_class'::regclass and d.refobjid in (select oid from ours))
       or (d.refclassid = 'pg_proc'::regclass and d.refobjid in (select oid from functions))
  ),
  strangers (oid) as (
    select relation from dependents where relation <> 0 and relation not in (select oid from ours)
    union
    select c.oid from pg_class c
    where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'reeve'))
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and c.oid not in (select oid from ours)
      and not exists (
        select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid
          and (d.deptype = 'e' or (d.deptype in ('a', 'i') and d.refobjid in (select oid from ours)))
      )
  )
  select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as name
  from strangers s join pg_class c on c.oid = s.oid join pg_namespace n on n.oid = c.relnamespace
  order by 1 limit 10`
