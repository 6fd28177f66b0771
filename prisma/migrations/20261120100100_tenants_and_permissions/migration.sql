-- Whose data it is (tenants), and what there is to be allowed (permissions). Both are small, and the same for everyone.
-- Step: expand.

set local lock_timeout = '3s';

create table tenants (
  id          uuid not null default reeve.uuid_v7(),
  slug        varchar(63) collate "C" not null,
  name        varchar(120) not null,
  is_operator boolean not null default false,
  deleted_at  timestamptz,
  deleted_by  uuid,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint tenants_pkey primary key (id),
  constraint tenants_slug_key unique (slug),
  constraint tenants_slug_form check (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
  constraint tenants_name_filled check (name ~ '[^[:space:]]' and name !~ '[[:cntrl:]]'),
  -- What belongs to no tenant is logged under this one.
  constraint tenants_not_nil check (id <> '00000000-0000-0000-0000-000000000000'),
  constraint tenants_operator_stays check (not (is_operator and deleted_at is not null))
);

create unique index tenants_one_operator on tenants (is_operator) where is_operator;

create trigger tenants_touch before update on tenants
  for each row execute function reeve.touch_updated_at();

alter table tenants enable row level security;
create policy tenants_declared on tenants
  using (id = reeve.tenant_id() or reeve.is_operator())
  with check (id = reeve.tenant_id() or reeve.is_operator());
create policy tenants_at_sign_in on tenants for select to reeve_auth using (true);

create table permissions (
  name        varchar(101) collate "C" not null,
  resource    varchar(50) collate "C" not null,
  action      varchar(50) collate "C" not null,
  description varchar(200) not null,

  constraint permissions_pkey primary key (name),
  constraint permissions_name_is_resource_action check (name = resource || ':' || action),
  constraint permissions_resource_form check (resource ~ '^([a-z][a-z0-9_-]*|\*)$'),
  constraint permissions_action_form check (action ~ '^([a-z][a-z0-9_-]*|\*)$')
);

insert into permissions (resource, action, description, name)
select resource, action, description, resource || ':' || action
from (values
  ('*',           '*',       'Everything'),
  ('*',           'read',    'Read everything'),
  ('tenant',      '*',       'Everything about the tenant itself'),
  ('tenant',      'read',    'See the tenant''s name and settings'),
  ('tenant',      'update',  'Change the tenant''s name and settings'),
  ('tenant',      'delete',  'Delete the tenant'),
  ('users',       '*',       'Everything about people'),
  ('users',       'read',    'See people'),
  ('users',       'create',  'Add people'),
  ('users',       'update',  'Change people''s details'),
  ('users',       'suspend', 'Suspend people and let them back in'),
  ('users',       'delete',  'Delete people'),
  ('roles',       '*',       'Everything about roles'),
  ('roles',       'read',    'See roles and what they permit'),
  ('roles',       'create',  'Make roles'),
  ('roles',       'update',  'Change roles and what they permit'),
  ('roles',       'delete',  'Delete roles'),
  ('roles',       'assign',  'Give roles to people and take them away'),
  ('invitations', '*',       'Everything about invitations'),
  ('invitations', 'read',    'See invitations'),
  ('invitations', 'create',  'Invite people'),
  ('invitations', 'revoke',  'Revoke invitations'),
  ('audit',       '*',       'Everything about the audit log'),
  ('audit',       'read',    'Read who did what'),
  ('posts',       '*',       'Everything about posts'),
  ('posts',       'read',    'Read published posts'),
  ('posts',       'create',  'Write posts'),
  ('posts',       'update',  'Change posts, and read those not published'),
  ('posts',       'publish', 'Publish and archive posts'),
  ('posts',       'delete',  'Delete posts'),
  ('comments',    '*',       'Everything about comments'),
  ('comments',    'read',    'Read comments'),
  ('comments',    'create',  'Write comments'),
  ('comments',    'update',  'Change comments'),
  ('comments',    'delete',  'Delete comments')
) as catalogue (resource, action, description);

-- A request for users:read is met by any of these.
create function reeve.permission_patterns(permission text) returns text[]
  language sql immutable strict parallel safe
as $$
  select array[
    permission,
    split_part(permission, ':', 1) || ':*',
    '*:' || split_part(permission, ':', 2),
    '*:*'
  ]
$$;
comment on function reeve.permission_patterns(text) is 'The granted names that permit resource:action: itself, resource:*, *:action, *:*.';

grant execute on function reeve.permission_patterns(text) to reeve_app, reeve_auth, reeve_readonly;
grant select on tenants to reeve_app;
grant insert (id, slug, name) on tenants to reeve_app;
grant update (slug, name, deleted_at, deleted_by) on tenants to reeve_app;
grant select on tenants to reeve_auth, reeve_readonly;
grant select on permissions to reeve_app, reeve_auth, reeve_readonly;

comment on table tenants is 'Whose data it is: one row for each customer, team or site that shares this database.';
comment on column tenants.id is 'UUIDv7. [none]';
comment on column tenants.slug is 'Short unique name for addresses. [none]';
comment on column tenants.name is 'What people call it. [none]';
comment on column tenants.is_operator is 'The one tenant whose people run the installation. [none]';
comment on column tenants.deleted_at is 'Since when nobody reaches it any more; its rows remain until they are purged. [none]';
comment on column tenants.deleted_by is 'The user who deleted it. [personal]';
comment on column tenants.created_at is 'When it was made. [none]';
comment on column tenants.updated_at is 'When it last changed. [none]';
comment on table permissions is 'The catalogue of what there is to be allowed: resource:action, either side may be *.';
comment on column permissions.name is 'resource:action. [none]';
comment on column permissions.resource is 'The noun, or *. [none]';
comment on column permissions.action is 'The verb, or *. [none]';
comment on column permissions.description is 'In words, for the person who grants it. [none]';
