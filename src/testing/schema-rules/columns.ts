import type { CatalogueRule } from './rule.ts'

/** What columns are, and what is said of them. */
export const columns: Record<string, CatalogueRule> = {
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
}
