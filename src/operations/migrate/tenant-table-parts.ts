import type { TableNames } from './table-names.ts'

/** What keeps the tenants of a table apart and lets in who may see them; and how to take that back. */
export function guarded(table: string, policy: string, tenant: string): { up: string; down: string } {
  return {
    up: `alter table ${table} enable row level security;
create policy ${policy} on ${table}
  using (${tenant} = reeve.tenant_id()) with check (${tenant} = reeve.tenant_id());

grant select, insert, update, delete on ${table} to reeve_app;
grant select on ${table} to reeve_readonly;
`,
    down: `revoke select, insert, update, delete on ${table} from reeve_app;
revoke select on ${table} from reeve_readonly;
drop policy ${policy} on ${table};
alter table ${table} disable row level security;
`,
  }
}

/** What there is to be allowed about a table; and how to take that back, also from those who have it. */
export function catalogued({ resource, words }: TableNames): { up: string; down: string } {
  return {
    up: `-- What a role can permit, as in: reeve role create clerk ${resource}:read ${resource}:create --tenant <tenant>
insert into permissions (resource, action, description, name)
select resource, action, description, resource || ':' || action
from (values
  ('${resource}', '*',      'Everything about ${words}'),
  ('${resource}', 'read',   'See ${words}'),
  ('${resource}', 'create', 'Add ${words}'),
  ('${resource}', 'update', 'Change ${words}'),
  ('${resource}', 'delete', 'Delete ${words}')
) as catalogue (resource, action, description);
`,
    down: `delete from role_permissions where permission in (select name from permissions where resource = '${resource}');
delete from permissions where resource = '${resource}';
`,
  }
}
