import type { Client } from 'pg'

/** Indexes that a failed CREATE or REINDEX INDEX CONCURRENTLY left behind: kept up with every write, never read. */
export async function invalidIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where not i.indisvalid and c.relkind = 'i' and n.nspname not like 'pg\\_%'
     order by 1`)
  return rows.map(({ name }) => name)
}

/** Tables and views that no extension brought, in the schemas where migrations create: the first few names. */
export async function someTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'reeve') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and not exists (select from pg_depend d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1 limit 3`)
  return rows.map(({ name }) => name)
}
