-- Roles inherit: whoever has a role has all that the roles below it permit. A partial order (ANSI INCITS 359-2012, general
-- role hierarchy): several roles below one, several above, no circle.
--
-- What is written are the immediate edges. What is asked is the closure, which the triggers keep, each role reaching
-- itself: so a check costs one more step through an index, however deep the roles lie.
-- Step: expand.

set local lock_timeout = '3s';

-- role_id inherits from junior_id: it is above.
create table role_inheritance (
  tenant_id  uuid not null,
  role_id    uuid not null,
  junior_id  uuid not null,
  created_at timestamptz not null default now(),

  constraint role_inheritance_pkey primary key (tenant_id, role_id, junior_id),
  constraint role_inheritance_of_another check (role_id <> junior_id)
);

create table role_closure (
  tenant_id  uuid not null,
  role_id    uuid not null,
  reaches_id uuid not null,

  constraint role_closure_pkey primary key (tenant_id, role_id, reaches_id)
);

alter table role_inheritance add constraint role_inheritance_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade;
alter table role_inheritance add constraint role_inheritance_junior_id_fkey
  foreign key (tenant_id, junior_id) references roles (tenant_id, id) on delete cascade;
alter table role_closure add constraint role_closure_role_id_fkey
  foreign key (tenant_id, role_id) references roles (tenant_id, id) on delete cascade;
alter table role_closure add constraint role_closure_reaches_id_fkey
  foreign key (tenant_id, reaches_id) references roles (tenant_id, id) on delete cascade;

create index role_inheritance_junior_id_idx on role_inheritance (tenant_id, junior_id, role_id);
create index role_closure_reaches_id_idx on role_closure (tenant_id, reaches_id, role_id);

insert into role_closure (tenant_id, role_id, reaches_id) select tenant_id, id, id from roles;

comment on table role_inheritance is 'Which role is immediately above which: it has all that the other permits.';
comment on column role_inheritance.tenant_id is 'Whose row it is. [none]';
comment on column role_inheritance.role_id is 'The role above. [none]';
comment on column role_inheritance.junior_id is 'The role below, whose permissions it has too. [none]';
comment on column role_inheritance.created_at is 'Since when. [none]';
comment on table role_closure is 'Kept by triggers: every role with itself and all roles that it inherits from, however far below.';
comment on column role_closure.tenant_id is 'Whose row it is. [none]';
comment on column role_closure.role_id is 'Whoever has this role [none]';
comment on column role_closure.reaches_id is 'has what this one permits. [none]';

alter table role_inheritance enable row level security;
alter table role_closure enable row level security;
create policy role_inheritance_of_declared_tenant on role_inheritance
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy role_closure_of_declared_tenant on role_closure for select using (tenant_id = reeve.tenant_id());
-- Triggers write the closure in the name of whoever changes roles, and nobody else does.
create policy role_closure_kept_by_triggers on role_closure for insert
  with check (tenant_id = reeve.tenant_id() and pg_trigger_depth() > 0);
create policy role_closure_mended_by_triggers on role_closure for delete
  using (tenant_id = reeve.tenant_id() and pg_trigger_depth() > 0);
create policy role_closure_at_sign_in on role_closure for select to reeve_auth using (true);

grant select, insert, delete on table role_inheritance to reeve_app;
grant select, insert, delete on table role_closure to reeve_app;
grant select on table role_closure to reeve_auth;
grant select on table role_inheritance, role_closure to reeve_readonly;

create trigger role_inheritance_audit after insert or delete or update on role_inheritance
  for each row execute function reeve.audit('role_inheritance', 'tenant_id', 'role_id', 'tenant_id,created_at');

create function reeve.role_reaches_itself() returns trigger
  language plpgsql
as $$
begin
  insert into public.role_closure (tenant_id, role_id, reaches_id) values (new.tenant_id, new.id, new.id);
  return null;
end
$$;
comment on function reeve.role_reaches_itself() is 'Trigger: every role is in the closure, with itself.';
create trigger roles_reach_themselves after insert on roles
  for each row execute function reeve.role_reaches_itself();

-- Whoever changes how roles lie writes the tenant's guard first, and so comes before or after everybody else who does: no
-- two edges can make a circle that neither sees, and what a role permits is known by the count to have changed.
create function reeve.change_policy(tenant uuid) returns void
  language plpgsql
as $$
begin
  perform reeve.stay_declared(tenant);
  update public.tenant_guards set policy_version = policy_version + 1 where tenant_id = tenant;
end
$$;
comment on function reeve.change_policy(uuid) is 'Takes the turn of changing what the roles of a tenant permit, until the transaction ends.';

-- RV008: above and below.
create function reeve.keep_roles_in_order() returns trigger
  language plpgsql
as $$
begin
  if tg_op = 'DELETE' then
    perform reeve.change_policy(old.tenant_id);
    return old;
  end if;
  perform reeve.change_policy(new.tenant_id);
  if exists (
    select from public.role_closure c
    where c.tenant_id = new.tenant_id and c.role_id = new.junior_id and c.reaches_id = new.role_id
  ) then
    raise exception 'a role cannot inherit from one that inherits from it'
      using errcode = 'RV008', hint = 'look at what the two inherit already';
  end if;
  return new;
end
$$;
comment on function reeve.keep_roles_in_order() is 'Trigger: roles inherit in one direction, never in a circle.';
create trigger role_inheritance_keep_order before insert or delete on role_inheritance
  for each row execute function reeve.keep_roles_in_order();

create function reeve.close_inheritance() returns trigger
  language plpgsql
as $$
declare
  above uuid[];
begin
  if tg_op = 'INSERT' then
    insert into public.role_closure (tenant_id, role_id, reaches_id)
    select new.tenant_id, upper.role_id, lower.reaches_id
    from public.role_closure upper
    join public.role_closure lower on lower.tenant_id = new.tenant_id and lower.role_id = new.junior_id
    where upper.tenant_id = new.tenant_id and upper.reaches_id = new.role_id
    on conflict do nothing;
    return null;
  end if;

  -- What is above may reach what is below another way, so that is found again from the edges that remain. A role that is
  -- being deleted goes with its edges, one after the other.
  above := array(
    select c.role_id from public.role_closure c
    join public.roles r on r.tenant_id = c.tenant_id and r.id = c.role_id
    where c.tenant_id = old.tenant_id and c.reaches_id = old.role_id
  );
  delete from public.role_closure c
  where c.tenant_id = old.tenant_id and c.role_id = any (above) and c.role_id <> c.reaches_id;
  insert into public.role_closure (tenant_id, role_id, reaches_id)
  with recursive reached (role_id, reaches_id) as (
    select a.id, a.id from unnest(above) as a (id)
    union
    select reached.role_id, i.junior_id
    from reached
    join public.role_inheritance i on i.tenant_id = old.tenant_id and i.role_id = reached.reaches_id
    join public.roles r on r.tenant_id = old.tenant_id and r.id = i.junior_id
  )
  select old.tenant_id, role_id, reaches_id from reached
  on conflict do nothing;
  return null;
end
$$;
comment on function reeve.close_inheritance() is 'Trigger: keeps the closure of what roles inherit.';
create trigger role_inheritance_close after insert or delete on role_inheritance
  for each row execute function reeve.close_inheritance();

-- A role that others inherit from is in use. A foreign key would say the same where the whole tenant goes.
create function reeve.keep_inherited_roles() returns trigger
  language plpgsql
as $$
begin
  perform reeve.stay_declared(old.tenant_id);
  if exists (select from public.role_inheritance where tenant_id = old.tenant_id and junior_id = old.id)
     and exists (select from public.tenants where id = old.tenant_id) then
    -- in the words in which a foreign key would say it
    raise exception 'update or delete on table "roles" violates foreign key constraint "role_inheritance_junior_id_fkey" on table "role_inheritance"'
      using errcode = '23503', table = 'role_inheritance', constraint = 'role_inheritance_junior_id_fkey',
            hint = 'end that first';
  end if;
  return old;
end
$$;
comment on function reeve.keep_inherited_roles() is 'Trigger: a role is not deleted from below others.';
create trigger roles_keep_inherited before delete on roles
  for each row execute function reeve.keep_inherited_roles();

-- The count is written by change_policy() alone from now on.
create or replace function reeve.count_policy_change() returns trigger
  language plpgsql
as $$
begin
  perform reeve.change_policy(case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end);
  return null;
end
$$;

grant execute on function reeve.change_policy(uuid) to reeve_app, reeve_auth;
