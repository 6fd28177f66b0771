-- Why: tenants have invoices, because …
-- Step: expand. Nothing that is running knows this table yet.
--
-- Every key begins with the tenant and every reference carries it, so that no row can point across tenants. Your own
-- columns go where it says so, and each is described below: what it is, and how personal ([none], [personal],
-- [sensitive] or [secret]).
--
-- A secret column is kept out of the log by its name in the last argument of the trigger invoices_audit, as in
-- 'tenant_id,updated_at,card_token', and from statistics by granting reeve_readonly the other columns, as in
-- "grant select (tenant_id, id) on invoices to reeve_readonly", instead of the table.

set local lock_timeout = '3s';

create table invoices (
  tenant_id  uuid not null default reeve.tenant_id(),
  id         uuid not null default reeve.uuid_v7(),
  user_id    uuid,
  number     varchar(40) not null,
  paid_at    timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint invoices_pkey primary key (tenant_id, id)
);

alter table invoices add constraint invoices_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table invoices add constraint invoices_user_id_fkey
  foreign key (tenant_id, user_id) references users (tenant_id, id);
create index invoices_user_id_idx on invoices (tenant_id, user_id, id);

-- A key with the tenant in it cannot be "set null", so this does it when a person is deleted.
create function invoices_forget_user() returns trigger
  language plpgsql
as $$
begin
  update public.invoices set user_id = null where tenant_id = old.tenant_id and user_id = old.id;
  return old;
end
$$;
comment on function invoices_forget_user() is 'Trigger: the invoices of a deleted person stay, without their name on them.';
create trigger users_forget_invoices before delete on users
  for each row execute function invoices_forget_user();

create trigger invoices_touch before update on invoices
  for each row execute function reeve.touch_updated_at();
create trigger invoices_audit after insert or update or delete on invoices
  for each row execute function reeve.audit('invoice', 'tenant_id', 'id', 'tenant_id,updated_at');

alter table invoices enable row level security;
create policy invoices_of_declared_tenant on invoices
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update, delete on invoices to reeve_app;
grant select on invoices to reeve_readonly;

-- What a role can permit, as in: reeve role create clerk invoices:read invoices:create --tenant <tenant>
insert into permissions (resource, action, description, name)
select resource, action, description, resource || ':' || action
from (values
  ('invoices', '*',      'Everything about invoices'),
  ('invoices', 'read',   'See invoices'),
  ('invoices', 'create', 'Add invoices'),
  ('invoices', 'update', 'Change invoices'),
  ('invoices', 'delete', 'Delete invoices')
) as catalogue (resource, action, description);

comment on table invoices is 'The invoices of a tenant.';
comment on column invoices.tenant_id is 'Whose row it is. [none]';
comment on column invoices.id is 'UUIDv7, unique in the tenant. [none]';
comment on column invoices.user_id is 'Whose it is; null when they were deleted. [personal]';
comment on column invoices.created_at is 'When it was made. [none]';
comment on column invoices.updated_at is 'When it last changed. [none]';
alter table invoices add constraint invoices_tenant_number_key unique (tenant_id, number);

comment on column invoices.number is 'As printed on it; unique in the tenant. [none]';
comment on column invoices.paid_at is 'When it was paid. [none]';
