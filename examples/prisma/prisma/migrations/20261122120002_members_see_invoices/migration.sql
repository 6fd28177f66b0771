-- Why: members see the invoices of their tenant.
-- Step: expand.

set local lock_timeout = '3s';

insert into role_permissions (tenant_id, role_id, permission)
select tenant_id, id, 'invoices:read' from roles where is_system and name = 'member';

create function members_see_invoices() returns trigger
  language plpgsql
as $$
begin
  insert into public.role_permissions (tenant_id, role_id, permission) values (new.tenant_id, new.id, 'invoices:read');
  return null;
end
$$;
comment on function members_see_invoices() is 'Trigger: the members of a new tenant see its invoices.';
create trigger roles_members_see_invoices after insert on roles
  for each row when (new.is_system and new.name = 'member')
  execute function members_see_invoices();
