-- Loses: nothing.
set local lock_timeout = '3s';

create or replace function reeve.authorize(permission text, owner uuid default null) returns void
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

create or replace function reeve.set_context(tenant uuid, actor jsonb) returns void
  language plpgsql
as $$
begin
  execute format('set local reeve.tenant_id = %L', coalesce(tenant::text, ''));
  execute format('set local reeve.actor = %L', coalesce(actor::text, ''));
end
$$;
