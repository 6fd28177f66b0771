-- Static separation of duty (ANSI INCITS 359-2012): of the roles of a set, nobody is given so many, be it by inheritance,
-- that they could do alone what takes several people.
-- Step: expand.

set local lock_timeout = '3s';

create table separation_sets (
  tenant_id   uuid not null,
  id          uuid not null default reeve.uuid_v7(),
  name        varchar(50) not null,
  cardinality integer not null default 2,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint separation_sets_pkey primary key (tenant_id, id),
  constraint separation_sets_tenant_name_key unique (tenant_id, name),
  constraint separation_sets_name_filled check (name ~ '[^[:space:]]' and name !~ '[[:cntrl:]]'),
  constraint separation_sets_cardinality_separates check (cardinality between 2 and 100)
);

create table separation_set_roles (
  tenant_id uuid not null,
  set_id    uuid not null,
  role_id   uuid not null,

  constraint separation_set_roles_pkey primary key (tenant_id, set_id, role_id)
);

alter table separation_sets add constraint separation_sets_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table separation_set_roles add constraint separation_set_roles_set_id_fkey
  foreign key (tenant_id, set_id) references separation_sets (tenant_id, id) on delete cascade;
alter table separation_set_roles add constraint separation_set_roles_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade;

create index separation_set_roles_role_id_idx on separation_set_roles (tenant_id, role_id, set_id);

comment on table separation_sets is 'Roles of which nobody may have as many as the cardinality.';
comment on column separation_sets.tenant_id is 'Whose row it is. [none]';
comment on column separation_sets.id is 'UUIDv7, unique in the tenant. [none]';
comment on column separation_sets.name is 'Unique in the tenant. [none]';
comment on column separation_sets.cardinality is 'So many of the roles are too many. [none]';
comment on column separation_sets.created_at is 'When it was made. [none]';
comment on column separation_sets.updated_at is 'When it last changed. [none]';
comment on table separation_set_roles is 'The roles of each set.';
comment on column separation_set_roles.tenant_id is 'Whose row it is. [none]';
comment on column separation_set_roles.set_id is 'The set. [none]';
comment on column separation_set_roles.role_id is 'A role in it; whoever inherits from it has it, too. [none]';

alter table separation_sets enable row level security;
alter table separation_set_roles enable row level security;
create policy separation_sets_of_declared_tenant on separation_sets
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy separation_set_roles_of_declared_tenant on separation_set_roles
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant select, insert, delete, update (name, cardinality, updated_at) on table separation_sets to reeve_app;
grant select, insert, delete on table separation_set_roles to reeve_app;
grant select on table separation_sets, separation_set_roles to reeve_readonly;

insert into permissions (name, resource, action, description)
values ('roles:separate', 'roles', 'separate', 'Say which roles nobody may have together.');

create trigger separation_sets_touch before update on separation_sets
  for each row execute function reeve.touch_updated_at();
create trigger separation_sets_audit after insert or delete or update on separation_sets
  for each row execute function reeve.audit('separation_set', 'tenant_id', 'id', 'tenant_id,updated_at');
create trigger separation_set_roles_audit after insert or delete or update on separation_set_roles
  for each row execute function reeve.audit('separation_set_role', 'tenant_id', 'set_id', 'tenant_id');

-- The name of a set of which somebody has too many roles: of this person, or, without one, of anybody. What they
-- had counts no more; what they are to have does already.
create function reeve.separation_broken(tenant uuid, person uuid default null) returns text
  language plpgsql stable
as $$
declare
  broken text;
begin
  if person is not null then
    select s.name into broken
    from public.separation_sets s
    where s.tenant_id = tenant
      and s.cardinality <= (
        select count(distinct m.role_id)
        from public.user_roles ur
        join public.role_closure rc on rc.tenant_id = tenant and rc.role_id = ur.role_id
        join public.separation_set_roles m on m.tenant_id = tenant and m.set_id = s.id and m.role_id = rc.reaches_id
        where ur.tenant_id = tenant and ur.user_id = person and (ur.valid_until is null or ur.valid_until > now())
      )
    limit 1;
  else
    select s.name into broken
    from public.separation_sets s
    where s.tenant_id = tenant
      and exists (
        select from public.separation_set_roles m
        join public.role_closure rc on rc.tenant_id = tenant and rc.reaches_id = m.role_id
        join public.user_roles ur on ur.tenant_id = tenant and ur.role_id = rc.role_id
        where m.tenant_id = tenant and m.set_id = s.id and (ur.valid_until is null or ur.valid_until > now())
        group by ur.user_id
        having count(distinct m.role_id) >= s.cardinality
      )
    limit 1;
  end if;
  return broken;
end
$$;
comment on function reeve.separation_broken(uuid, uuid) is 'The set of which a person, or anybody, has too many roles; null where all is well.';

-- RV009: duties that are separated meet in one person.
create function reeve.refuse_broken_separation(tenant uuid, person uuid default null) returns void
  language plpgsql stable
as $$
declare
  broken text := reeve.separation_broken(tenant, person);
begin
  if broken is not null then
    raise exception 'nobody may have so many roles of the set %', broken
      using errcode = 'RV009', hint = 'take one of these roles away first, or give the other to somebody else';
  end if;
end
$$;
comment on function reeve.refuse_broken_separation(uuid, uuid) is 'Raises RV009 where somebody has too many roles of a set.';

-- What a rule has read must still be so at the commit. Whoever gives a role holds the guard shared: who makes the first set
-- meanwhile waits. Where there are sets, whoever gives a role writes the guard, and so comes before or after all others.
create function reeve.keep_duties_separated() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(new.tenant_id);
  -- Looked for before the guard is taken: two who held it shared and both wanted to write it would wait for each other.
  if not exists (select from public.separation_sets where tenant_id = new.tenant_id) then
    perform from public.tenant_guards where tenant_id = new.tenant_id for share;
    if not exists (select from public.separation_sets where tenant_id = new.tenant_id) then
      return null;
    end if;
  end if;
  update public.tenant_guards set assignments = assignments + 1 where tenant_id = new.tenant_id;
  perform reeve.refuse_broken_separation(new.tenant_id, new.user_id);
  return null;
end
$$;
comment on function reeve.keep_duties_separated() is 'Trigger: nobody is given roles that are separated.';
alter table tenant_guards add column assignments bigint not null default 0;
comment on column tenant_guards.assignments is 'How often roles were given while duties were separated. [none]';
create trigger user_roles_keep_duties_separated after insert or update of role_id, valid_from, valid_until on user_roles
  for each row execute function reeve.keep_duties_separated();

-- Whoever changes the rules does so as they are now: an older picture would not show who has been given what meanwhile.
create function reeve.change_separation() returns trigger
  language plpgsql
as $$
begin
  if tg_op = 'DELETE' then
    perform reeve.change_policy(old.tenant_id);
    return old;
  end if;
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'what roles separate is changed in a transaction at read committed'
      using errcode = '25001', hint = 'begin without an isolation level';
  end if;
  perform reeve.change_policy(new.tenant_id);
  return new;
end
$$;
comment on function reeve.change_separation() is 'Trigger: changes of sets, and of what inherits, come one after the other.';
create trigger separation_sets_change before insert or delete or update of cardinality on separation_sets
  for each row execute function reeve.change_separation();
create trigger separation_set_roles_change before insert or delete on separation_set_roles
  for each row execute function reeve.change_separation();
create trigger role_inheritance_change before insert on role_inheritance
  for each row execute function reeve.change_separation();

create function reeve.keep_inheritance_separated() returns trigger
  language plpgsql
as $$
begin
  perform reeve.refuse_broken_separation(new.tenant_id);
  return null;
end
$$;
comment on function reeve.keep_inheritance_separated() is 'Trigger: nobody gets, by inheritance, roles that are separated.';
-- by its name behind role_inheritance_close
create trigger role_inheritance_keep_separated after insert on role_inheritance
  for each row execute function reeve.keep_inheritance_separated();

-- A role of a set is in use: deleted, it would leave a set that separates less than was meant.
create function reeve.keep_separated_roles() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(old.tenant_id);
  if exists (select from public.separation_set_roles where tenant_id = old.tenant_id and role_id = old.id)
     and exists (select from public.tenants where id = old.tenant_id) then
    -- in the words in which a foreign key would say it
    raise exception 'update or delete on table "roles" violates foreign key constraint "separation_set_roles_role_id_fkey" on table "separation_set_roles"'
      using errcode = '23503', table = 'separation_set_roles', constraint = 'separation_set_roles_role_id_fkey',
            hint = 'take it out of the set first';
  end if;
  return old;
end
$$;
comment on function reeve.keep_separated_roles() is 'Trigger: a role is not deleted out of a set.';
create trigger roles_keep_separated before delete on roles
  for each row execute function reeve.keep_separated_roles();

-- RV010: asked at the commit, when a set has got its roles. A set that has fewer roles than would be too many separates nothing.
create function reeve.keep_sets_sound() returns trigger
  language plpgsql
as $$
declare
  tenant uuid := case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end;
  changed uuid := case tg_table_name
    when 'separation_sets' then (to_jsonb(new) ->> 'id')::uuid
    else coalesce(to_jsonb(new) ->> 'set_id', to_jsonb(old) ->> 'set_id')::uuid
  end;
begin
  perform reeve.stay_declared(tenant);
  if exists (
    select from public.separation_sets s
    where s.tenant_id = tenant and s.id = changed
      and s.cardinality > (select count(*) from public.separation_set_roles m where m.tenant_id = tenant and m.set_id = s.id)
  ) then
    raise exception 'a set has at least as many roles as would be too many'
      using errcode = 'RV010', hint = 'lower the cardinality first, or delete the set';
  end if;
  if tg_op <> 'DELETE' then
    perform reeve.refuse_broken_separation(tenant);
  end if;
  return null;
end
$$;
comment on function reeve.keep_sets_sound() is 'Trigger at commit: sets have roles enough, and nobody has too many of them.';
create constraint trigger separation_sets_keep_sound after insert or update of cardinality on separation_sets
  deferrable initially deferred for each row execute function reeve.keep_sets_sound();
create constraint trigger separation_set_roles_keep_sound after insert or delete on separation_set_roles
  deferrable initially deferred for each row execute function reeve.keep_sets_sound();

grant execute on function reeve.separation_broken(uuid, uuid), reeve.refuse_broken_separation(uuid, uuid) to reeve_app, reeve_auth;
