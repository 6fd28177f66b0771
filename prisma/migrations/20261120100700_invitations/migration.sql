-- Asking somebody in. The token is shown once and kept only as its hash; it names the tenant, so that it can be
-- looked up inside of it.
-- Step: expand.

set local lock_timeout = '3s';

create table invitations (
  tenant_id   uuid not null,
  id          uuid not null default reeve.uuid_v7(),
  email       varchar(255) collate "C" not null,
  role_id     uuid,
  token_hash  bytea not null,
  invited_by  uuid,
  expires_at  timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at  timestamptz,
  revoked_by  uuid,
  created_at  timestamptz not null default now(),

  constraint invitations_pkey primary key (tenant_id, id),
  constraint invitations_tenant_token_hash_key unique (tenant_id, token_hash),
  constraint invitations_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint invitations_email_form check (email = lower(email) and email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
  constraint invitations_one_end check (accepted_at is null or revoked_at is null)
);

alter table invitations add constraint invitations_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table invitations add constraint invitations_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete restrict;
alter table invitations add constraint invitations_invited_by_fkey
  foreign key (tenant_id, invited_by) references users (tenant_id, id);
alter table invitations add constraint invitations_accepted_by_fkey
  foreign key (tenant_id, accepted_by) references users (tenant_id, id);
alter table invitations add constraint invitations_revoked_by_fkey
  foreign key (tenant_id, revoked_by) references users (tenant_id, id);

create unique index invitations_one_pending on invitations (tenant_id, email) where accepted_at is null and revoked_at is null;
create index invitations_role_id_idx on invitations (tenant_id, role_id) where role_id is not null;
create index invitations_invited_by_idx on invitations (tenant_id, invited_by) where invited_by is not null;
create index invitations_accepted_by_idx on invitations (tenant_id, accepted_by) where accepted_by is not null;
create index invitations_revoked_by_idx on invitations (tenant_id, revoked_by) where revoked_by is not null;

create or replace function reeve.forget_who_left() returns trigger
  language plpgsql
as $$
begin
  update public.user_roles set assigned_by = null where tenant_id = old.tenant_id and assigned_by = old.id;
  update public.users set suspended_by = null where tenant_id = old.tenant_id and suspended_by = old.id and id <> old.id;
  -- Nobody can tell any more whether they could still ask.
  update public.invitations set revoked_at = now()
  where tenant_id = old.tenant_id and invited_by = old.id and accepted_at is null and revoked_at is null;
  update public.invitations set invited_by = null where tenant_id = old.tenant_id and invited_by = old.id;
  update public.invitations set accepted_by = null where tenant_id = old.tenant_id and accepted_by = old.id;
  update public.invitations set revoked_by = null where tenant_id = old.tenant_id and revoked_by = old.id;
  return old;
end
$$;

create trigger invitations_audit after insert or update or delete on invitations
  for each row execute function reeve.audit('invitation', 'tenant_id', 'id', 'tenant_id,token_hash');
create trigger invitations_give_only_what_is_held before insert or update of role_id on invitations
  for each row when (new.role_id is not null) execute function reeve.give_only_what_is_held();

alter table invitations enable row level security;
create policy invitations_of_declared_tenant on invitations
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update (invited_by, accepted_at, accepted_by, revoked_at, revoked_by) on invitations to reeve_app;
grant select (tenant_id, id, email, role_id, invited_by, expires_at, accepted_at, accepted_by, revoked_at, revoked_by, created_at)
  on invitations to reeve_readonly;

comment on table invitations is 'Somebody was asked in; pending until accepted, revoked or expired.';
comment on column invitations.tenant_id is 'Whose row it is. [none]';
comment on column invitations.id is 'UUIDv7, unique in the tenant. [none]';
comment on column invitations.email is 'Who was asked; lower-case. [personal]';
comment on column invitations.role_id is 'The role they will have. [none]';
comment on column invitations.token_hash is 'SHA-256 of the token; the token itself is kept nowhere. [secret]';
comment on column invitations.invited_by is 'Who asked. [personal]';
comment on column invitations.expires_at is 'It counts until then. [none]';
comment on column invitations.accepted_at is 'When they came. [personal]';
comment on column invitations.accepted_by is 'The user they became. [personal]';
comment on column invitations.revoked_at is 'When it was taken back. [none]';
comment on column invitations.revoked_by is 'Who took it back. [personal]';
comment on column invitations.created_at is 'When they were asked. [personal]';
