-- Loses: nothing.
set local lock_timeout = '3s';

create or replace function reeve.keep_owner_role_whole() returns trigger
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
