-- Loses: nothing. What is inherited does not count any more.
set local lock_timeout = '3s';

drop trigger role_inheritance_take_only_what_is_held on role_inheritance;
drop trigger role_inheritance_give_only_what_is_held on role_inheritance;

create or replace function reeve.access_decision(tenant uuid, subject uuid, permission text, owner uuid default null, out allowed boolean, out because jsonb)
  language plpgsql stable
as $$
declare
  who   record;
  found record;
begin
  select u.is_active and t.deleted_at is null as active into who
  from public.users u
  join public.tenants t on t.id = u.tenant_id
  where u.tenant_id = tenant and u.id = subject;

  if who is null then
    allowed := false;
    because := jsonb_build_object('kind', 'no_such_user');
    return;
  elsif not who.active then
    allowed := false;
    because := jsonb_build_object('kind', 'suspended');
    return;
  end if;

  select r.id, r.name, rp.permission, rp.scope into found
  from public.user_roles ur
  join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
  join public.roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
  where ur.tenant_id = tenant and ur.user_id = subject
    and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
    and rp.tenant_id = tenant and rp.permission = any (reeve.permission_patterns(access_decision.permission))
  order by rp.scope = 'any' or owner = subject desc nulls last, rp.scope, length(rp.permission) desc
  limit 1;

  if found is null then
    allowed := false;
    because := jsonb_build_object('kind', 'not_granted', 'permission', access_decision.permission);
  elsif found.scope = 'own' and owner is distinct from subject then
    allowed := false;
    because := jsonb_build_object('kind', 'not_own', 'role', found.name, 'permission', found.permission, 'scope', found.scope);
  else
    allowed := true;
    because := jsonb_build_object('kind', 'granted', 'roleId', found.id, 'role', found.name, 'permission', found.permission, 'scope', found.scope);
  end if;
end
$$;

create or replace function reeve.authorize(permission text, owner uuid default null) returns void
  language plpgsql stable
as $$
declare
  tenant  uuid := reeve.tenant_id();
  who     jsonb := reeve.actor();
  actor   uuid := who ->> 'user';
  -- as reeve.permission_patterns() has them, which would be called as a query of its own
  patterns text[] := array[
    permission, split_part(permission, ':', 1) || ':*', '*:' || split_part(permission, ':', 2), '*:*'
  ];
  verdict record;
begin
  if who ->> 'operator' is not null then
    return;
  end if;
  if tenant is null or actor is null then
    raise exception 'no tenant and user were declared in this transaction'
      using errcode = 'RV006', hint = 'go through inTenant()';
  end if;
  if exists (
    select from public.user_roles ur
    join public.role_permissions rp on rp.tenant_id = tenant and rp.role_id = ur.role_id
    where ur.tenant_id = tenant and ur.user_id = actor
      and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
      and rp.permission = any (patterns)
      and (rp.scope = 'any' or owner = actor)
  ) and exists (
    select from public.users u
    join public.tenants t on t.id = tenant and t.deleted_at is null
    where u.tenant_id = tenant and u.id = actor and u.is_active
  ) then
    return;
  end if;

  select * into verdict from reeve.access_decision(tenant, actor, permission, owner);
  if verdict.allowed then
    return;
  end if;
  if verdict.because ->> 'kind' in ('no_such_user', 'suspended') then
    raise exception 'there is no such tenant' using errcode = 'RV003', hint = 'check the id, or ask to be invited';
  end if;
  raise exception 'this needs the permission %', permission
    using errcode = 'RV002', hint = 'ask somebody who may assign roles for one that permits ' || permission;
end
$$;

create or replace function reeve.holds(wanted text[], until timestamptz default '-infinity') returns boolean
  language plpgsql stable
as $$
declare
  actor  uuid := reeve.user_id();
  tenant uuid := reeve.tenant_id();
begin
  return not exists (
    select from unnest(wanted) as w (permission)
    where not exists (
      select from public.user_roles ur
      join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
      where ur.tenant_id = tenant and ur.user_id = actor
        and ur.valid_from <= now() and (ur.valid_until is null or (ur.valid_until > now() and ur.valid_until >= until))
        and rp.tenant_id = tenant and rp.permission = any (reeve.permission_patterns(w.permission)) and rp.scope = 'any'
    )
  );
end
$$;

create or replace function reeve.give_only_what_is_held() returns trigger
  language plpgsql
as $$
declare
  wanted text[];
  -- What a role permits, and who is asked in, lasts: whoever has something for a time gives it for that time alone.
  until  timestamptz := coalesce((to_jsonb(new) ->> 'valid_until')::timestamptz, 'infinity');
begin
  perform reeve.stay_declared(new.tenant_id);
  if reeve.user_id() is null or reeve.is_operator() then
    return new;
  end if;
  if tg_table_name = 'role_permissions' then
    wanted := array[new.permission];
  else
    wanted := array(
      select rp.permission::text from public.role_permissions rp
      where rp.tenant_id = new.tenant_id and rp.role_id = new.role_id
    );
  end if;
  if not reeve.holds(wanted, until) then
    raise exception 'nobody can give away more than they have'
      using errcode = 'RV002', hint = 'ask an owner to do it';
  end if;
  return new;
end
$$;

create or replace function reeve.take_only_what_is_held() returns trigger
  language plpgsql
as $$
declare
  actor  uuid := reeve.user_id();
  person uuid := case tg_table_name when 'users' then (to_jsonb(old) ->> 'id')::uuid else (to_jsonb(old) ->> 'user_id')::uuid end;
  wanted text[];
begin
  perform reeve.stay_declared(old.tenant_id);
  if actor is null or reeve.is_operator() or actor = person
     or not exists (select from public.tenants where id = old.tenant_id) then
    return coalesce(new, old);
  end if;
  if tg_table_name = 'role_permissions' then
    wanted := array[to_jsonb(old) ->> 'permission'];
    if not exists (select from public.roles where tenant_id = old.tenant_id and id = (to_jsonb(old) ->> 'role_id')::uuid) then
      return old;  -- a role that nobody has is being deleted
    end if;
  elsif tg_table_name = 'user_roles' then
    wanted := array(
      select rp.permission::text from public.role_permissions rp
      where rp.tenant_id = old.tenant_id and rp.role_id = (to_jsonb(old) ->> 'role_id')::uuid
    );
  else
    wanted := array(
      select distinct rp.permission::text from public.user_roles ur
      join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
      where ur.tenant_id = old.tenant_id and ur.user_id = person
    );
  end if;
  if not reeve.holds(wanted) then
    raise exception 'nobody can take from others more than they have'
      using errcode = 'RV002', hint = 'ask an owner to do it';
  end if;
  return coalesce(new, old);
end
$$;

-- Owned by reeve_auth, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;

create or replace function reeve.tenants_of(account uuid, out tenant_id uuid, out slug varchar, out name varchar, out user_id uuid, out roles text[], out permissions text[]) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  return query
    select t.id, t.slug, t.name, u.id,
      array(
        select r.name::text
        from public.user_roles ur
        join public.roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
        where ur.tenant_id = u.tenant_id and ur.user_id = u.id
          and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
        order by r.name
      ),
      array(
        select distinct rp.permission || case rp.scope when 'own' then ':own' else '' end
        from public.user_roles ur
        join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
        where ur.tenant_id = u.tenant_id and ur.user_id = u.id
          and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
        order by 1
      )
    from public.users u
    join public.tenants t on t.id = u.tenant_id and t.deleted_at is null
    where u.account_id = account and u.is_active
    order by t.name, t.id
    limit 100;
end
$$;

create or replace function reeve.roles_told(tenants uuid[], roles uuid[]) returns table(tenant_id uuid, role_id uuid, policy_version bigint, name varchar, permissions text)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select r.tenant_id, r.id, g.policy_version, r.name, may.permissions
    from unnest(tenants, roles) as wanted (tenant_id, role_id)
    join public.roles r on r.tenant_id = wanted.tenant_id and r.id = wanted.role_id
    join public.tenant_guards g on g.tenant_id = r.tenant_id
    cross join lateral (
      select string_agg(case rp.scope when 'own' then rp.permission || ':own' else rp.permission end, ' ') as permissions
      from public.role_permissions rp
      where rp.tenant_id = r.tenant_id and rp.role_id = r.id
    ) may;
end
$$;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
