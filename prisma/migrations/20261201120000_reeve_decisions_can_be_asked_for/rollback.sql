-- Loses: in every role, the permissions to ask for decisions and to declare policies.
set local lock_timeout = '3s';

delete from role_permissions where permission ~ '^(access|policies|entities):';
delete from permissions where resource in ('access', 'policies', 'entities');

create or replace function reeve.tenant_furnish(tenant uuid) returns uuid
  language plpgsql
as $$
declare
  owner_role uuid := reeve.uuid_v7();
begin
  insert into public.tenant_guards (tenant_id) values (tenant);

  insert into public.roles (tenant_id, id, name, description, is_system)
  values
    (tenant, owner_role,       'owner',  'May do everything, including deleting the tenant.', true),
    (tenant, reeve.uuid_v7(),  'admin',  'Runs the tenant: people, roles, invitations, content.', true),
    (tenant, reeve.uuid_v7(),  'member', 'Reads everything shared and manages what they wrote.', true),
    (tenant, reeve.uuid_v7(),  'viewer', 'Reads what is shared.', true);

  insert into public.role_permissions (tenant_id, role_id, permission, scope)
  select tenant, r.id, g.permission, g.scope
  from (values
    ('owner',  '*:*',             'any'),
    ('admin',  'tenant:read',     'any'),
    ('admin',  'tenant:update',   'any'),
    ('admin',  'users:*',         'any'),
    ('admin',  'roles:*',         'any'),
    ('admin',  'invitations:*',   'any'),
    ('admin',  'audit:read',      'any'),
    ('admin',  'posts:*',         'any'),
    ('admin',  'comments:*',      'any'),
    ('member', 'tenant:read',     'any'),
    ('member', 'users:read',      'any'),
    ('member', 'users:update',    'own'),
    ('member', 'roles:read',      'any'),
    ('member', 'posts:read',      'any'),
    ('member', 'posts:create',    'any'),
    ('member', 'posts:update',    'own'),
    ('member', 'posts:publish',   'own'),
    ('member', 'posts:delete',    'own'),
    ('member', 'comments:read',   'any'),
    ('member', 'comments:create', 'any'),
    ('member', 'comments:update', 'own'),
    ('member', 'comments:delete', 'own'),
    ('viewer', 'tenant:read',     'any'),
    ('viewer', 'users:read',      'any'),
    ('viewer', 'posts:read',      'any'),
    ('viewer', 'comments:read',   'any')
  ) as g (role, permission, scope)
  join public.roles r on r.tenant_id = tenant and r.name = g.role;

  return owner_role;
end
$$;
