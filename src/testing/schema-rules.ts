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

/** Our tables, without partitions and the migrator's own history. */
const tables = `
  tables as (
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

const rules: Record<string, { question: string; planted: string[] }> = {
  // tenants are kept apart

  'every table of a tenant has row-level security': {
    question: `select name from tables where of_tenant and not secured`,
    planted: [
      'alter table posts disable row level security',
      'create table notes (tenant_id uuid primary key, text varchar(10))',
      'create schema attic; create table attic.notes (tenant_id uuid primary key)',
    ],
  },

  'every table of a tenant has a policy for the server': {
    question: `select name from tables
               where of_tenant and not exists (select from policies where polrelid = tables.oid and for_tenants and polpermissive)`,
    planted: [
      'drop policy posts_of_declared_tenant on posts',
      'alter policy posts_of_declared_tenant on posts to reeve_auth',
    ],
  },

  'a policy is a plain expression about the declared tenant': {
    question: `select offender from policies
               where for_tenants
                 and not (coalesce(nullif(seen, ''), written) = '(tenant_id = reeve.tenant_id())' and written in ('', seen))
                 and not (tab = 'tenants' and seen = '((id = reeve.tenant_id()) OR reeve.is_operator())' and written = seen)
                 and not (tab = 'audit_logs' and polcmd = 'a' and written = '(pg_trigger_depth() > 0)')`,
    planted: [
      'create policy open on posts using (true)',
      'create policy open on posts for select to reeve_app using (true)',
      'alter policy posts_of_declared_tenant on posts with check (true)',
      'alter policy posts_of_declared_tenant on posts using (tenant_id in (select id from tenants))',
      'create policy own on posts for delete using (user_id = reeve.user_id())',
      'alter policy audit_logs_by_trigger on audit_logs with check (true)',
    ],
  },

  'row-level security is not forced upon the owner, who could validate no foreign key': {
    question: `select name from tables where forced`,
    planted: ['alter table posts force row level security'],
  },

  'only who signs people in is above the tenants': {
    question: `select offender from policies
               where not for_tenants and polroles <> array['reeve_auth'::regrole::oid]`,
    planted: ['create policy all_of_it on posts to reeve_monitor using (true)'],
  },

  // keys

  'every table has a primary key': {
    question: `select name from tables where not exists (select from pg_index where indrelid = tables.oid and indisprimary)`,
    planted: ['create table notes (id uuid)', 'alter table comments drop constraint comments_pkey'],
  },

  'every key of a tenant’s table begins with the tenant': {
    question: `select offender from indexes
               where of_tenant and indisunique and names[1] is distinct from 'tenant_id' and indrelid <> 'tenants'::regclass`,
    planted: [
      'create unique index posts_title_key on posts (title)',
      'create unique index posts_title_key on posts (title, tenant_id)',
      'create unique index posts_title_key on posts (lower(title))',
    ],
  },

  'a reference to a tenant’s table carries the tenant': {
    question: `select offender from keys
               where contype = 'f' and confrelid in (select oid from tables where of_tenant and name <> 'tenants')
                 and not (ours[1] = 'tenant_id' and theirs[1] = 'tenant_id' and cardinality(ours) > 1)`,
    planted: [
      `create unique index users_id_key on users (id);
       alter table posts add constraint posts_loose_fkey foreign key (user_id) references users (id)`,
      `create unique index users_id_key on users (id);
       alter table sessions add user_id uuid,
         add constraint sessions_user_id_fkey foreign key (user_id) references users (id)`,
      `create unique index users_turned_key on users (id, tenant_id);
       alter table posts add constraint posts_turned_fkey foreign key (user_id, tenant_id) references users (id, tenant_id)`,
    ],
  },

  'a reference never sets to null, for that would clear the tenant too, and follows no changed key': {
    question: `select offender from keys where contype = 'f' and (confdeltype in ('n', 'd') or confupdtype <> 'a')`,
    planted: [
      `alter table posts add constraint posts_null_fkey foreign key (tenant_id, user_id) references users on delete set null`,
      `alter table posts add constraint posts_follow_fkey foreign key (tenant_id, user_id) references users on update cascade`,
    ],
  },

  'every constraint has been validated': {
    question: `select offender from keys where not convalidated`,
    planted: [`alter table posts add constraint posts_short check (char_length(title) < 100) not valid`],
  },

  'every reference has an index, without which a deletion reads the whole table': {
    question: `select offender from keys k
               where contype = 'f' and not exists (
                 select from indexes i
                 where i.indrelid = k.conrelid and i.indisvalid
                   and i.names[1:cardinality(k.ours)] @> k.ours
                   and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) in (
                     select format('(%I IS NOT NULL)', col) from unnest(k.ours) as col))
               )`,
    planted: [
      'drop index comments_user_id_idx',
      'drop index posts_user_id_idx',
      `drop index user_roles_assigned_by_idx;
       create index user_roles_assigned_by_idx on user_roles (tenant_id, assigned_by) where valid_until is not null`,
    ],
  },

  'every index is whole': {
    question: `select offender from indexes where not (indisvalid and indisready)`,
    planted: [`update pg_index set indisvalid = false where indexrelid = 'posts_status_idx'::regclass`],
  },

  'no key is an expression or citext, which row-level security keeps from being looked up': {
    question: `select offender from indexes where indexprs is not null
               union all
               select offender from columns where type ~ 'citext'`,
    planted: ['create index posts_title_idx on posts (tenant_id, lower(title))'],
  },

  'every constraint and index bears a name that somebody chose, beginning with its table’s': {
    question: `select offender from keys
               where contype <> 'n'
                 and (conname ~ '(_check\\d*|_excl\\d*|_(key|fkey|pkey)\\d+)$'
                      or conname ~ format('^%s_%s_', conrelid::regclass, array_to_string(ours[1:2], '_')) and cardinality(ours) > 1
                      or not starts_with(conname, conrelid::regclass || '_'))
               union all
               select offender from indexes
               where offender ~ '_idx\\d+$'
                  or offender ~ format('\\.%s_%s_', indrelid::regclass, array_to_string(names[1:2], '_')) and cardinality(names) > 1
                  or offender !~ format('\\.%s_', indrelid::regclass)`,
    planted: [
      `alter table posts add check (title <> 'x')`,
      'alter table posts add foreign key (tenant_id, user_id) references users',
      'create index on posts (tenant_id, status, id)',
      'create index find_posts on posts (tenant_id, title)',
      `alter table posts add constraint short check (title <> 'x')`,
    ],
  },

  // columns

  'every table says what it is for': {
    question: `select name from tables where coalesce(obj_description(oid, 'pg_class'), '') = ''`,
    planted: ['comment on table posts is null', 'create table notes (id uuid primary key)'],
  },

  'every column says what it is, and how personal': {
    question: `select offender from columns
               where coalesce(col_description(tab, num), '') !~ '\\S \\[(none|personal|sensitive|secret)\\]$'`,
    planted: [
      'alter table posts add mood varchar(10)',
      `comment on column posts.title is 'Its title.'`,
      `comment on column posts.title is 'Its title. [public]'`,
      `comment on column posts.title is '[none]'`,
    ],
  },

  'every function says what it is for': {
    question: `select offender from functions where coalesce(obj_description(oid, 'pg_proc'), '') = ''`,
    planted: ['comment on function reeve.tenant_id() is null'],
  },

  'every text has a greatest length': {
    question: `select offender from columns c
               where not generated and (type = 'text' or (type = 'character varying' and size < 0))
                 and not exists (
                   select from keys k
                   where k.conrelid = c.tab and k.contype = 'c' and c.num = any (k.conkey)
                     and pg_get_constraintdef(k.oid) ~ format('char_length\\(%s\\) <= \\d+', c.name))`,
    planted: [
      'alter table posts add summary text',
      'alter table posts add summary varchar',
      'alter table posts drop constraint posts_content_length',
    ],
  },

  'every time knows its zone': {
    question: `select offender from columns where type in ('timestamp without time zone', 'time without time zone')`,
    planted: ['alter table posts add seen_at timestamp'],
  },

  // triggers

  'what changes is written down': {
    question: `select name from tables
               where name not in ('audit_logs', 'tenant_guards') and not exists (
                 select from pg_trigger
                 where tgrelid = tables.oid and tgfoid = 'reeve.audit'::regproc
                   and tgtype & 1 = 1 and tgtype & 2 = 0 and tgtype & 28 = 28 and tgqual is null)`,
    planted: [
      'drop trigger posts_audit on posts',
      `drop trigger posts_audit on posts;
       create trigger posts_audit after insert or delete on posts
         for each row execute function reeve.audit('post', 'tenant_id', 'id', '')`,
    ],
  },

  'no secret is written down': {
    question: `select c.offender from columns c
               join pg_trigger t on t.tgrelid = c.tab and t.tgfoid = 'reeve.audit'::regproc
               where col_description(c.tab, c.num) ~ '\\[secret\\]$'
                 and not c.name = any (string_to_array(split_part(encode(t.tgargs, 'escape'), '\\000', 4), ','))`,
    planted: [
      `drop trigger credentials_audit on credentials;
       create trigger credentials_audit after insert or update or delete on credentials
         for each row execute function reeve.audit('credential', '', 'account_id', 'updated_at')`,
      `comment on column users.phone is 'As they write it. [secret]'`,
    ],
  },

  'the time of the last change keeps itself': {
    question: `select offender from columns c
               where name = 'updated_at' and not exists (
                 select from pg_trigger where tgrelid = c.tab and tgfoid = 'reeve.touch_updated_at'::regproc and tgtype & 18 = 18)`,
    planted: ['drop trigger posts_touch on posts', 'alter table user_roles add updated_at timestamptz'],
  },

  'every trigger is on': {
    question: `select tgrelid::regclass || '.' || tgname from pg_trigger where tgenabled <> 'O'`,
    planted: ['alter table posts disable trigger posts_audit', 'alter table posts disable trigger all'],
  },

  // who may what

  'the server is no superuser and stands above nothing': {
    question: `select rolname from pg_roles
               where rolname in ('reeve_app', 'reeve_auth', 'reeve_readonly', 'reeve_owner')
                 and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
    planted: [
      'alter role reeve_app bypassrls',
      'alter role reeve_app superuser',
      'alter role reeve_app createrole',
      'alter role reeve_auth bypassrls',
    ],
  },

  'the server acts for nobody else': {
    question: `select format('%s in %s', member::regrole, roleid::regrole) from pg_auth_members
               where member in ('reeve_app'::regrole, 'reeve_readonly'::regrole, 'reeve_auth'::regrole)`,
    planted: ['grant reeve_owner to reeve_app', 'grant pg_read_all_data to reeve_app', 'grant reeve_auth to reeve_readonly'],
  },

  'the server owns nothing': {
    question: `select offender from relations where relowner = 'reeve_app'::regrole
               union all select offender from functions where proowner = 'reeve_app'::regrole
               union all select nspname from pg_namespace where nspowner = 'reeve_app'::regrole
               union all select datname from pg_database where datdba = 'reeve_app'::regrole
               union all select typname from pg_type where typowner = 'reeve_app'::regrole`,
    planted: [
      'alter table posts owner to reeve_app',
      'alter function reeve.tenant_id() owner to reeve_app',
      'create schema attic authorization reeve_app',
    ],
  },

  'the owner of the tables owns all of them': {
    question: `select offender from relations where relowner <> 'reeve_owner'::regrole
               union all
               select offender from functions where proowner not in ('reeve_owner'::regrole, 'reeve_auth'::regrole)`,
    planted: ['create table notes (id uuid)', `create function reeve.one() returns int language sql return 1`],
  },

  'the server creates nothing': {
    question: `select format('%s in %s', rolname, nspname) from pg_namespace, pg_roles
               where rolname in ('reeve_app', 'reeve_readonly', 'reeve_auth', 'reeve_monitor')
                 and nspname !~ '^pg_(toast|temp)' and has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'create')
               union all
               select format('%s in the database', rolname) from pg_roles
               where rolname in ('reeve_app', 'reeve_readonly', 'reeve_auth', 'reeve_monitor')
                 and has_database_privilege(oid, current_database(), 'create, temporary')`,
    planted: [
      'grant create on schema public to reeve_app',
      'grant create on schema reeve to reeve_auth',
      'grant create on schema public to public',
      `do $$ begin execute format('grant temporary on database %I to reeve_app', current_database()); end $$`,
      `do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$`,
    ],
  },

  'the server has no access to what people sign in with': {
    question: `select offender from relations
               where relname in ('accounts', 'account_emails', 'credentials', 'sessions', '_prisma_migrations')
                 and (has_any_column_privilege('reeve_app', oid, 'select, insert, update, references')
                      or has_table_privilege('reeve_app', oid, 'delete, truncate, trigger'))`,
    planted: [
      'grant select on accounts to reeve_app',
      'grant select (id) on sessions to reeve_app',
      'grant update (hash) on credentials to reeve_app',
      'grant delete on account_emails to reeve_app',
      'grant select on credentials to public',
    ],
  },

  'the server reads and writes rows, and does nothing else to a table': {
    question: `select offender from relations
               where relkind <> 'S' and has_table_privilege('reeve_app', oid, 'truncate, trigger')
                  or relkind <> 'S' and has_any_column_privilege('reeve_app', oid, 'references')`,
    planted: ['grant truncate on posts to reeve_app', 'grant trigger on posts to reeve_app'],
  },

  'nobody but the owner changes the log, the catalogue of permissions or the history of migrations': {
    question: `select format('%s by %s', offender, rolname) from relations, pg_roles
               where relname in ('audit_logs', 'permissions', '_prisma_migrations')
                 and rolname in ('reeve_app', 'reeve_auth', 'reeve_readonly', 'reeve_backup', 'reeve_monitor')
                 and (has_any_column_privilege(pg_roles.oid, relations.oid, 'update')
                      or has_table_privilege(pg_roles.oid, relations.oid, 'delete, truncate')
                      or (relname <> 'audit_logs' and has_any_column_privilege(pg_roles.oid, relations.oid, 'insert')))`,
    planted: [
      'grant update on audit_logs to reeve_app',
      'grant delete on audit_logs to reeve_auth',
      'grant insert on permissions to reeve_app',
    ],
  },

  'who reads for statistics reads no secret and writes nothing': {
    question: `select offender from columns
               where col_description(tab, num) ~ '\\[secret\\]$' and has_column_privilege('reeve_readonly', tab, num, 'select')
               union all
               select offender from relations
               where relkind <> 'S' and (has_any_column_privilege('reeve_readonly', oid, 'insert, update, references')
                                         or has_table_privilege('reeve_readonly', oid, 'delete, truncate, trigger'))`,
    planted: [
      'grant select on invitations to reeve_readonly',
      'grant select (hash) on credentials to reeve_readonly',
      'grant update on posts to reeve_readonly',
    ],
  },

  'nothing in a table is granted to everybody': {
    question: `select offender from relations, aclexplode(relacl) where grantee = 0
               union all
               select offender from columns
               join pg_attribute a on a.attrelid = tab and a.attnum = num, aclexplode(a.attacl) where grantee = 0`,
    planted: ['grant select on permissions to public', 'grant select (name) on permissions to public'],
  },

  'nobody is granted a partition, which knows no policy': {
    question: `select offender from relations where relispartition and exists (select from aclexplode(relacl) where grantee <> relowner)
               union all
               select offender from relations join pg_attribute on attrelid = relations.oid
               where relispartition and attacl is not null`,
    planted: [
      'grant select on audit_logs_default to reeve_app',
      'grant select (action) on audit_logs_default to reeve_readonly',
    ],
  },

  'a view sees what its reader may see': {
    question: `select offender from relations
               where relkind = 'm' or (relkind = 'v' and not coalesce(reloptions::text ~ 'security_invoker=(true|on|1|yes)', false))`,
    planted: [
      'create view everything as select * from posts',
      'create materialized view everything as select * from posts',
    ],
  },

  'a function with its owner’s powers looks for nothing where others may put it': {
    question: `select offender from functions
               where prosecdef and not coalesce(proconfig::text ~ 'search_path=pg_catalog(, (public|reeve))*, pg_temp', false)`,
    planted: [
      'alter function reeve.account_by_email(text) reset search_path',
      'alter function reeve.account_by_email(text) set search_path = public',
      'alter function reeve.tenant_id() security definer',
    ],
  },

  'a function with its owner’s powers is for those it was granted to': {
    question: `select offender from functions, aclexplode(coalesce(proacl, acldefault('f', proowner)))
               where prosecdef and grantee = 0`,
    planted: [
      'grant execute on function reeve.account_by_email(text) to public',
      `create function reeve.loose() returns int language sql security definer set search_path = pg_catalog, pg_temp
         as 'select 1';
       grant execute on function reeve.loose() to public`,
    ],
  },

  'a trigger’s function is not for everybody': {
    question: `select offender from functions, aclexplode(coalesce(proacl, acldefault('f', proowner)))
               where prorettype = 'trigger'::regtype and grantee = 0`,
    planted: ['grant execute on function reeve.audit() to public'],
  },
}

export const schemaRules: Record<string, SchemaRule> = Object.fromEntries(
  Object.entries(rules).map(([sentence, { question, planted }]) => [
    sentence,
    { offenders: `with ${tables.trimStart()} ${question}`, planted },
  ]),
)
