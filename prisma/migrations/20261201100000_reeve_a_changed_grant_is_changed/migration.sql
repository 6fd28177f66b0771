-- A grant that was changed in psql stayed as it was, without a word: the rule that keeps owners whole gave back the old row.
-- Step: expand.

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
  return case tg_op when 'DELETE' then old else new end;
end
$$;
