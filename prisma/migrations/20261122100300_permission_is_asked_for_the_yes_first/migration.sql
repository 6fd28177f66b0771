-- Most questions are answered with yes, and a yes needs no reason: it is looked for alone, and why not only after a no.
-- And a context is declared with every question: `execute` had it parsed anew each time, for what only a sharded cluster
-- needs (it passes SET LOCAL on to its workers, and what set_config does not).
-- Step: expand.

set local lock_timeout = '3s';

create or replace function reeve.set_context(tenant uuid, actor jsonb) returns void
  language plpgsql
as $$
begin
  if current_setting('citus.propagate_set_commands', true) is null then
    perform set_config('reeve.tenant_id', coalesce(tenant::text, ''), true),
            set_config('reeve.actor', coalesce(actor::text, ''), true);
  else
    execute format('set local reeve.tenant_id = %L', coalesce(tenant::text, ''));
    execute format('set local reeve.actor = %L', coalesce(actor::text, ''));
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
