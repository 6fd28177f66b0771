import type { CatalogueRule } from './rule.ts'

/** How tenants are kept apart. */
export const isolation: Record<string, CatalogueRule> = {
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
                 and not (tab = 'role_closure' and polcmd in ('a', 'd') and coalesce(nullif(seen, ''), written)
                          = '((tenant_id = reeve.tenant_id()) AND (pg_trigger_depth() > 0))')
                 and not (tab = 'audit_logs' and polcmd = 'a' and written = '(pg_trigger_depth() > 0)')
                 and not (tab = 'audit_logs' and polcmd = 'r' and offender ~ '(of_no_tenant|without_accounts)$')`,
    planted: [
      'create policy open on posts using (true)',
      'create policy open on posts for select to reeve_app using (true)',
      'alter policy posts_of_declared_tenant on posts with check (true)',
      'alter policy posts_of_declared_tenant on posts using (tenant_id in (select id from tenants))',
      'create policy own on posts for delete using (user_id = reeve.user_id())',
      'alter policy role_closure_kept_by_triggers on role_closure with check (pg_trigger_depth() > 0)',
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
}
