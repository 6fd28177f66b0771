import type { CatalogueRule } from './rule.ts'

/** Who may what. */
export const privileges: Record<string, CatalogueRule> = {
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
    planted: [
      'grant reeve_owner to reeve_app',
      'grant pg_read_all_data to reeve_app',
      'grant reeve_auth to reeve_readonly',
    ],
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
    planted: [
      'create table notes (id uuid)',
      `create function reeve.one() returns int language sql return 1`,
    ],
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
