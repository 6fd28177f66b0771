-- Why: tenants have invoice lines, because …
-- Step: expand. Nothing that is running knows this table yet.
--
-- Every key begins with the tenant and every reference carries it, so that no row can point across tenants. Your own
-- columns go where it says so, and each is described below: what it is, and how personal ([none], [personal],
-- [sensitive] or [secret]).
--
-- A secret column is kept out of the log by its name in the last argument of the trigger invoice_lines_audit, as in
-- 'tenant_id,updated_at,card_token', and from statistics by granting reeve_readonly the other columns, as in
-- "grant select (tenant_id, id) on invoice_lines to reeve_readonly", instead of the table.

set local lock_timeout = '3s';

create table invoice_lines (
  tenant_id  uuid not null default reeve.tenant_id(),
  id         uuid not null default reeve.uuid_v7(),
  invoice_id uuid not null,
  text       varchar(200) not null,
  cents      integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint invoice_lines_pkey primary key (tenant_id, id)
);

alter table invoice_lines add constraint invoice_lines_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table invoice_lines add constraint invoice_lines_invoice_id_fkey
  foreign key (tenant_id, invoice_id) references invoices (tenant_id, id) on delete cascade;
create index invoice_lines_invoice_id_idx on invoice_lines (tenant_id, invoice_id, id);

create trigger invoice_lines_touch before update on invoice_lines
  for each row execute function reeve.touch_updated_at();
create trigger invoice_lines_audit after insert or update or delete on invoice_lines
  for each row execute function reeve.audit('invoice_line', 'tenant_id', 'id', 'tenant_id,updated_at');

alter table invoice_lines enable row level security;
create policy invoice_lines_of_declared_tenant on invoice_lines
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update, delete on invoice_lines to reeve_app;
grant select on invoice_lines to reeve_readonly;

-- What a role can permit, as in: reeve role create clerk invoice_lines:read invoice_lines:create --tenant <tenant>
insert into permissions (resource, action, description, name)
select resource, action, description, resource || ':' || action
from (values
  ('invoice_lines', '*',      'Everything about invoice lines'),
  ('invoice_lines', 'read',   'See invoice lines'),
  ('invoice_lines', 'create', 'Add invoice lines'),
  ('invoice_lines', 'update', 'Change invoice lines'),
  ('invoice_lines', 'delete', 'Delete invoice lines')
) as catalogue (resource, action, description);

comment on table invoice_lines is 'The invoice lines of a tenant.';
comment on column invoice_lines.tenant_id is 'Whose row it is. [none]';
comment on column invoice_lines.id is 'UUIDv7, unique in the tenant. [none]';
comment on column invoice_lines.invoice_id is 'To which of the invoices it belongs. [none]';
comment on column invoice_lines.created_at is 'When it was made. [none]';
comment on column invoice_lines.updated_at is 'When it last changed. [none]';
comment on column invoice_lines.text is 'What for. [none]';
comment on column invoice_lines.cents is 'How much. [none]';
