import type { Pool } from 'pg'

/** A row that a request has changed, as the database saw it happen. */
export type Sight = {
  request: string | null
  what: string
  op: 'INSERT' | 'UPDATE' | 'DELETE'
  tenant: string | null
  id: string | null
  account: string | null
  /** Of a line of the audit log. */
  action: string | null
}

/**
 * A trigger on every table, ours for the time of the run: it knows of changes that the audit log leaves out, and sees
 * whether the log tells of all the others. What is rolled back it has not seen.
 */
export async function watch(admin: Pool): Promise<void> {
  await admin.query(`
    drop schema if exists fuzz cascade;
    create schema fuzz;
    create table fuzz.sights (request text, what text, op text, tenant uuid, id text, account uuid, action text);
    create function fuzz.see() returns trigger language plpgsql security definer as $$
    declare
      request text := reeve.actor() ->> 'request';
      found jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    begin
      if request is not null or tg_op = 'INSERT' then
        insert into fuzz.sights values (request, tg_argv[0], tg_op, (found ->> 'tenant_id')::uuid, found ->> 'id',
          (found ->> 'account_id')::uuid, found ->> 'action');
      end if;
      return null;
    end $$;
    do $$
    declare name text;
    begin
      for name in select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
          and relname <> '_prisma_migrations'
      loop
        execute format('create trigger zz_fuzz after insert or update or delete on public.%I
                          for each row execute function fuzz.see(%L)', name, name);
      end loop;
    end $$`)
}

/** What was seen since the last time. */
export async function sights(admin: Pool): Promise<Sight[]> {
  const { rows } = await admin.query<Sight>('delete from fuzz.sights returning *')
  return rows
}

/** What the audit log calls the rows of a table. */
export async function auditedTables(admin: Pool): Promise<Map<string, string>> {
  const { rows } = await admin.query<{ name: string; entity: string }>(
    `select tgrelid::regclass::text as name, split_part(encode(tgargs, 'escape'), '\\000', 1) as entity
     from pg_trigger where tgfoid = 'reeve.audit'::regproc`,
  )
  return new Map(rows.map(({ name, entity }) => [name, entity]))
}

const neverSo: Record<string, string> = {
  'a tenant without an owner': `
    select t.id from tenants t where t.deleted_at is null and not exists (
      select from user_roles ur
      join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id and r.is_system and r.name = 'owner'
      join users u on u.tenant_id = ur.tenant_id and u.id = ur.user_id and u.is_active
      where ur.tenant_id = t.id and ur.valid_from <= now() and coalesce(ur.valid_until > now(), true))`,
  'a tenant without its four roles': `
    select t.id from tenants t where (select count(*) from roles r where r.tenant_id = t.id and r.is_system) <> 4`,
  'an account without an address': `
    select id from accounts a where not exists (select from account_emails e where e.account_id = a.id)`,
  'a system role that was renamed': `
    select id from roles where is_system and name not in ('owner', 'admin', 'member', 'viewer')`,
}

/** What must not be so after whatever was asked, in words. */
export async function broken(admin: Pool): Promise<string[]> {
  const found: string[] = []
  for (const [what, query] of Object.entries(neverSo)) {
    const { rows } = await admin.query<{ id: string }>(query)
    found.push(...rows.map(({ id }) => `there is ${what}: ${id}`))
  }
  for (const [table, entity] of await auditedTables(admin)) {
    if (entity === 'permission') continue // these came with the schema, before there was a log
    const { rows } = await admin.query<{ there: number; told: number }>(
      `select (select count(*)::int from ${table}) as there,
         (select count(*) filter (where action = $1 || '.created') - count(*) filter (where action = $1 || '.deleted')
          from audit_logs where entity_type = $1)::int as told`,
      [entity],
    )
    const [{ there, told }] = rows as [{ there: number; told: number }]
    if (there !== told) found.push(`there are ${there} rows in ${table}, and the log tells of ${told}`)
  }
  return found
}
