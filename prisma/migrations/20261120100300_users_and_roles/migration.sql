-- The people of a tenant and what they may do in it.
-- Every key starts with the tenant and every reference carries it, so that no row can point across tenants.
-- Step: expand.

set local lock_timeout = '3s';
set local search_path = public, reeve;  -- pg_trgm may have been here before us, in public

create table users (
  tenant_id         uuid not null,
  id                uuid not null default reeve.uuid_v7(),
  account_id        uuid,
  email             varchar(255) collate "C" not null,
  username          varchar(60) collate "C",
  name              varchar(120) not null,
  phone             varchar(20),
  avatar_url        varchar(500),
  is_active         boolean generated always as (suspended_at is null) stored not null,
  suspended_at      timestamptz,
  suspended_by      uuid,
  suspension_reason varchar(200),
  is_verified       boolean not null default false,
  last_login_at     timestamptz,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  search            text generated always as (lower(name) || ' ' || coalesce(username, '') || ' ' || email) stored,

  constraint users_pkey primary key (tenant_id, id),
  constraint users_tenant_email_key unique (tenant_id, email),
  constraint users_tenant_username_key unique (tenant_id, username),
  constraint users_tenant_account_key unique (tenant_id, account_id),
  constraint users_email_form check (email = lower(email) and email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
  constraint users_username_form check (username = lower(username) and username !~ '[[:space:][:cntrl:]@]' and username <> ''),
  constraint users_name_filled check (name ~ '[^[:space:]]' and name !~ '[[:cntrl:]]'),
  constraint users_phone_form check (phone ~ '^[+0-9(][-0-9 ()./]*$'),
  constraint users_avatar_url_form check (avatar_url ~ '^https?://[^[:space:][:cntrl:]]+$'),
  constraint users_suspension_whole check (suspended_at is not null or (suspended_by is null and suspension_reason is null))
);

create table user_profiles (
  tenant_id  uuid not null,
  user_id    uuid not null,
  bio        varchar(2000),
  locale     varchar(35),
  time_zone  varchar(64),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint user_profiles_pkey primary key (tenant_id, user_id)
);

create table roles (
  tenant_id   uuid not null,
  id          uuid not null default reeve.uuid_v7(),
  name        varchar(50) not null,
  description varchar(500),
  is_system   boolean not null default false,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint roles_pkey primary key (tenant_id, id),
  constraint roles_tenant_name_key unique (tenant_id, name),
  constraint roles_name_filled check (name ~ '[^[:space:]]' and name !~ '[[:cntrl:]]')
);

-- scope: any = every object of that kind, own = those the user made.
create table role_permissions (
  tenant_id  uuid not null,
  role_id    uuid not null,
  permission varchar(101) collate "C" not null,
  scope      varchar(10) collate "C" not null default 'any',

  constraint role_permissions_pkey primary key (tenant_id, role_id, permission, scope),
  constraint role_permissions_scope_known check (scope in ('any', 'own'))
);

create table user_roles (
  tenant_id   uuid not null,
  user_id     uuid not null,
  role_id     uuid not null,
  assigned_at timestamptz not null default now(),
  assigned_by uuid,
  valid_from  timestamptz not null default now(),
  valid_until timestamptz,

  constraint user_roles_pkey primary key (tenant_id, user_id, role_id),
  constraint user_roles_range_not_empty check (valid_until > valid_from),
  -- Nobody could write down what lies beyond, nor read the list it stands in.
  constraint user_roles_times_tellable check (valid_from >= '0001-01-01Z' and valid_until < '10000-01-01Z')
);

-- Changes to who owns a tenant meet on this row: two at once cannot both believe that the other owner stays.
create table tenant_guards (
  tenant_id     uuid not null,
  owner_changes bigint not null default 0,

  constraint tenant_guards_pkey primary key (tenant_id)
);

alter table users add constraint users_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table users add constraint users_account_id_fkey
  foreign key (account_id) references accounts (id) on delete restrict;
alter table users add constraint users_suspended_by_fkey
  foreign key (tenant_id, suspended_by) references users (tenant_id, id);
alter table user_profiles add constraint user_profiles_user_id_fkey
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade;
alter table roles add constraint roles_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table role_permissions add constraint role_permissions_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade;
alter table role_permissions add constraint role_permissions_permission_fkey
  foreign key (permission) references permissions (name) on delete restrict;
alter table user_roles add constraint user_roles_user_id_fkey
  foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade;
alter table user_roles add constraint user_roles_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete restrict;
alter table user_roles add constraint user_roles_assigned_by_fkey
  foreign key (tenant_id, assigned_by) references users (tenant_id, id);
alter table tenant_guards add constraint tenant_guards_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;

create index users_account_id_idx on users (account_id);
create index users_suspended_by_idx on users (tenant_id, suspended_by) where suspended_by is not null;
create index users_active_idx on users (tenant_id, is_active, id);
create index users_created_at_idx on users (tenant_id, created_at desc, id desc);
create index users_search_idx on users using gin (tenant_id, search gin_trgm_ops);
create index role_permissions_permission_idx on role_permissions (permission);
create index user_roles_role_id_idx on user_roles (tenant_id, role_id, user_id);
create index user_roles_assigned_by_idx on user_roles (tenant_id, assigned_by) where assigned_by is not null;

-- Being seen at sign-in is not a change of the person.
create trigger users_touch before update on users
  for each row when (old.last_login_at is not distinct from new.last_login_at)
  execute function reeve.touch_updated_at();
create trigger user_profiles_touch before update on user_profiles
  for each row execute function reeve.touch_updated_at();
create trigger roles_touch before update on roles
  for each row execute function reeve.touch_updated_at();

-- A key with the tenant in it cannot be "set null", so this does it where a person leaves traces that stay.
create function reeve.forget_who_left() returns trigger
  language plpgsql
as $$
begin
  update public.user_roles set assigned_by = null where tenant_id = old.tenant_id and assigned_by = old.id;
  update public.users set suspended_by = null where tenant_id = old.tenant_id and suspended_by = old.id and id <> old.id;
  return old;
end
$$;
comment on function reeve.forget_who_left() is 'Trigger: what a deleted person assigned and suspended stays, without their name on it.';
create trigger users_forget before delete on users
  for each row execute function reeve.forget_who_left();

-- RV006: what a trigger reads is filtered by the tenant declared when it runs, which a statement can change while it runs.
-- A rule that looked into another tenant than the row's would find nothing to object to. Whoever sees all rows (the
-- owner, also where a foreign key cascades) is not asked.
create function reeve.stay_declared(tenant uuid) returns void
  language plpgsql stable
as $$
begin
  if tenant is distinct from reeve.tenant_id() and row_security_active('public.users') then
    raise exception 'the tenant of this row is not the one declared'
      using errcode = 'RV006', hint = 'declare the tenant once, before the first statement';
  end if;
end
$$;
comment on function reeve.stay_declared(uuid) is 'Raises RV006 where row-level security would hide this tenant from a rule.';

-- RV004: the system roles are the floor under every tenant.
create function reeve.keep_system_roles() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(old.tenant_id);
  if tg_op = 'DELETE' then
    if old.is_system and exists (select from public.tenants where id = old.tenant_id) then
      raise exception 'the system role % cannot be deleted', old.name
        using errcode = 'RV004', hint = 'take the role away from people instead';
    end if;
    return old;
  end if;
  if old.is_system and (new.name <> old.name or not new.is_system) then
    raise exception 'the system role % cannot be renamed', old.name
      using errcode = 'RV004', hint = 'make a role of your own with the name you want';
  end if;
  return new;
end
$$;
comment on function reeve.keep_system_roles() is 'Trigger: system roles are neither deleted nor renamed.';
create trigger roles_keep_system before update or delete on roles
  for each row execute function reeve.keep_system_roles();

create function reeve.keep_owner_role_whole() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(old.tenant_id);
  if old.permission = '*:*' and old.scope = 'any' and exists (
    select from public.roles where tenant_id = old.tenant_id and id = old.role_id and is_system and name = 'owner'
  ) then
    raise exception 'the owner role always permits everything'
      using errcode = 'RV004', hint = 'give people a smaller role instead';
  end if;
  return old;
end
$$;
comment on function reeve.keep_owner_role_whole() is 'Trigger: nobody can take everything away from the owners.';
create trigger role_permissions_keep_owner before update or delete on role_permissions
  for each row execute function reeve.keep_owner_role_whole();

-- RV001: a tenant always has an owner: an active user who can sign in, with the system role owner, for good.
-- The guard row is written, not only locked, so that a REPEATABLE READ transaction that waited fails instead of
-- judging by its old picture.
create function reeve.keep_an_owner() returns trigger
  language plpgsql
as $$
declare
  tenant     uuid := old.tenant_id;
  owner_role uuid;
begin
  perform reeve.stay_declared(tenant);
  if not exists (select from public.tenants where id = tenant) then
    return null;  -- the tenant itself is being deleted
  end if;
  insert into public.tenant_guards as guard (tenant_id, owner_changes) values (tenant, 1)
  on conflict (tenant_id) do update set owner_changes = guard.owner_changes + 1;
  -- Looked up first, so that PostgreSQL plans for how few owners there are and not for a role of usual size.
  select r.id into owner_role from public.roles r where r.tenant_id = tenant and r.is_system and r.name = 'owner';
  if not exists (
    select from public.user_roles ur
    join public.users u on u.tenant_id = tenant and u.id = ur.user_id
    where ur.tenant_id = tenant and ur.role_id = owner_role
      and u.is_active and u.account_id is not null and ur.valid_from <= now() and ur.valid_until is null
  ) then
    raise exception 'a tenant cannot be without an owner'
      using errcode = 'RV001', hint = 'make somebody else an owner first';
  end if;
  return null;
end
$$;
comment on function reeve.keep_an_owner() is 'Trigger: the last owner cannot go, be suspended, or be given an end date.';

create function reeve.is_owner_role(tenant uuid, role uuid) returns boolean
  language plpgsql stable
as $$
begin
  perform reeve.stay_declared(tenant);
  return exists (
    select from public.roles where tenant_id = tenant and id = role and is_system and name = 'owner'
  );
end
$$;
comment on function reeve.is_owner_role(uuid, uuid) is 'Whether this is the tenant''s system role owner.';

create trigger user_roles_keep_an_owner after update or delete on user_roles
  for each row when (reeve.is_owner_role(old.tenant_id, old.role_id))
  execute function reeve.keep_an_owner();
create trigger users_keep_an_owner after update on users
  for each row when (old.suspended_at is null and new.suspended_at is not null)
  execute function reeve.keep_an_owner();

-- What the tenant is born with. Called once by whoever makes the tenant, in the same transaction.
create function reeve.tenant_furnish(tenant uuid) returns uuid
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
comment on function reeve.tenant_furnish(uuid) is 'Gives a new tenant its system roles and their permissions; returns the id of the role owner.';

-- At commit a new tenant has its owner, or there is no new tenant.
create function reeve.begin_with_an_owner() returns trigger
  language plpgsql
as $$
declare
  owner_role uuid;
begin
  perform reeve.stay_declared(new.id);
  if not exists (select from public.tenants where id = new.id) then
    return null;  -- made and deleted in the same transaction
  end if;
  select r.id into owner_role from public.roles r where r.tenant_id = new.id and r.is_system and r.name = 'owner';
  if not exists (
    select from public.user_roles ur
    join public.users u on u.tenant_id = new.id and u.id = ur.user_id
    join public.role_permissions rp on rp.tenant_id = new.id and rp.role_id = ur.role_id
    where ur.tenant_id = new.id and ur.role_id = owner_role
      and u.is_active and u.account_id is not null and ur.valid_from <= now() and ur.valid_until is null
      and rp.permission = '*:*' and rp.scope = 'any'
  ) then
    raise exception 'a tenant cannot be without an owner'
      using errcode = 'RV001', hint = 'make the tenant and its owner in one transaction';
  end if;
  return null;
end
$$;
comment on function reeve.begin_with_an_owner() is 'Trigger at commit: a tenant is born with an owner.';
create constraint trigger tenants_begin_with_an_owner after insert on tenants
  deferrable initially deferred
  for each row execute function reeve.begin_with_an_owner();

alter table users enable row level security;
alter table user_profiles enable row level security;
alter table roles enable row level security;
alter table role_permissions enable row level security;
alter table user_roles enable row level security;
alter table tenant_guards enable row level security;

create policy users_of_declared_tenant on users
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy user_profiles_of_declared_tenant on user_profiles
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy roles_of_declared_tenant on roles
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy role_permissions_of_declared_tenant on role_permissions
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy user_roles_of_declared_tenant on user_roles
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy tenant_guards_of_declared_tenant on tenant_guards
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

-- "Which tenants know me?" is asked before a tenant is declared, by the sign-in functions alone.
create policy users_at_sign_in on users for select to reeve_auth using (true);
create policy users_seen_at_sign_in on users for update to reeve_auth using (true) with check (true);
create policy roles_at_sign_in on roles for select to reeve_auth using (true);
create policy role_permissions_at_sign_in on role_permissions for select to reeve_auth using (true);
create policy user_roles_at_sign_in on user_roles for select to reeve_auth using (true);

grant select, insert, update, delete on users, user_profiles, roles to reeve_app;
-- Whose it is and which role stay as they were given: another one is given anew, and asked about.
grant select, insert, delete, update (assigned_at, assigned_by, valid_from, valid_until) on user_roles to reeve_app;
grant select, insert, delete on role_permissions to reeve_app;
grant select, insert, update on tenant_guards to reeve_app;
grant select on users, roles, role_permissions, user_roles to reeve_auth;
grant update (last_login_at) on users to reeve_auth;
grant select on users, user_profiles, roles, role_permissions, user_roles to reeve_readonly;
grant execute on function
  reeve.stay_declared(uuid), reeve.forget_who_left(), reeve.keep_system_roles(), reeve.keep_owner_role_whole(), reeve.keep_an_owner(),
  reeve.is_owner_role(uuid, uuid), reeve.tenant_furnish(uuid), reeve.begin_with_an_owner()
  to reeve_app, reeve_auth;

comment on table users is 'A human in one tenant.';
comment on column users.tenant_id is 'Whose row it is. [none]';
comment on column users.id is 'UUIDv7, unique in the tenant. [personal]';
comment on column users.account_id is 'The account that signs in as this user; null until they accepted. [personal]';
comment on column users.email is 'Lower-case, unique in the tenant. [personal]';
comment on column users.username is 'Lower-case, unique in the tenant. [personal]';
comment on column users.name is 'What people call them. [personal]';
comment on column users.phone is 'As they write it. [personal]';
comment on column users.avatar_url is 'Their picture. [personal]';
comment on column users.is_active is 'Computed: not suspended. [personal]';
comment on column users.suspended_at is 'Since when they are shut out. [personal]';
comment on column users.suspended_by is 'Who shut them out. [personal]';
comment on column users.suspension_reason is 'Why. [personal]';
comment on column users.is_verified is 'Whether their address is known to be theirs. [personal]';
comment on column users.last_login_at is 'Their last sign-in. [personal]';
comment on column users.created_at is 'When they were added. [personal]';
comment on column users.updated_at is 'When their details last changed. [personal]';
comment on column users.search is 'Computed: what the search box searches. [personal]';
comment on table user_profiles is 'What people say about themselves; read rarely, so kept out of users.';
comment on column user_profiles.tenant_id is 'Whose row it is. [none]';
comment on column user_profiles.user_id is 'Whose profile it is. [personal]';
comment on column user_profiles.bio is 'In their own words. [personal]';
comment on column user_profiles.locale is 'BCP 47 language tag. [personal]';
comment on column user_profiles.time_zone is 'IANA time zone. [personal]';
comment on column user_profiles.created_at is 'When it was made. [personal]';
comment on column user_profiles.updated_at is 'When it last changed. [personal]';
comment on table roles is 'A named set of permissions in one tenant.';
comment on column roles.tenant_id is 'Whose row it is. [none]';
comment on column roles.id is 'UUIDv7, unique in the tenant. [none]';
comment on column roles.name is 'Unique in the tenant. [none]';
comment on column roles.description is 'What it is for. [none]';
comment on column roles.is_system is 'Made at the tenant''s birth; neither renamed nor deleted. [none]';
comment on column roles.created_at is 'When it was made. [none]';
comment on column roles.updated_at is 'When it last changed. [none]';
comment on table role_permissions is 'What a role permits.';
comment on column role_permissions.tenant_id is 'Whose row it is. [none]';
comment on column role_permissions.role_id is 'The role. [none]';
comment on column role_permissions.permission is 'A name of the catalogue, wildcards included. [none]';
comment on column role_permissions.scope is 'any object, or only the user''s own. [none]';
comment on table user_roles is 'Who has which role, since when, until when, from whom.';
comment on column user_roles.tenant_id is 'Whose row it is. [none]';
comment on column user_roles.user_id is 'Who. [personal]';
comment on column user_roles.role_id is 'Which role. [none]';
comment on column user_roles.assigned_at is 'When it was given. [personal]';
comment on column user_roles.assigned_by is 'Who gave it; null for the tenant''s birth, the operator, or someone deleted since. [personal]';
comment on column user_roles.valid_from is 'It counts from then on. [personal]';
comment on column user_roles.valid_until is 'It counts until then; null for good. [personal]';
comment on table tenant_guards is 'One row per tenant on which changes that must not pass each other meet.';
comment on column tenant_guards.tenant_id is 'Whose row it is. [none]';
comment on column tenant_guards.owner_changes is 'How often who owns the tenant changed. [none]';
