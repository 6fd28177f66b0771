-- What an application guards of its own: who may do what to a type of things (policies), and what is known of things and
-- of whoever asks for them (entities). Both are data of a tenant; the program evaluates them (docs/authzen.md).
-- Step: expand.

set local lock_timeout = '3s';

create table policies (
  tenant_id  uuid not null,
  type       varchar(100) collate "C" not null,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint policies_pkey primary key (tenant_id, type),
  constraint policies_type_form check (type ~ '^[^[:cntrl:]]+$'),
  constraint policies_definition_whole check (jsonb_typeof(definition) = 'object' and octet_length(definition::text) <= 65536)
);

create table entities (
  tenant_id  uuid not null,
  type       varchar(100) collate "C" not null,
  id         varchar(255) collate "C" not null,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint entities_pkey primary key (tenant_id, type, id),
  constraint entities_type_form check (type ~ '^[^[:cntrl:]]+$'),
  constraint entities_id_form check (id ~ '^[^[:cntrl:]]+$'),
  constraint entities_attributes_whole check (jsonb_typeof(attributes) = 'object' and octet_length(attributes::text) <= 16384)
);

alter table policies add constraint policies_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table entities add constraint entities_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;

create trigger policies_touch before update on policies
  for each row execute function reeve.touch_updated_at();
create trigger entities_touch before update on entities
  for each row execute function reeve.touch_updated_at();
create trigger policies_audit after insert or update or delete on policies
  for each row execute function reeve.audit('policy', 'tenant_id', '', 'tenant_id,updated_at');
create trigger entities_audit after insert or update or delete on entities
  for each row execute function reeve.audit('entity', 'tenant_id', '', 'tenant_id,updated_at');

-- What was stored of a person under their address belongs to them: whoever has that address next is somebody else.
create function reeve.keep_what_is_known_theirs() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(old.tenant_id);
  if tg_op = 'DELETE' then
    delete from public.entities where tenant_id = old.tenant_id and type = 'user' and id in (old.id::text, old.email);
    return old;
  end if;
  delete from public.entities where tenant_id = old.tenant_id and type = 'user' and id = new.email;
  update public.entities set id = new.email where tenant_id = old.tenant_id and type = 'user' and id = old.email;
  return new;
end
$$;
comment on function reeve.keep_what_is_known_theirs() is
  'Trigger: what policies know of a person follows their address, and goes when they are deleted.';
create trigger users_forget_what_is_known before delete on users
  for each row execute function reeve.keep_what_is_known_theirs();
create trigger users_move_what_is_known before update of email on users
  for each row when (old.email <> new.email) execute function reeve.keep_what_is_known_theirs();

alter table policies enable row level security;
alter table entities enable row level security;
create policy policies_of_declared_tenant on policies
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy entities_of_declared_tenant on entities
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update (definition), delete on policies to reeve_app;
grant select, insert, update (id, attributes), delete on entities to reeve_app;
grant select on policies, entities to reeve_readonly;
grant execute on function reeve.keep_what_is_known_theirs() to reeve_app;

comment on table policies is 'Who may do what to the things of one type, as the tenant declared it.';
comment on column policies.tenant_id is 'Whose row it is. [none]';
comment on column policies.type is 'The type of things. [none]';
comment on column policies.definition is 'Actions, scopes and rules: docs/authzen.md. [none]';
comment on column policies.created_at is 'When it was declared first. [none]';
comment on column policies.updated_at is 'When it was declared last. [none]';
comment on table entities is 'What policies know of one thing, or of whoever asks for things.';
comment on column entities.tenant_id is 'Whose row it is. [none]';
comment on column entities.type is 'The type of the thing, or user. [none]';
comment on column entities.id is 'What the application calls it; of a user of Reeve the id or address. [personal]';
comment on column entities.attributes is 'What is known of it, by name. [personal]';
comment on column entities.created_at is 'When something was stored of it first. [none]';
comment on column entities.updated_at is 'When it was stored last. [none]';
