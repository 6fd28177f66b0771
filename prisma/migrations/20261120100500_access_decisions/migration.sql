-- May this user do this? One answer, given here; TypeScript asks, and so do the triggers that stop people from
-- giving away more than they have.
-- Step: expand.

set local lock_timeout = '3s';

-- {"kind": "granted", "role", "permission", "scope"} or why not: no_such_user, suspended, not_granted, not_own.
create function reeve.access_decision(
  tenant uuid, subject uuid, permission text, owner uuid default null,
  out allowed boolean, out because jsonb
)
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
comment on function reeve.access_decision(uuid, uuid, text, uuid) is
  'Whether a user may do resource:action (to an object made by owner), and because of what.';

-- The first line of every verb. RV003 hides the tenant from those who have no business in it; RV002 is an honest no.
create function reeve.authorize(permission text, owner uuid default null) returns void
  language plpgsql stable
as $$
declare
  actor   uuid := reeve.user_id();
  tenant  uuid := reeve.tenant_id();
  verdict record;
begin
  if reeve.is_operator() then
    return;
  end if;
  if tenant is null or actor is null then
    raise exception 'no tenant and user were declared in this transaction'
      using errcode = 'RV006', hint = 'go through inTenant()';
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
comment on function reeve.authorize(text, uuid) is 'Raises RV002 or RV003 unless the declared user may do this.';

-- Whether the declared user holds, over any object and at least until then, everything that these permissions permit.
create function reeve.holds(wanted text[], until timestamptz default '-infinity') returns boolean
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
comment on function reeve.holds(text[], timestamptz) is 'Whether the declared user may do all of this to any object, and until when.';

-- RV002: nobody gives away more than they have. A tenant at its birth and the operator have no such giver.
create function reeve.give_only_what_is_held() returns trigger
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
comment on function reeve.give_only_what_is_held() is 'Trigger: a role or permission is given only by those who hold all of it.';
create trigger user_roles_give_only_what_is_held before insert or update of role_id on user_roles
  for each row execute function reeve.give_only_what_is_held();
create trigger role_permissions_give_only_what_is_held before insert on role_permissions
  for each row execute function reeve.give_only_what_is_held();

-- RV002: nobody takes from others what they do not have themselves, neither the role nor, by suspending, its use.
create function reeve.take_only_what_is_held() returns trigger
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
comment on function reeve.take_only_what_is_held() is
  'Trigger: a role is taken away, and somebody suspended, only by those who hold all that goes.';
create trigger user_roles_take_only_what_is_held before delete or update of valid_from, valid_until on user_roles
  for each row execute function reeve.take_only_what_is_held();
create trigger role_permissions_take_only_what_is_held before delete on role_permissions
  for each row execute function reeve.take_only_what_is_held();
-- Who waits for an account is found by the address: whoever changes it decides who comes in as them.
create trigger users_take_only_what_is_held before update of suspended_at, email on users
  for each row when (old.suspended_at is distinct from new.suspended_at or old.email <> new.email)
  execute function reeve.take_only_what_is_held();

-- RV002: whose account a user is, the account says itself, once.
create function reeve.keep_account() returns trigger
  language plpgsql
as $$
begin
  if reeve.is_operator() or not row_security_active('public.users')
     or (old.account_id is null and new.account_id::text = reeve.actor() ->> 'account' and reeve.user_id() is null) then
    return new;
  end if;
  raise exception 'a user stays with the account that accepted'
    using errcode = 'RV002', hint = 'delete the user, and invite the other account';
end
$$;
comment on function reeve.keep_account() is 'Trigger: only the account itself becomes a user who waits for one; nobody takes it away.';
create trigger users_keep_account before update of account_id on users
  for each row when (old.account_id is distinct from new.account_id)
  execute function reeve.keep_account();

grant execute on function
  reeve.access_decision(uuid, uuid, text, uuid), reeve.authorize(text, uuid), reeve.holds(text[], timestamptz),
  reeve.give_only_what_is_held(), reeve.take_only_what_is_held(), reeve.keep_account()
  to reeve_app, reeve_auth;
