import type { CatalogueRule } from './rule.ts'

/** What happens by itself. */
export const triggers: Record<string, CatalogueRule> = {
  'what changes is written down': {
    question: `select name from tables
               where name not in ('audit_logs', 'tenant_guards', 'idempotency_keys', 'role_closure') and not exists (
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
}
