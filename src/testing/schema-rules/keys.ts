import type { CatalogueRule } from './rule.ts'

/** Keys, references, indexes, and what they are called. */
export const keys: Record<string, CatalogueRule> = {
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
}
