-- Loses: every invitation, accepted or not.
set local lock_timeout = '3s';

create or replace function reeve.forget_who_left() returns trigger
  language plpgsql
as $$
begin
  update public.user_roles set assigned_by = null where tenant_id = old.tenant_id and assigned_by = old.id;
  update public.users set suspended_by = null where tenant_id = old.tenant_id and suspended_by = old.id and id <> old.id;
  return old;
end
$$;
drop table invitations;
