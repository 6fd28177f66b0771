-- A write that is sent twice is done once: it claims its key in its own transaction, and keeps its result there.
-- Step: expand.

set local lock_timeout = '3s';

create table idempotency_keys (
  tenant_id   uuid not null,
  scope       uuid not null,
  key         varchar(255) collate "C" not null,
  fingerprint varchar(64) collate "C" not null,
  result      varchar(2000000),
  created_at  timestamptz not null default now(),

  constraint idempotency_keys_pkey primary key (tenant_id, scope, key)
);
create index idempotency_keys_created_at_idx on idempotency_keys (tenant_id, created_at);

alter table idempotency_keys enable row level security;
create policy idempotency_keys_of_declared_tenant on idempotency_keys
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update (fingerprint, result, created_at), delete on idempotency_keys to reeve_app;
grant select (tenant_id, scope, created_at) on idempotency_keys to reeve_readonly;

comment on table idempotency_keys is 'What was asked with an Idempotency-Key in the last day, and what came of it.';
comment on column idempotency_keys.tenant_id is 'Where it was asked; nil for what belongs to no tenant. [none]';
comment on column idempotency_keys.scope is 'The account that asked; nil where there was none. [none]';
comment on column idempotency_keys.key is 'As it was sent. [secret]';
comment on column idempotency_keys.fingerprint is 'A keyed hash of what was asked, so that the key is not used for something else. [secret]';
comment on column idempotency_keys.result is 'What the work came to, encrypted. [secret]';
comment on column idempotency_keys.created_at is 'It is forgotten a day later. [none]';
