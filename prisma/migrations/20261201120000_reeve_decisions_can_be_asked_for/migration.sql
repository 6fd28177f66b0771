-- Programs that guard something may ask who may do what, and declare what that depends on (AuthZEN): permissions of their
-- own, because whoever asks learns who is here and what they may do. Admins have them, in the tenants that are there too.
-- Step: expand.

set local lock_timeout = '3s';

insert into permissions (resource, action, description, name)
select resource, action, description, resource || ':' || action
from (values
  ('access',   '*',        'Everything about decisions'),
  ('access',   'evaluate', 'Ask who may do what'),
  ('policies', '*',        'Everything about policies'),
  ('policies', 'read',     'See policies'),
  ('policies', 'update',   'Declare policies'),
  ('policies', 'delete',   'Delete policies'),
  ('entities', '*',        'Everything about what policies know of things and people'),
  ('entities', 'read',     'See what policies know of things and people'),
  ('entities', 'update',   'Say what policies know of things and people'),
  ('entities', 'delete',   'Delete what policies know of things and people')
) as catalogue (resource, action, description);

insert into role_permissions (tenant_id, role_id, permission)
select r.tenant_id, r.id, g.permission
from roles r
cross join (values ('access:*'), ('policies:*'), ('entities:*')) as g (permission)
where r.is_system and r.name = 'admin';

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
    ('admin',  'access:*',        'any'),
    ('admin',  'policies:*',      'any'),
    ('admin',  'entities:*',      'any'),
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
