-- Loses: which roles inherit from which. Whoever has a role keeps what the role itself permits.
set local lock_timeout = '3s';

create or replace function reeve.count_policy_change() returns trigger
  language plpgsql
as $$
declare
  tenant uuid := case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end;
begin
  perform reeve.stay_declared(tenant);
  update public.tenant_guards set policy_version = policy_version + 1 where tenant_id = tenant;
  return null;
end
$$;

drop trigger roles_keep_inherited on roles;
drop trigger roles_reach_themselves on roles;
drop table role_closure;
drop table role_inheritance;
drop function reeve.close_inheritance();
drop function reeve.keep_roles_in_order();
drop function reeve.change_policy(uuid);
drop function reeve.role_reaches_itself();
drop function reeve.keep_inherited_roles();
