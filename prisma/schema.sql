-- The whole schema after the last migration. Written by a program, for review: change it with a migration, then
--   npx vitest run src/operations/migrate/schema-sql.test.ts --update

set check_function_bodies = off;
set role reeve_owner;

create schema reeve;
comment on schema reeve is 'Functions of Reeve: context, access decisions, sign-in, audit. Tables stay in public.';
grant usage on schema reeve to public;

create extension btree_gin schema reeve;
create extension pg_trgm schema reeve;

CREATE OR REPLACE FUNCTION reeve.access_decision(tenant uuid, subject uuid, permission text, owner uuid DEFAULT NULL::uuid, OUT allowed boolean, OUT because jsonb)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  who   record;
  found record;
begin
  select u.is_active and t.deleted_at is null as active into who
  from public.users u
  join public.tenants t on t.id = u.tenant_id
  where u.tenant_id = tenant and u.id = subject;

  if who is null then
    allowed := false;
    because := jsonb_build_object('kind', 'no_such_user');
    return;
  elsif not who.active then
    allowed := false;
    because := jsonb_build_object('kind', 'suspended');
    return;
  end if;

  select r.id, r.name, rp.permission, rp.scope, case when below.id <> r.id then below.name end as inherited_from into found
  from public.user_roles ur
  join public.role_closure rc on rc.tenant_id = tenant and rc.role_id = ur.role_id
  join public.role_permissions rp on rp.tenant_id = tenant and rp.role_id = rc.reaches_id
  join public.roles r on r.tenant_id = tenant and r.id = ur.role_id
  join public.roles below on below.tenant_id = tenant and below.id = rc.reaches_id
  where ur.tenant_id = tenant and ur.user_id = subject
    and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
    and rp.permission = any (reeve.permission_patterns(access_decision.permission))
  order by rp.scope = 'any' or owner = subject desc nulls last, rp.scope, length(rp.permission) desc, r.name
  limit 1;

  if found is null then
    allowed := false;
    because := jsonb_build_object('kind', 'not_granted', 'permission', access_decision.permission);
  elsif found.scope = 'own' and owner is distinct from subject then
    allowed := false;
    because := jsonb_strip_nulls(jsonb_build_object(
      'kind', 'not_own', 'role', found.name, 'inheritedFrom', found.inherited_from,
      'permission', found.permission, 'scope', found.scope
    ));
  else
    allowed := true;
    because := jsonb_strip_nulls(jsonb_build_object(
      'kind', 'granted', 'roleId', found.id, 'role', found.name, 'inheritedFrom', found.inherited_from,
      'permission', found.permission, 'scope', found.scope
    ));
  end if;
end
$function$;
comment on function reeve.access_decision(uuid,uuid,text,uuid) is 'Whether a user may do resource:action (to an object made by owner), and because of what.';
revoke execute on function reeve.access_decision(uuid,uuid,text,uuid) from public;
grant execute on function reeve.access_decision(uuid,uuid,text,uuid) to reeve_app;
grant execute on function reeve.access_decision(uuid,uuid,text,uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.account_by_email(address text, OUT account_id uuid, OUT email character varying, OUT name character varying, OUT hash character varying, OUT verified boolean, OUT disabled boolean)
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return query
    select a.id, e.email, a.name, c.hash, e.verified_at is not null, a.disabled_at is not null
    from public.account_emails e
    join public.accounts a on a.id = e.account_id
    left join public.credentials c on c.account_id = a.id and c.kind = 'password'
    where e.email = address;
end
$function$;
comment on function reeve.account_by_email(text) is 'What sign-in needs to judge a password. One row or none.';
revoke execute on function reeve.account_by_email(text) from public;
grant execute on function reeve.account_by_email(text) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.account_by_id(wanted uuid, OUT account_id uuid, OUT email character varying, OUT name character varying, OUT hash character varying, OUT verified boolean, OUT disabled boolean, OUT created_at timestamp with time zone, OUT updated_at timestamp with time zone)
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return query
    select a.id, e.email, a.name, c.hash, e.verified_at is not null, a.disabled_at is not null, a.created_at, a.updated_at
    from public.accounts a
    join public.account_emails e on e.account_id = a.id and e.is_primary
    left join public.credentials c on c.account_id = a.id and c.kind = 'password'
    where a.id = wanted;
end
$function$;
comment on function reeve.account_by_id(uuid) is 'One account with its primary address. One row or none.';
revoke execute on function reeve.account_by_id(uuid) from public;
grant execute on function reeve.account_by_id(uuid) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.account_create(id uuid, email text, name text, hash text DEFAULT NULL::text, verified boolean DEFAULT false)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into public.accounts (id, name) values (account_create.id, account_create.name);
  insert into public.account_emails (email, account_id, verified_at)
  values (account_create.email, account_create.id, case when verified then now() end);
  if hash is not null then
    insert into public.credentials (account_id, hash) values (account_create.id, account_create.hash);
  end if;
  return account_create.id;
end
$function$;
comment on function reeve.account_create(uuid,text,text,text,boolean) is 'An account with its first address and, if given, its password hash. A taken address violates account_emails_pkey.';
revoke execute on function reeve.account_create(uuid,text,text,text,boolean) from public;
grant execute on function reeve.account_create(uuid,text,text,text,boolean) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.account_disable(wanted uuid, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update public.accounts set disabled_at = now(), disabled_reason = reason where id = wanted and disabled_at is null;
  if found then
    update public.sessions set revoked_at = now(), revoked_reason = 'account_disabled'
    where account_id = wanted and revoked_at is null and expires_at > now();
    return true;
  end if;
  return false;
end
$function$;
comment on function reeve.account_disable(uuid,text) is 'Shuts an account out everywhere; its sessions end at once.';
revoke execute on function reeve.account_disable(uuid,text) from public;
grant execute on function reeve.account_disable(uuid,text) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.account_enable(wanted uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update public.accounts set disabled_at = null, disabled_reason = null where id = wanted and disabled_at is not null;
  return found;
end
$function$;
comment on function reeve.account_enable(uuid) is 'Lets a disabled account sign in again.';
revoke execute on function reeve.account_enable(uuid) from public;
grant execute on function reeve.account_enable(uuid) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.account_rename(wanted uuid, new_name text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update public.accounts set name = new_name where id = wanted;
  return found;
end
$function$;
comment on function reeve.account_rename(uuid,text) is 'What the human calls themself.';
revoke execute on function reeve.account_rename(uuid,text) from public;
grant execute on function reeve.account_rename(uuid,text) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.actor()
 RETURNS jsonb
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('reeve.actor', true), '')::jsonb $function$;
comment on function reeve.actor() is 'Who acts in this transaction; null when nobody was declared.';
grant execute on function reeve.actor() to public;

CREATE OR REPLACE FUNCTION reeve.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'UPDATE' or coalesce(current_setting('reeve.retention', true), '') <> 'on' then
    raise exception '% is append-only', tg_table_name
      using errcode = 'RV005', hint = 'only retention removes from it';
  end if;
  return old;
end
$function$;
comment on function reeve.append_only() is 'Trigger: refuses every update, and deletes outside of retention.';
revoke execute on function reeve.append_only() from public;
grant execute on function reeve.append_only() to reeve_app;
grant execute on function reeve.append_only() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  entity  text   := tg_argv[0];
  hidden  text[] := string_to_array(tg_argv[3], ',');
  actor   jsonb  := reeve.actor();
  subject jsonb;
  before  jsonb;
  after   jsonb;
begin
  if tg_op <> 'INSERT' then
    subject := to_jsonb(old);
    before  := subject - hidden;
  end if;
  if tg_op <> 'DELETE' then
    subject := to_jsonb(new);
    after   := subject - hidden;
  end if;
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, after -> o.key)
    into before, after
    from jsonb_each(before) o
    where o.value is distinct from after -> o.key;
    if before is null then
      return null;  -- nothing that counts has changed
    end if;
  end if;

  insert into public.audit_logs
    (tenant_id, action, entity_type, entity_id, user_id, account_id, operator, db_role, request_id, ip_address, old_values, new_values)
  values (
    coalesce((subject ->> nullif(tg_argv[1], ''))::uuid, '00000000-0000-0000-0000-000000000000'),
    entity || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
    entity,
    (subject ->> nullif(tg_argv[2], ''))::uuid,
    (actor ->> 'user')::uuid,
    (actor ->> 'account')::uuid,
    left(actor ->> 'operator', 120),
    session_user,
    left(actor ->> 'request', 100),
    (actor ->> 'ip')::inet,
    before,
    after
  );
  return null;
end
$function$;
comment on function reeve.audit() is 'Trigger: one line in audit_logs for each row that really changed.';
revoke execute on function reeve.audit() from public;
grant execute on function reeve.audit() to reeve_app;
grant execute on function reeve.audit() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.audit_partitions_ensure(first_month date, months integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  month_start date;
  month_end   date;
  partition   text;
  made        integer := 0;
begin
  if months not between 1 and 120 then
    raise exception 'months must be between 1 and 120, not %', months using errcode = '22023';
  end if;
  if first_month not between current_date - 3660 and current_date + 3660 then
    raise exception 'the first month must be within ten years of today, not %', first_month using errcode = '22023';
  end if;
  -- One maker at a time; the others find the work done.
  perform pg_advisory_xact_lock(hashtext('reeve.audit_partitions_ensure'));
  for i in 0 .. months - 1 loop
    month_start := date_trunc('month', first_month) + make_interval(months => i);
    month_end   := month_start + interval '1 month';
    partition   := 'audit_logs_' || to_char(month_start, 'YYYY_MM');
    continue when to_regclass('public.' || quote_ident(partition)) is not null;

    if exists (select from public.audit_logs_default
               where created_at >= month_start::timestamptz and created_at < month_end::timestamptz) then
      alter table public.audit_logs detach partition public.audit_logs_default;
      execute format('create table public.%I partition of public.audit_logs for values from (%L) to (%L)',
                     partition, month_start::timestamptz, month_end::timestamptz);
      perform set_config('reeve.retention', 'on', true);
      execute format('with moved as (
                        delete from public.audit_logs_default where created_at >= %L and created_at < %L returning *
                      )
                      insert into public.%I overriding system value select * from moved',
                     month_start::timestamptz, month_end::timestamptz, partition);
      perform set_config('reeve.retention', '', true);
      alter table public.audit_logs attach partition public.audit_logs_default default;
    else
      execute format('create table public.%I partition of public.audit_logs for values from (%L) to (%L)',
                     partition, month_start::timestamptz, month_end::timestamptz);
    end if;
    execute format('alter table public.%I
                      alter column tenant_id set (n_distinct = 1), alter column action set (n_distinct = 30)', partition);
    -- A partition inherits the triggers for its rows, and none for itself as a whole.
    execute format('create trigger audit_logs_no_truncate before truncate on public.%I
                      for each statement execute function reeve.append_only()', partition);
    made := made + 1;
  end loop;
  return made;
end
$function$;
comment on function reeve.audit_partitions_ensure(date,integer) is 'Makes the monthly partitions that are missing, from a month on; returns how many it made.';
revoke execute on function reeve.audit_partitions_ensure(date,integer) from public;
grant execute on function reeve.audit_partitions_ensure(date,integer) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.authorize(permission text, owner uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  tenant  uuid := reeve.tenant_id();
  who     jsonb := reeve.actor();
  actor   uuid := who ->> 'user';
  -- as reeve.permission_patterns() has them, which would be called as a query of its own
  patterns text[] := array[
    permission, split_part(permission, ':', 1) || ':*', '*:' || split_part(permission, ':', 2), '*:*'
  ];
  verdict record;
begin
  if who ->> 'operator' is not null then
    return;
  end if;
  if tenant is null or actor is null then
    raise exception 'no tenant and user were declared in this transaction'
      using errcode = 'RV006', hint = 'go through inTenant()';
  end if;
  if exists (
    select from public.user_roles ur
    join public.role_closure rc on rc.tenant_id = tenant and rc.role_id = ur.role_id
    join public.role_permissions rp on rp.tenant_id = tenant and rp.role_id = rc.reaches_id
    where ur.tenant_id = tenant and ur.user_id = actor
      and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
      and rp.permission = any (patterns)
      and (rp.scope = 'any' or owner = actor)
  ) and exists (
    select from public.users u
    join public.tenants t on t.id = tenant and t.deleted_at is null
    where u.tenant_id = tenant and u.id = actor and u.is_active
  ) then
    return;
  end if;

  select * into verdict from reeve.access_decision(tenant, actor, permission, owner);
  if verdict.allowed then
    return;
  end if;
  if verdict.because ->> 'kind' in ('no_such_user', 'suspended') then
    raise exception 'there is no such tenant' using errcode = 'RV003', hint = 'check the id, or ask to be invited';
  end if;
  raise exception 'this needs the permission %', permission
    using errcode = 'RV002', hint = 'ask somebody who may assign roles for one that permits ' || permission;
end
$function$;
comment on function reeve.authorize(text,uuid) is 'Raises RV002 or RV003 unless the declared user may do this.';
revoke execute on function reeve.authorize(text,uuid) from public;
grant execute on function reeve.authorize(text,uuid) to reeve_app;
grant execute on function reeve.authorize(text,uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.begin_with_an_owner()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  owner_role uuid;
begin
  perform reeve.stay_declared(new.id);
  if not exists (select from public.tenants where id = new.id) then
    return null;  -- made and deleted in the same transaction
  end if;
  select r.id into owner_role from public.roles r where r.tenant_id = new.id and r.is_system and r.name = 'owner';
  if not exists (
    select from public.user_roles ur
    join public.users u on u.tenant_id = new.id and u.id = ur.user_id
    join public.role_permissions rp on rp.tenant_id = new.id and rp.role_id = ur.role_id
    where ur.tenant_id = new.id and ur.role_id = owner_role
      and u.is_active and u.account_id is not null and ur.valid_from <= now() and ur.valid_until is null
      and rp.permission = '*:*' and rp.scope = 'any'
  ) then
    raise exception 'a tenant cannot be without an owner'
      using errcode = 'RV001', hint = 'make the tenant and its owner in one transaction';
  end if;
  return null;
end
$function$;
comment on function reeve.begin_with_an_owner() is 'Trigger at commit: a tenant is born with an owner.';
revoke execute on function reeve.begin_with_an_owner() from public;
grant execute on function reeve.begin_with_an_owner() to reeve_app;
grant execute on function reeve.begin_with_an_owner() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.change_policy(tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform reeve.stay_declared(tenant);
  update public.tenant_guards set policy_version = policy_version + 1 where tenant_id = tenant;
end
$function$;
comment on function reeve.change_policy(uuid) is 'Takes the turn of changing what the roles of a tenant permit, until the transaction ends.';
revoke execute on function reeve.change_policy(uuid) from public;
grant execute on function reeve.change_policy(uuid) to reeve_app;
grant execute on function reeve.change_policy(uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.change_separation()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.change_separation() is 'Trigger: changes of sets, and of what inherits, come one after the other.';
revoke execute on function reeve.change_separation() from public;

CREATE OR REPLACE FUNCTION reeve.close_inheritance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.close_inheritance() is 'Trigger: keeps the closure of what roles inherit.';
revoke execute on function reeve.close_inheritance() from public;

CREATE OR REPLACE FUNCTION reeve.count_policy_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform reeve.change_policy(case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end);
  return null;
end
$function$;
comment on function reeve.count_policy_change() is 'Trigger: what roles are called or permit has changed.';
revoke execute on function reeve.count_policy_change() from public;

CREATE OR REPLACE FUNCTION reeve.forget_who_left()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.forget_who_left() is 'Trigger: what a deleted person assigned and suspended stays, without their name on it.';
revoke execute on function reeve.forget_who_left() from public;
grant execute on function reeve.forget_who_left() to reeve_app;
grant execute on function reeve.forget_who_left() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.give_only_what_is_held()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  wanted text[];
  -- What a role permits, and who is asked in, lasts: whoever has something for a time gives it for that time alone.
  until  timestamptz := coalesce((to_jsonb(new) ->> 'valid_until')::timestamptz, 'infinity');
begin
  perform reeve.stay_declared(new.tenant_id);
  if reeve.user_id() is null or reeve.is_operator() then
    return new;
  end if;
  if tg_table_name = 'role_permissions' then
    wanted := array[new.permission];
  else
    wanted := array(
      select rp.permission::text from public.role_closure rc
      join public.role_permissions rp on rp.tenant_id = new.tenant_id and rp.role_id = rc.reaches_id
      where rc.tenant_id = new.tenant_id and rc.role_id = coalesce(to_jsonb(new) ->> 'junior_id', to_jsonb(new) ->> 'role_id')::uuid
    );
  end if;
  if not reeve.holds(wanted, until) then
    raise exception 'nobody can give away more than they have'
      using errcode = 'RV002', hint = 'ask an owner to do it';
  end if;
  return new;
end
$function$;
comment on function reeve.give_only_what_is_held() is 'Trigger: a role or permission is given only by those who hold all of it.';
revoke execute on function reeve.give_only_what_is_held() from public;
grant execute on function reeve.give_only_what_is_held() to reeve_app;
grant execute on function reeve.give_only_what_is_held() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.holds(wanted text[], until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  actor  uuid := reeve.user_id();
  tenant uuid := reeve.tenant_id();
begin
  return not exists (
    select from unnest(wanted) as w (permission)
    where not exists (
      select from public.user_roles ur
      join public.role_closure rc on rc.tenant_id = tenant and rc.role_id = ur.role_id
      join public.role_permissions rp on rp.tenant_id = tenant and rp.role_id = rc.reaches_id
      where ur.tenant_id = tenant and ur.user_id = actor
        and ur.valid_from <= now() and (ur.valid_until is null or (ur.valid_until > now() and ur.valid_until >= until))
        and rp.permission = any (reeve.permission_patterns(w.permission)) and rp.scope = 'any'
    )
  );
end
$function$;
comment on function reeve.holds(text[],timestamp with time zone) is 'Whether the declared user may do all of this to any object, and until when.';
revoke execute on function reeve.holds(text[],timestamp with time zone) from public;
grant execute on function reeve.holds(text[],timestamp with time zone) to reeve_app;
grant execute on function reeve.holds(text[],timestamp with time zone) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.is_operator()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select reeve.actor() ->> 'operator' is not null $function$;
comment on function reeve.is_operator() is 'Whether this transaction acts for the installation''s operator (command line, maintenance).';
grant execute on function reeve.is_operator() to public;

CREATE OR REPLACE FUNCTION reeve.is_owner_role(tenant uuid, role uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  perform reeve.stay_declared(tenant);
  return exists (
    select from public.roles where tenant_id = tenant and id = role and is_system and name = 'owner'
  );
end
$function$;
comment on function reeve.is_owner_role(uuid,uuid) is 'Whether this is the tenant''s system role owner.';
revoke execute on function reeve.is_owner_role(uuid,uuid) from public;
grant execute on function reeve.is_owner_role(uuid,uuid) to reeve_app;
grant execute on function reeve.is_owner_role(uuid,uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.keep_account()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if reeve.is_operator() or not row_security_active('public.users')
     or (old.account_id is null and new.account_id::text = reeve.actor() ->> 'account' and reeve.user_id() is null) then
    return new;
  end if;
  raise exception 'a user stays with the account that accepted'
    using errcode = 'RV002', hint = 'delete the user, and invite the other account';
end
$function$;
comment on function reeve.keep_account() is 'Trigger: only the account itself becomes a user who waits for one; nobody takes it away.';
revoke execute on function reeve.keep_account() from public;
grant execute on function reeve.keep_account() to reeve_app;
grant execute on function reeve.keep_account() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.keep_an_owner()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  tenant     uuid := old.tenant_id;
  owner_role uuid;
begin
  perform reeve.stay_declared(tenant);
  if not exists (select from public.tenants where id = tenant) then
    return null;  -- the tenant itself is being deleted
  end if;
  insert into public.tenant_guards as guard (tenant_id, owner_changes) values (tenant, 1)
  on conflict (tenant_id) do update set owner_changes = guard.owner_changes + 1;
  -- Looked up first, so that PostgreSQL plans for how few owners there are and not for a role of usual size.
  select r.id into owner_role from public.roles r where r.tenant_id = tenant and r.is_system and r.name = 'owner';
  if not exists (
    select from public.user_roles ur
    join public.users u on u.tenant_id = tenant and u.id = ur.user_id
    where ur.tenant_id = tenant and ur.role_id = owner_role
      and u.is_active and u.account_id is not null and ur.valid_from <= now() and ur.valid_until is null
  ) then
    raise exception 'a tenant cannot be without an owner'
      using errcode = 'RV001', hint = 'make somebody else an owner first';
  end if;
  return null;
end
$function$;
comment on function reeve.keep_an_owner() is 'Trigger: the last owner cannot go, be suspended, or be given an end date.';
revoke execute on function reeve.keep_an_owner() from public;
grant execute on function reeve.keep_an_owner() to reeve_app;
grant execute on function reeve.keep_an_owner() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.keep_counting()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.policy_version < old.policy_version then
    raise exception 'the count of a tenant''s policies never falls'
      using errcode = 'RV004', hint = 'leave it to the triggers on roles and role_permissions';
  end if;
  return new;
end
$function$;
comment on function reeve.keep_counting() is 'Trigger: the count of changes goes up alone.';
revoke execute on function reeve.keep_counting() from public;

CREATE OR REPLACE FUNCTION reeve.keep_duties_separated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_duties_separated() is 'Trigger: nobody is given roles that are separated.';
revoke execute on function reeve.keep_duties_separated() from public;

CREATE OR REPLACE FUNCTION reeve.keep_inheritance_separated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform reeve.refuse_broken_separation(new.tenant_id);
  return null;
end
$function$;
comment on function reeve.keep_inheritance_separated() is 'Trigger: nobody gets, by inheritance, roles that are separated.';
revoke execute on function reeve.keep_inheritance_separated() from public;

CREATE OR REPLACE FUNCTION reeve.keep_inherited_roles()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_inherited_roles() is 'Trigger: a role is not deleted from below others.';
revoke execute on function reeve.keep_inherited_roles() from public;

CREATE OR REPLACE FUNCTION reeve.keep_owner_role_whole()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform reeve.stay_declared(old.tenant_id);
  if old.permission = '*:*' and old.scope = 'any' and exists (
    select from public.roles where tenant_id = old.tenant_id and id = old.role_id and is_system and name = 'owner'
  ) then
    raise exception 'the owner role always permits everything'
      using errcode = 'RV004', hint = 'give people a smaller role instead';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$function$;
comment on function reeve.keep_owner_role_whole() is 'Trigger: nobody can take everything away from the owners.';
revoke execute on function reeve.keep_owner_role_whole() from public;
grant execute on function reeve.keep_owner_role_whole() to reeve_app;
grant execute on function reeve.keep_owner_role_whole() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.keep_roles_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_roles_in_order() is 'Trigger: roles inherit in one direction, never in a circle.';
revoke execute on function reeve.keep_roles_in_order() from public;

CREATE OR REPLACE FUNCTION reeve.keep_separated_roles()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_separated_roles() is 'Trigger: a role is not deleted out of a set.';
revoke execute on function reeve.keep_separated_roles() from public;

CREATE OR REPLACE FUNCTION reeve.keep_sets_sound()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_sets_sound() is 'Trigger at commit: sets have roles enough, and nobody has too many of them.';
revoke execute on function reeve.keep_sets_sound() from public;

CREATE OR REPLACE FUNCTION reeve.keep_system_roles()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform reeve.stay_declared(old.tenant_id);
  if tg_op = 'DELETE' then
    if old.is_system and exists (select from public.tenants where id = old.tenant_id) then
      raise exception 'the system role % cannot be deleted', old.name
        using errcode = 'RV004', hint = 'take the role away from people instead';
    end if;
    return old;
  end if;
  if old.is_system and (new.name <> old.name or not new.is_system) then
    raise exception 'the system role % cannot be renamed', old.name
      using errcode = 'RV004', hint = 'make a role of your own with the name you want';
  end if;
  return new;
end
$function$;
comment on function reeve.keep_system_roles() is 'Trigger: system roles are neither deleted nor renamed.';
revoke execute on function reeve.keep_system_roles() from public;
grant execute on function reeve.keep_system_roles() to reeve_app;
grant execute on function reeve.keep_system_roles() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.keep_what_is_known_theirs()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
comment on function reeve.keep_what_is_known_theirs() is 'Trigger: what policies know of a person follows their address, and goes when they are deleted.';
revoke execute on function reeve.keep_what_is_known_theirs() from public;
grant execute on function reeve.keep_what_is_known_theirs() to reeve_app;

CREATE OR REPLACE FUNCTION reeve.password_replace(wanted uuid, old_hash text, new_hash text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if old_hash is null then
    insert into public.credentials (account_id, hash) values (wanted, new_hash)
    on conflict (account_id) where kind = 'password' do nothing;
    return found;
  end if;
  update public.credentials set hash = new_hash
  where account_id = wanted and kind = 'password' and hash = old_hash;
  return found;
end
$function$;
comment on function reeve.password_replace(uuid,text,text) is 'Sets a password hash if the old one is still in place; null for none yet.';
revoke execute on function reeve.password_replace(uuid,text,text) from public;
grant execute on function reeve.password_replace(uuid,text,text) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.permission_patterns(permission text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select array[
    permission,
    split_part(permission, ':', 1) || ':*',
    '*:' || split_part(permission, ':', 2),
    '*:*'
  ]
$function$;
comment on function reeve.permission_patterns(text) is 'The granted names that permit resource:action: itself, resource:*, *:action, *:*.';
revoke execute on function reeve.permission_patterns(text) from public;
grant execute on function reeve.permission_patterns(text) to reeve_app;
grant execute on function reeve.permission_patterns(text) to reeve_auth;
grant execute on function reeve.permission_patterns(text) to reeve_readonly;

CREATE OR REPLACE FUNCTION reeve.refuse_broken_separation(tenant uuid, person uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  broken text := reeve.separation_broken(tenant, person);
begin
  if broken is not null then
    raise exception 'nobody may have so many roles of the set %', broken
      using errcode = 'RV009', hint = 'take one of these roles away first, or give the other to somebody else';
  end if;
end
$function$;
comment on function reeve.refuse_broken_separation(uuid,uuid) is 'Raises RV009 where somebody has too many roles of a set.';
revoke execute on function reeve.refuse_broken_separation(uuid,uuid) from public;
grant execute on function reeve.refuse_broken_separation(uuid,uuid) to reeve_app;
grant execute on function reeve.refuse_broken_separation(uuid,uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.role_reaches_itself()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into public.role_closure (tenant_id, role_id, reaches_id) values (new.tenant_id, new.id, new.id);
  return null;
end
$function$;
comment on function reeve.role_reaches_itself() is 'Trigger: every role is in the closure, with itself.';
revoke execute on function reeve.role_reaches_itself() from public;

CREATE OR REPLACE FUNCTION reeve.roles_told(tenants uuid[], roles uuid[])
 RETURNS TABLE(tenant_id uuid, role_id uuid, policy_version bigint, name character varying, permissions text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  return query
    select r.tenant_id, r.id, g.policy_version, r.name, may.permissions
    from unnest(tenants, roles) as wanted (tenant_id, role_id)
    join public.roles r on r.tenant_id = wanted.tenant_id and r.id = wanted.role_id
    join public.tenant_guards g on g.tenant_id = r.tenant_id
    cross join lateral (
      select string_agg(case rp.scope when 'own' then rp.permission || ':own' else rp.permission end, ' ') as permissions
      from public.role_closure rc
      join public.role_permissions rp on rp.tenant_id = r.tenant_id and rp.role_id = rc.reaches_id
      where rc.tenant_id = r.tenant_id and rc.role_id = r.id
    ) may;
end
$function$;
comment on function reeve.roles_told(uuid[],uuid[]) is 'Roles by tenant and id: what each is called and permits, at which count of changes.';
revoke execute on function reeve.roles_told(uuid[],uuid[]) from public;
grant execute on function reeve.roles_told(uuid[],uuid[]) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.separation_broken(tenant uuid, person uuid DEFAULT NULL::uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;
comment on function reeve.separation_broken(uuid,uuid) is 'The set of which a person, or anybody, has too many roles; null where all is well.';
revoke execute on function reeve.separation_broken(uuid,uuid) from public;
grant execute on function reeve.separation_broken(uuid,uuid) to reeve_app;
grant execute on function reeve.separation_broken(uuid,uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.session_open(id uuid, account uuid, token_hash bytea, ip inet, user_agent text, idle_seconds integer, lifetime_seconds integer)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ends timestamptz := now() + make_interval(secs => lifetime_seconds);
begin
  -- Also holds against a disabling that is under way: it waits for this row, or this for it.
  perform from public.accounts a where a.id = account and a.disabled_at is null for share;
  if not found then
    raise exception 'there is no such account' using errcode = 'RV003', hint = 'sign in again';
  end if;
  insert into public.sessions (id, account_id, token_hash, ip, user_agent, idle_seconds, expires_at)
  values (session_open.id, account, session_open.token_hash, session_open.ip, left(session_open.user_agent, 500),
          session_open.idle_seconds, ends);
  update public.users u set last_login_at = now() where u.account_id = account and u.is_active;
  return ends;
end
$function$;
comment on function reeve.session_open(uuid,uuid,bytea,inet,text,integer,integer) is 'Opens a session; returns when it ends whatever happens.';
revoke execute on function reeve.session_open(uuid,uuid,bytea,inet,text,integer,integer) from public;
grant execute on function reeve.session_open(uuid,uuid,bytea,inet,text,integer,integer) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.sessions_check(token_hashes bytea[], tenants uuid[], OUT ord integer, OUT session_id uuid, OUT account_id uuid, OUT user_id uuid, OUT expires_at timestamp with time zone, OUT stale boolean)
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return query
    select wanted.ord::integer, s.id, s.account_id, u.id,
           least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds)),
           s.last_seen_at < now() - interval '1 minute'
    from unnest(token_hashes, tenants) with ordinality as wanted (token_hash, tenant_id, ord)
    join public.sessions s on s.token_hash = wanted.token_hash
    join public.accounts a on a.id = s.account_id and a.disabled_at is null
    left join public.users u on u.tenant_id = wanted.tenant_id and u.account_id = s.account_id and u.is_active
    where s.revoked_at is null
      and s.expires_at > now()
      and s.last_seen_at + make_interval(secs => s.idle_seconds) > now();
end
$function$;
comment on function reeve.sessions_check(bytea[],uuid[]) is 'For each token hash with its tenant (or null): session, account, user there, end; no row where there is no live session.';
revoke execute on function reeve.sessions_check(bytea[],uuid[]) from public;
grant execute on function reeve.sessions_check(bytea[],uuid[]) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.sessions_of(account uuid, OUT id uuid, OUT ip text, OUT user_agent character varying, OUT created_at timestamp with time zone, OUT last_seen_at timestamp with time zone, OUT expires_at timestamp with time zone)
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return query
    select s.id, host(s.ip), s.user_agent, s.created_at, s.last_seen_at,
           least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds))
    from public.sessions s
    where s.account_id = account and s.revoked_at is null
      and s.expires_at > now()
      and s.last_seen_at + make_interval(secs => s.idle_seconds) > now()
    order by s.created_at desc
    limit 100;
end
$function$;
comment on function reeve.sessions_of(uuid) is 'The newest hundred live sessions of an account.';
revoke execute on function reeve.sessions_of(uuid) from public;
grant execute on function reeve.sessions_of(uuid) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.sessions_revoke(account uuid, only_session uuid, kept_session uuid, reason text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  ended integer;
begin
  update public.sessions s set revoked_at = now(), revoked_reason = reason
  where s.account_id = account and s.revoked_at is null and s.expires_at > now()
    and (only_session is null or s.id = only_session)
    and (kept_session is null or s.id <> kept_session);
  get diagnostics ended = row_count;
  return ended;
end
$function$;
comment on function reeve.sessions_revoke(uuid,uuid,uuid,text) is 'Ends one session of an account, or all but the kept one; returns how many.';
revoke execute on function reeve.sessions_revoke(uuid,uuid,uuid,text) from public;
grant execute on function reeve.sessions_revoke(uuid,uuid,uuid,text) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.sessions_touch(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update public.sessions set last_seen_at = now()
  where id in (
    select s.id from public.sessions s
    where s.id = any (ids) and s.revoked_at is null and s.last_seen_at + make_interval(secs => s.idle_seconds) > now()
    order by s.id for update skip locked
  );
end
$function$;
comment on function reeve.sessions_touch(uuid[]) is 'Notes that these sessions are in use.';
revoke execute on function reeve.sessions_touch(uuid[]) from public;
grant execute on function reeve.sessions_touch(uuid[]) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.sessions_who(token_hashes bytea[])
 RETURNS TABLE(ord integer, session_id uuid, account_id uuid, email character varying, account_name character varying, expires_at timestamp with time zone, stale boolean, tenant_id uuid, user_id uuid, slug character varying, tenant_name character varying, policy_version bigint, role_ids text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  return query
    select wanted.ord::integer, s.id, s.account_id, e.email, a.name,
           least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds)),
           s.last_seen_at < now() - interval '1 minute',
           own.tenant_id, own.user_id, own.slug, own.name, own.policy_version, held.role_ids
    from unnest(token_hashes) with ordinality as wanted (token_hash, ord)
    join public.sessions s on s.token_hash = wanted.token_hash
    join public.accounts a on a.id = s.account_id and a.disabled_at is null
    join public.account_emails e on e.account_id = s.account_id and e.is_primary
    left join lateral (
      select t.id as tenant_id, u.id as user_id, t.slug, t.name, g.policy_version
      from public.users u
      join public.tenants t on t.id = u.tenant_id and t.deleted_at is null
      join public.tenant_guards g on g.tenant_id = u.tenant_id
      where u.account_id = s.account_id and u.is_active
      order by t.name, t.id
      limit 100
    ) own on true
    left join lateral (
      select string_agg(ur.role_id::text, ' ') as role_ids
      from public.user_roles ur
      where ur.tenant_id = own.tenant_id and ur.user_id = own.user_id
        and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
    ) held on true
    where s.revoked_at is null
      and s.expires_at > now()
      and s.last_seen_at + make_interval(secs => s.idle_seconds) > now();
end
$function$;
comment on function reeve.sessions_who(bytea[]) is 'For each token hash: session, account, end, and a row for each of its tenants (a hundred at most) with the roles in force and the count of changes to what they permit; no row where there is no live session.';
revoke execute on function reeve.sessions_who(bytea[]) from public;
grant execute on function reeve.sessions_who(bytea[]) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.set_context(tenant uuid, actor jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if current_setting('citus.propagate_set_commands', true) is null then
    perform set_config('reeve.tenant_id', coalesce(tenant::text, ''), true),
            set_config('reeve.actor', coalesce(actor::text, ''), true);
  else
    execute format('set local reeve.tenant_id = %L', coalesce(tenant::text, ''));
    execute format('set local reeve.actor = %L', coalesce(actor::text, ''));
  end if;
end
$function$;
comment on function reeve.set_context(uuid,jsonb) is 'Declares, until the transaction ends, the tenant and the actor: {"user", "account", "operator", "request", "ip"}, each optional.';
revoke execute on function reeve.set_context(uuid,jsonb) from public;
grant execute on function reeve.set_context(uuid,jsonb) to reeve_app;
grant execute on function reeve.set_context(uuid,jsonb) to reeve_auth;
grant execute on function reeve.set_context(uuid,jsonb) to reeve_readonly;

CREATE OR REPLACE FUNCTION reeve.stay_declared(tenant uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if tenant is distinct from reeve.tenant_id() and row_security_active('public.users') then
    raise exception 'the tenant of this row is not the one declared'
      using errcode = 'RV006', hint = 'declare the tenant once, before the first statement';
  end if;
end
$function$;
comment on function reeve.stay_declared(uuid) is 'Raises RV006 where row-level security would hide this tenant from a rule.';
revoke execute on function reeve.stay_declared(uuid) from public;
grant execute on function reeve.stay_declared(uuid) to reeve_app;
grant execute on function reeve.stay_declared(uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.take_only_what_is_held()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  actor  uuid := reeve.user_id();
  person uuid := case tg_table_name when 'users' then (to_jsonb(old) ->> 'id')::uuid else (to_jsonb(old) ->> 'user_id')::uuid end;
  wanted text[];
begin
  perform reeve.stay_declared(old.tenant_id);
  if actor is null or reeve.is_operator() or actor = person
     or not exists (select from public.tenants where id = old.tenant_id) then
    return coalesce(new, old);
  end if;
  if tg_table_name = 'role_permissions' then
    wanted := array[to_jsonb(old) ->> 'permission'];
    if not exists (select from public.roles where tenant_id = old.tenant_id and id = (to_jsonb(old) ->> 'role_id')::uuid) then
      return old;  -- a role that nobody has is being deleted
    end if;
  elsif tg_table_name in ('user_roles', 'role_inheritance') then
    wanted := array(
      select rp.permission::text from public.role_closure rc
      join public.role_permissions rp on rp.tenant_id = old.tenant_id and rp.role_id = rc.reaches_id
      where rc.tenant_id = old.tenant_id and rc.role_id = coalesce(to_jsonb(old) ->> 'junior_id', to_jsonb(old) ->> 'role_id')::uuid
    );
  else
    wanted := array(
      select distinct rp.permission::text from public.user_roles ur
      join public.role_closure rc on rc.tenant_id = old.tenant_id and rc.role_id = ur.role_id
      join public.role_permissions rp on rp.tenant_id = old.tenant_id and rp.role_id = rc.reaches_id
      where ur.tenant_id = old.tenant_id and ur.user_id = person
    );
  end if;
  if not reeve.holds(wanted) then
    raise exception 'nobody can take from others more than they have'
      using errcode = 'RV002', hint = 'ask an owner to do it';
  end if;
  return coalesce(new, old);
end
$function$;
comment on function reeve.take_only_what_is_held() is 'Trigger: a role is taken away, and somebody suspended, only by those who hold all that goes.';
revoke execute on function reeve.take_only_what_is_held() from public;
grant execute on function reeve.take_only_what_is_held() to reeve_app;
grant execute on function reeve.take_only_what_is_held() to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.tenant_furnish(tenant uuid)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
declare
  owner_role uuid := reeve.uuid_v7();
begin
  insert into public.tenant_guards (tenant_id) values (tenant);

  insert into public.roles (tenant_id, id, name, description, is_system)
  values
    (tenant, owner_role,       'owner',  'May do everything, including deleting the tenant.', true),
    (tenant, reeve.uuid_v7(),  'admin',  'Runs the tenant: people, roles, invitations, content.', true),
    (tenant, reeve.uuid_v7(),  'member', 'Reads everything shared and manages what they wrote.', true),
    (tenant, reeve.uuid_v7(),  'viewer', 'Reads what is shared.', true);

  insert into public.role_permissions (tenant_id, role_id, permission, scope)
  select tenant, r.id, g.permission, g.scope
  from (values
    ('owner',  '*:*',             'any'),
    ('admin',  'tenant:read',     'any'),
    ('admin',  'tenant:update',   'any'),
    ('admin',  'users:*',         'any'),
    ('admin',  'roles:*',         'any'),
    ('admin',  'invitations:*',   'any'),
    ('admin',  'audit:read',      'any'),
    ('admin',  'posts:*',         'any'),
    ('admin',  'comments:*',      'any'),
    ('admin',  'access:*',        'any'),
    ('admin',  'policies:*',      'any'),
    ('admin',  'entities:*',      'any'),
    ('member', 'tenant:read',     'any'),
    ('member', 'users:read',      'any'),
    ('member', 'users:update',    'own'),
    ('member', 'roles:read',      'any'),
    ('member', 'posts:read',      'any'),
    ('member', 'posts:create',    'any'),
    ('member', 'posts:update',    'own'),
    ('member', 'posts:publish',   'own'),
    ('member', 'posts:delete',    'own'),
    ('member', 'comments:read',   'any'),
    ('member', 'comments:create', 'any'),
    ('member', 'comments:update', 'own'),
    ('member', 'comments:delete', 'own'),
    ('viewer', 'tenant:read',     'any'),
    ('viewer', 'users:read',      'any'),
    ('viewer', 'posts:read',      'any'),
    ('viewer', 'comments:read',   'any')
  ) as g (role, permission, scope)
  join public.roles r on r.tenant_id = tenant and r.name = g.role;

  return owner_role;
end
$function$;
comment on function reeve.tenant_furnish(uuid) is 'Gives a new tenant its system roles and their permissions; returns the id of the role owner.';
revoke execute on function reeve.tenant_furnish(uuid) from public;
grant execute on function reeve.tenant_furnish(uuid) to reeve_app;
grant execute on function reeve.tenant_furnish(uuid) to reeve_auth;

CREATE OR REPLACE FUNCTION reeve.tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('reeve.tenant_id', true), '')::uuid $function$;
comment on function reeve.tenant_id() is 'The tenant this transaction declared; null when it declared none, and then no tenant row is visible.';
grant execute on function reeve.tenant_id() to public;

CREATE OR REPLACE FUNCTION reeve.tenants_of(account uuid, OUT tenant_id uuid, OUT slug character varying, OUT name character varying, OUT user_id uuid, OUT roles text[], OUT permissions text[])
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return query
    select t.id, t.slug, t.name, u.id,
      array(
        select r.name::text
        from public.user_roles ur
        join public.roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
        where ur.tenant_id = u.tenant_id and ur.user_id = u.id
          and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
        order by r.name
      ),
      array(
        select distinct rp.permission || case rp.scope when 'own' then ':own' else '' end
        from public.user_roles ur
        join public.role_closure rc on rc.tenant_id = ur.tenant_id and rc.role_id = ur.role_id
        join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = rc.reaches_id
        where ur.tenant_id = u.tenant_id and ur.user_id = u.id
          and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
        order by 1
      )
    from public.users u
    join public.tenants t on t.id = u.tenant_id and t.deleted_at is null
    where u.account_id = account and u.is_active
    order by t.name, t.id
    limit 100;
end
$function$;
comment on function reeve.tenants_of(uuid) is 'Where an account is an active user (a hundred at most), with its roles and permissions there.';
revoke execute on function reeve.tenants_of(uuid) from public;
grant execute on function reeve.tenants_of(uuid) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.updated_at := now();
  return new;
end
$function$;
comment on function reeve.touch_updated_at() is 'Trigger: the time of the last change.';
revoke execute on function reeve.touch_updated_at() from public;
grant execute on function reeve.touch_updated_at() to reeve_app;
grant execute on function reeve.touch_updated_at() to reeve_auth;
grant execute on function reeve.touch_updated_at() to reeve_readonly;

CREATE OR REPLACE FUNCTION reeve.unsign_what_they_wrote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update public.posts set user_id = null where tenant_id = old.tenant_id and user_id = old.id;
  update public.comments set user_id = null where tenant_id = old.tenant_id and user_id = old.id;
  return old;
end
$function$;
comment on function reeve.unsign_what_they_wrote() is 'Trigger: what a deleted person wrote stays, without their name on it.';
revoke execute on function reeve.unsign_what_they_wrote() from public;
grant execute on function reeve.unsign_what_they_wrote() to reeve_app;

CREATE OR REPLACE FUNCTION reeve.user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select (reeve.actor() ->> 'user')::uuid $function$;
comment on function reeve.user_id() is 'The user who acts in this transaction, if it is a user.';
grant execute on function reeve.user_id() to public;

CREATE OR REPLACE FUNCTION reeve.users_by_email(tenants uuid[], actors uuid[], emails text[])
 RETURNS TABLE(ord integer, refused text, id uuid, account_id uuid, email character varying, username character varying, name character varying, phone character varying, avatar_url character varying, is_active boolean, is_verified boolean, suspended_at timestamp with time zone, suspension_reason character varying, last_login_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  return query
    with asked as (
      select a.tenant_id, a.actor, a.email, a.ord::integer as ord
      from unnest(tenants, actors, emails) with ordinality as a (tenant_id, actor, email, ord)
    ), decided as (
      select askers.tenant_id, askers.actor, decision.allowed, decision.because ->> 'kind' as kind
      from (select distinct tenant_id, actor from asked where actor is not null) askers
      cross join lateral reeve.access_decision(askers.tenant_id, askers.actor, 'users:read') decision
    )
    select asked.ord, case when not decided.allowed then decided.kind end,
           u.id, u.account_id, u.email, u.username, u.name, u.phone, u.avatar_url, u.is_active, u.is_verified,
           u.suspended_at, u.suspension_reason, u.last_login_at, u.created_at, u.updated_at
    from asked
    left join decided on decided.tenant_id = asked.tenant_id and decided.actor = asked.actor
    left join public.users u on u.tenant_id = asked.tenant_id and u.email = asked.email and decided.allowed is not false
    where u.id is not null or decided.allowed is false;
end
$function$;
comment on function reeve.users_by_email(uuid[],uuid[],text[]) is 'For each tenant, actor and address: the user who has it; a row that says why where the actor may not ask; none where nobody has it.';
revoke execute on function reeve.users_by_email(uuid[],uuid[],text[]) from public;
grant execute on function reeve.users_by_email(uuid[],uuid[],text[]) to reeve_app;

CREATE OR REPLACE FUNCTION reeve.users_search(q text, active boolean, role uuid, before_id uuid, page integer)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
  newest   constant integer := 2000;
  tenant   uuid := reeve.tenant_id();
  literal  text := replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_');
  patterns text[];
  met      uuid[];
  read     integer;
begin
  if char_length(q) not between 2 and 255 or page not between 1 and 1000 then
    raise exception 'a search has 2 to 255 characters and asks for 1 to 1000 people' using errcode = '22023';
  end if;
  if char_length(q) = 2 then
    patterns := array[literal || '%', '% ' || literal || '%', '%' || literal || ' %', '%' || literal];
  else
    patterns := array['%' || literal || '%'];
  end if;

  with nearest as materialized (
    select u.id, u.is_active, u.search from public.users u
    where u.tenant_id = tenant and u.id < before_id
    order by u.id desc
    limit newest
  )
  select
    array(
      select n.id from nearest n
      where n.search like any (patterns)
        and (active is null or n.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = n.id
        ))
      order by n.id desc
      limit page
    ),
    (select count(*) from nearest)
  into met, read;
  if cardinality(met) = page or read < newest then
    return query select * from unnest(met);
    return;
  end if;

  -- "offset 0" keeps the order out of the plan: walking everybody in the hope of an early page can take very long.
  return query
    select matching.id from (
      select u.id from public.users u
      where u.tenant_id = tenant and u.id < before_id
        and u.search like any (patterns)
        and (active is null or u.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = u.id
        ))
      offset 0
    ) as matching
    order by matching.id desc
    limit page;
end
$function$;
comment on function reeve.users_search(text,boolean,uuid,uuid,integer) is 'Ids of the declared tenant''s people with q in name, user name or address, the newest first, before an id.';
revoke execute on function reeve.users_search(text,boolean,uuid,uuid,integer) from public;
grant execute on function reeve.users_search(text,boolean,uuid,uuid,integer) to reeve_app;
grant execute on function reeve.users_search(text,boolean,uuid,uuid,integer) to reeve_readonly;

CREATE OR REPLACE FUNCTION reeve.uuid_v7()
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  select encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
          from 1 for 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$function$;
comment on function reeve.uuid_v7() is 'A new UUID version 7: later ids sort later.';
grant execute on function reeve.uuid_v7() to public;


create table public.account_emails (
  email character varying(255) collate "C" not null,
  account_id uuid not null,
  is_primary boolean not null default true,
  verified_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint account_emails_pkey PRIMARY KEY (email),
  constraint account_emails_form CHECK ((((email)::text = lower((email)::text)) AND ((email)::text ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text)))
);
comment on table public.account_emails is 'The addresses an account signs in with.';
comment on column public.account_emails.email is 'Lower-case. [personal]';
comment on column public.account_emails.account_id is 'Whose it is. [personal]';
comment on column public.account_emails.is_primary is 'The one address we write to. [none]';
comment on column public.account_emails.verified_at is 'When its owner proved to be able to read it. [personal]';
comment on column public.account_emails.created_at is 'When it was added. [personal]';
CREATE INDEX account_emails_account_id_idx ON public.account_emails USING btree (account_id);
CREATE UNIQUE INDEX account_emails_one_primary ON public.account_emails USING btree (account_id) WHERE is_primary;
CREATE TRIGGER account_emails_audit AFTER INSERT OR DELETE OR UPDATE ON public.account_emails FOR EACH ROW EXECUTE FUNCTION reeve.audit('account_email', '', 'account_id', '');
alter table public.account_emails enable row level security;
create policy account_emails_for_sign_in on public.account_emails to reeve_auth using (true) with check (true);
grant insert, select, update on table public.account_emails to reeve_auth;

create table public.accounts (
  id uuid not null default reeve.uuid_v7(),
  name character varying(120) not null,
  disabled_at timestamp with time zone,
  disabled_reason character varying(200),
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_name_filled CHECK ((((name)::text ~ '[^[:space:]]'::text) AND ((name)::text !~ '[[:cntrl:]]'::text)))
);
comment on table public.accounts is 'A human who can sign in. Exists once; the tenants that know the human each have a user.';
comment on column public.accounts.id is 'UUIDv7. [personal]';
comment on column public.accounts.name is 'What the human calls themself. [personal]';
comment on column public.accounts.disabled_at is 'Since when the account may not sign in; its sessions end at once. [personal]';
comment on column public.accounts.disabled_reason is 'Why it was disabled. [personal]';
comment on column public.accounts.created_at is 'When it was made. [personal]';
comment on column public.accounts.updated_at is 'When it last changed. [personal]';
CREATE TRIGGER accounts_audit AFTER INSERT OR DELETE OR UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION reeve.audit('account', '', 'id', 'updated_at');
CREATE TRIGGER accounts_touch BEFORE UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.accounts enable row level security;
create policy accounts_for_sign_in on public.accounts to reeve_auth using (true) with check (true);
grant insert, select, update on table public.accounts to reeve_auth;

create table public.audit_logs (
  tenant_id uuid not null,
  id bigint not null generated always as identity,
  created_at timestamp with time zone not null default now(),
  action character varying(50) collate "C" not null,
  entity_type character varying(50) collate "C" not null,
  entity_id uuid,
  user_id uuid,
  account_id uuid,
  operator character varying(120),
  db_role character varying(63) collate "C" not null,
  request_id character varying(100),
  ip_address inet,
  old_values jsonb,
  new_values jsonb,
  constraint audit_logs_pkey PRIMARY KEY (tenant_id, created_at, id)
) partition by RANGE (created_at);
create table public.audit_logs_default partition of public.audit_logs DEFAULT;
comment on table public.audit_logs is 'Who did what, when, from where; old and new values without secrets. Partitioned by month.';
comment on column public.audit_logs.tenant_id is 'Where it happened; the nil UUID for what belongs to no tenant. [none]';
comment on column public.audit_logs.id is 'Order within the installation. [none]';
comment on column public.audit_logs.created_at is 'When the transaction began. [personal]';
comment on column public.audit_logs.action is 'What was done: user.created, role.updated, … [none]';
comment on column public.audit_logs.entity_type is 'To what sort of thing. [none]';
comment on column public.audit_logs.entity_id is 'To which one. [personal]';
comment on column public.audit_logs.user_id is 'The user who did it. [personal]';
comment on column public.audit_logs.account_id is 'The account behind that user. [personal]';
comment on column public.audit_logs.operator is 'The operator who did it, when it was done for the installation. [personal]';
comment on column public.audit_logs.db_role is 'The database login it came through; the only name there is for a change made in psql. [none]';
comment on column public.audit_logs.request_id is 'The request it belongs to. [none]';
comment on column public.audit_logs.ip_address is 'From where. [personal]';
comment on column public.audit_logs.old_values is 'What it was; for a change only what changed. [personal]';
comment on column public.audit_logs.new_values is 'What it became; for a change only what changed. [personal]';
CREATE INDEX audit_logs_action_idx ON public.audit_logs USING btree (tenant_id, action, created_at DESC, id DESC);
CREATE INDEX audit_logs_entity_idx ON public.audit_logs USING btree (tenant_id, entity_type, entity_id, created_at DESC, id DESC);
CREATE INDEX audit_logs_user_id_idx ON public.audit_logs USING btree (tenant_id, user_id, created_at DESC, id DESC);
CREATE TRIGGER audit_logs_append_only BEFORE DELETE OR UPDATE ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION reeve.append_only();
CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION reeve.append_only();
CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON public.audit_logs_default FOR EACH STATEMENT EXECUTE FUNCTION reeve.append_only();
alter table public.audit_logs enable row level security;
create policy audit_logs_by_trigger on public.audit_logs for insert with check (pg_trigger_depth() > 0);
create policy audit_logs_of_declared_tenant on public.audit_logs for select using (tenant_id = reeve.tenant_id());
create policy audit_logs_of_no_tenant on public.audit_logs as restrictive for select to reeve_app using ((tenant_id <> '00000000-0000-0000-0000-000000000000'::uuid) OR reeve.is_operator());
create policy audit_logs_without_accounts on public.audit_logs as restrictive for select to reeve_readonly using (tenant_id <> '00000000-0000-0000-0000-000000000000'::uuid);
grant insert on table public.audit_logs to reeve_auth;
grant insert, select on table public.audit_logs to reeve_app;
grant select on table public.audit_logs to reeve_readonly;

create table public.comments (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  post_id uuid not null,
  user_id uuid,
  content text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint comments_pkey PRIMARY KEY (tenant_id, id),
  constraint comments_content_length CHECK (((content ~ '[^[:space:]]'::text) AND (char_length(content) <= 10000)))
);
comment on table public.comments is 'What somebody said under a post.';
comment on column public.comments.tenant_id is 'Whose row it is. [none]';
comment on column public.comments.id is 'UUIDv7, unique in the tenant. [none]';
comment on column public.comments.post_id is 'Under which post. [none]';
comment on column public.comments.user_id is 'Who said it; null when they were deleted. [personal]';
comment on column public.comments.content is 'What they said. [personal]';
comment on column public.comments.created_at is 'When they said it. [none]';
comment on column public.comments.updated_at is 'When they last changed it. [none]';
CREATE INDEX comments_post_id_idx ON public.comments USING btree (tenant_id, post_id, id);
CREATE INDEX comments_user_id_idx ON public.comments USING btree (tenant_id, user_id);
CREATE TRIGGER comments_audit AFTER INSERT OR DELETE OR UPDATE ON public.comments FOR EACH ROW EXECUTE FUNCTION reeve.audit('comment', 'tenant_id', 'id', 'tenant_id,updated_at');
CREATE TRIGGER comments_touch BEFORE UPDATE ON public.comments FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.comments enable row level security;
create policy comments_of_declared_tenant on public.comments using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select, update on table public.comments to reeve_app;
grant select on table public.comments to reeve_readonly;

create table public.credentials (
  id uuid not null default reeve.uuid_v7(),
  account_id uuid not null,
  kind character varying(20) collate "C" not null default 'password'::character varying,
  hash character varying(255) collate "C" not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint credentials_pkey PRIMARY KEY (id),
  constraint credentials_hash_form CHECK (((hash)::text ~ '^\$(argon2id|argon2i|argon2d|2[aby])\$'::text)),
  constraint credentials_kind_known CHECK (((kind)::text = 'password'::text))
);
comment on table public.credentials is 'What proves that the human is who they say.';
comment on column public.credentials.id is 'UUIDv7. [none]';
comment on column public.credentials.account_id is 'Whose it is. [personal]';
comment on column public.credentials.kind is 'What sort of proof. [none]';
comment on column public.credentials.hash is 'Argon2id in PHC form; bcrypt until its owner''s first sign-in. [secret]';
comment on column public.credentials.created_at is 'When it was set first. [personal]';
comment on column public.credentials.updated_at is 'When it was set last. [personal]';
CREATE INDEX credentials_account_id_idx ON public.credentials USING btree (account_id);
CREATE UNIQUE INDEX credentials_one_password ON public.credentials USING btree (account_id) WHERE ((kind)::text = 'password'::text);
CREATE TRIGGER credentials_audit AFTER INSERT OR DELETE OR UPDATE ON public.credentials FOR EACH ROW EXECUTE FUNCTION reeve.audit('credential', '', 'account_id', 'hash');
CREATE TRIGGER credentials_touch BEFORE UPDATE ON public.credentials FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.credentials enable row level security;
create policy credentials_for_sign_in on public.credentials to reeve_auth using (true) with check (true);
grant delete, insert, select, update on table public.credentials to reeve_auth;

create table public.entities (
  tenant_id uuid not null,
  type character varying(100) collate "C" not null,
  id character varying(255) collate "C" not null,
  attributes jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint entities_pkey PRIMARY KEY (tenant_id, type, id),
  constraint entities_attributes_whole CHECK (((jsonb_typeof(attributes) = 'object'::text) AND (octet_length((attributes)::text) <= 16384))),
  constraint entities_id_form CHECK (((id)::text ~ '^[^[:cntrl:]]+$'::text)),
  constraint entities_type_form CHECK (((type)::text ~ '^[^[:cntrl:]]+$'::text))
);
comment on table public.entities is 'What policies know of one thing, or of whoever asks for things.';
comment on column public.entities.tenant_id is 'Whose row it is. [none]';
comment on column public.entities.type is 'The type of the thing, or user. [none]';
comment on column public.entities.id is 'What the application calls it; of a user of Reeve the id or address. [personal]';
comment on column public.entities.attributes is 'What is known of it, by name. [personal]';
comment on column public.entities.created_at is 'When something was stored of it first. [none]';
comment on column public.entities.updated_at is 'When it was stored last. [none]';
CREATE TRIGGER entities_audit AFTER INSERT OR DELETE OR UPDATE ON public.entities FOR EACH ROW EXECUTE FUNCTION reeve.audit('entity', 'tenant_id', '', 'tenant_id,updated_at');
CREATE TRIGGER entities_touch BEFORE UPDATE ON public.entities FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.entities enable row level security;
create policy entities_of_declared_tenant on public.entities using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.entities to reeve_app;
grant select on table public.entities to reeve_readonly;
grant update (id, attributes) on table public.entities to reeve_app;

create table public.idempotency_keys (
  tenant_id uuid not null,
  scope uuid not null,
  key character varying(255) collate "C" not null,
  fingerprint character varying(64) collate "C" not null,
  result character varying(2000000),
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, scope, key)
);
comment on table public.idempotency_keys is 'What was asked with an Idempotency-Key in the last day, and what came of it.';
comment on column public.idempotency_keys.tenant_id is 'Where it was asked; nil for what belongs to no tenant. [none]';
comment on column public.idempotency_keys.scope is 'The account that asked; nil where there was none. [none]';
comment on column public.idempotency_keys.key is 'As it was sent. [secret]';
comment on column public.idempotency_keys.fingerprint is 'A keyed hash of what was asked, so that the key is not used for something else. [secret]';
comment on column public.idempotency_keys.result is 'What the work came to, encrypted. [secret]';
comment on column public.idempotency_keys.created_at is 'It is forgotten a day later. [none]';
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (tenant_id, created_at);
alter table public.idempotency_keys enable row level security;
create policy idempotency_keys_of_declared_tenant on public.idempotency_keys using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.idempotency_keys to reeve_app;
grant select (tenant_id, scope, created_at) on table public.idempotency_keys to reeve_readonly;
grant update (fingerprint, result, created_at) on table public.idempotency_keys to reeve_app;

create table public.invitations (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  email character varying(255) collate "C" not null,
  role_id uuid,
  token_hash bytea not null,
  invited_by uuid,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  accepted_by uuid,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  created_at timestamp with time zone not null default now(),
  constraint invitations_pkey PRIMARY KEY (tenant_id, id),
  constraint invitations_tenant_token_hash_key UNIQUE (tenant_id, token_hash),
  constraint invitations_email_form CHECK ((((email)::text = lower((email)::text)) AND ((email)::text ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text))),
  constraint invitations_one_end CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL))),
  constraint invitations_token_hash_is_sha256 CHECK ((octet_length(token_hash) = 32))
);
comment on table public.invitations is 'Somebody was asked in; pending until accepted, revoked or expired.';
comment on column public.invitations.tenant_id is 'Whose row it is. [none]';
comment on column public.invitations.id is 'UUIDv7, unique in the tenant. [none]';
comment on column public.invitations.email is 'Who was asked; lower-case. [personal]';
comment on column public.invitations.role_id is 'The role they will have. [none]';
comment on column public.invitations.token_hash is 'SHA-256 of the token; the token itself is kept nowhere. [secret]';
comment on column public.invitations.invited_by is 'Who asked. [personal]';
comment on column public.invitations.expires_at is 'It counts until then. [none]';
comment on column public.invitations.accepted_at is 'When they came. [personal]';
comment on column public.invitations.accepted_by is 'The user they became. [personal]';
comment on column public.invitations.revoked_at is 'When it was taken back. [none]';
comment on column public.invitations.revoked_by is 'Who took it back. [personal]';
comment on column public.invitations.created_at is 'When they were asked. [personal]';
CREATE INDEX invitations_accepted_by_idx ON public.invitations USING btree (tenant_id, accepted_by) WHERE (accepted_by IS NOT NULL);
CREATE INDEX invitations_invited_by_idx ON public.invitations USING btree (tenant_id, invited_by) WHERE (invited_by IS NOT NULL);
CREATE UNIQUE INDEX invitations_one_pending ON public.invitations USING btree (tenant_id, email) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX invitations_revoked_by_idx ON public.invitations USING btree (tenant_id, revoked_by) WHERE (revoked_by IS NOT NULL);
CREATE INDEX invitations_role_id_idx ON public.invitations USING btree (tenant_id, role_id) WHERE (role_id IS NOT NULL);
CREATE TRIGGER invitations_audit AFTER INSERT OR DELETE OR UPDATE ON public.invitations FOR EACH ROW EXECUTE FUNCTION reeve.audit('invitation', 'tenant_id', 'id', 'tenant_id,token_hash');
CREATE TRIGGER invitations_give_only_what_is_held BEFORE INSERT OR UPDATE OF role_id ON public.invitations FOR EACH ROW WHEN ((new.role_id IS NOT NULL)) EXECUTE FUNCTION reeve.give_only_what_is_held();
alter table public.invitations enable row level security;
create policy invitations_of_declared_tenant on public.invitations using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant insert, select on table public.invitations to reeve_app;
grant select (tenant_id, id, email, role_id, invited_by, expires_at, accepted_at, accepted_by, revoked_at, revoked_by, created_at) on table public.invitations to reeve_readonly;
grant update (invited_by, accepted_at, accepted_by, revoked_at, revoked_by) on table public.invitations to reeve_app;

create table public.permissions (
  name character varying(101) collate "C" not null,
  resource character varying(50) collate "C" not null,
  action character varying(50) collate "C" not null,
  description character varying(200) not null,
  constraint permissions_pkey PRIMARY KEY (name),
  constraint permissions_action_form CHECK (((action)::text ~ '^([a-z][a-z0-9_-]*|\*)$'::text)),
  constraint permissions_name_is_resource_action CHECK (((name)::text = (((resource)::text || ':'::text) || (action)::text))),
  constraint permissions_resource_form CHECK (((resource)::text ~ '^([a-z][a-z0-9_-]*|\*)$'::text))
);
comment on table public.permissions is 'The catalogue of what there is to be allowed: resource:action, either side may be *.';
comment on column public.permissions.name is 'resource:action. [none]';
comment on column public.permissions.resource is 'The noun, or *. [none]';
comment on column public.permissions.action is 'The verb, or *. [none]';
comment on column public.permissions.description is 'In words, for the person who grants it. [none]';
CREATE TRIGGER permissions_audit AFTER INSERT OR DELETE OR UPDATE ON public.permissions FOR EACH ROW EXECUTE FUNCTION reeve.audit('permission', '', '', '');
grant select on table public.permissions to reeve_app;
grant select on table public.permissions to reeve_auth;
grant select on table public.permissions to reeve_readonly;

create table public.policies (
  tenant_id uuid not null,
  type character varying(100) collate "C" not null,
  definition jsonb not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint policies_pkey PRIMARY KEY (tenant_id, type),
  constraint policies_definition_whole CHECK (((jsonb_typeof(definition) = 'object'::text) AND (octet_length((definition)::text) <= 65536))),
  constraint policies_type_form CHECK (((type)::text ~ '^[^[:cntrl:]]+$'::text))
);
comment on table public.policies is 'Who may do what to the things of one type, as the tenant declared it.';
comment on column public.policies.tenant_id is 'Whose row it is. [none]';
comment on column public.policies.type is 'The type of things. [none]';
comment on column public.policies.definition is 'Actions, scopes and rules: docs/authzen.md. [none]';
comment on column public.policies.created_at is 'When it was declared first. [none]';
comment on column public.policies.updated_at is 'When it was declared last. [none]';
CREATE TRIGGER policies_audit AFTER INSERT OR DELETE OR UPDATE ON public.policies FOR EACH ROW EXECUTE FUNCTION reeve.audit('policy', 'tenant_id', '', 'tenant_id,updated_at');
CREATE TRIGGER policies_touch BEFORE UPDATE ON public.policies FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.policies enable row level security;
create policy policies_of_declared_tenant on public.policies using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.policies to reeve_app;
grant select on table public.policies to reeve_readonly;
grant update (definition) on table public.policies to reeve_app;

create table public.posts (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  user_id uuid,
  title character varying(200) not null,
  content text not null,
  status character varying(20) not null default 'draft'::character varying,
  published_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint posts_pkey PRIMARY KEY (tenant_id, id),
  constraint posts_content_length CHECK ((char_length(content) <= 100000)),
  constraint posts_published_has_time CHECK ((((status)::text <> 'published'::text) OR (published_at IS NOT NULL))),
  constraint posts_status_known CHECK ((status IN ('draft', 'published', 'archived'))),
  constraint posts_title_filled CHECK ((((title)::text ~ '[^[:space:]]'::text) AND ((title)::text !~ '[[:cntrl:]]'::text)))
);
comment on table public.posts is 'An article: draft, published or archived.';
comment on column public.posts.tenant_id is 'Whose row it is. [none]';
comment on column public.posts.id is 'UUIDv7, unique in the tenant. [none]';
comment on column public.posts.user_id is 'Who wrote it; null when they were deleted. [personal]';
comment on column public.posts.title is 'Its title. [none]';
comment on column public.posts.content is 'Its text. [personal]';
comment on column public.posts.status is 'draft, published or archived. [none]';
comment on column public.posts.published_at is 'When it was published last. [none]';
comment on column public.posts.created_at is 'When it was begun. [none]';
comment on column public.posts.updated_at is 'When it last changed. [none]';
CREATE INDEX posts_status_idx ON public.posts USING btree (tenant_id, status, id);
CREATE INDEX posts_user_id_idx ON public.posts USING btree (tenant_id, user_id, id);
CREATE TRIGGER posts_audit AFTER INSERT OR DELETE OR UPDATE ON public.posts FOR EACH ROW EXECUTE FUNCTION reeve.audit('post', 'tenant_id', 'id', 'tenant_id,updated_at');
CREATE TRIGGER posts_touch BEFORE UPDATE ON public.posts FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.posts enable row level security;
create policy posts_of_declared_tenant on public.posts using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select, update on table public.posts to reeve_app;
grant select on table public.posts to reeve_readonly;

create table public.role_closure (
  tenant_id uuid not null,
  role_id uuid not null,
  reaches_id uuid not null,
  constraint role_closure_pkey PRIMARY KEY (tenant_id, role_id, reaches_id)
);
comment on table public.role_closure is 'Kept by triggers: every role with itself and all roles that it inherits from, however far below.';
comment on column public.role_closure.tenant_id is 'Whose row it is. [none]';
comment on column public.role_closure.role_id is 'Whoever has this role [none]';
comment on column public.role_closure.reaches_id is 'has what this one permits. [none]';
CREATE INDEX role_closure_reaches_id_idx ON public.role_closure USING btree (tenant_id, reaches_id, role_id);
alter table public.role_closure enable row level security;
create policy role_closure_at_sign_in on public.role_closure for select to reeve_auth using (true);
create policy role_closure_kept_by_triggers on public.role_closure for insert with check ((tenant_id = reeve.tenant_id()) AND (pg_trigger_depth() > 0));
create policy role_closure_mended_by_triggers on public.role_closure for delete using ((tenant_id = reeve.tenant_id()) AND (pg_trigger_depth() > 0));
create policy role_closure_of_declared_tenant on public.role_closure for select using (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.role_closure to reeve_app;
grant select on table public.role_closure to reeve_auth;
grant select on table public.role_closure to reeve_readonly;

create table public.role_inheritance (
  tenant_id uuid not null,
  role_id uuid not null,
  junior_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint role_inheritance_pkey PRIMARY KEY (tenant_id, role_id, junior_id),
  constraint role_inheritance_of_another CHECK ((role_id <> junior_id))
);
comment on table public.role_inheritance is 'Which role is immediately above which: it has all that the other permits.';
comment on column public.role_inheritance.tenant_id is 'Whose row it is. [none]';
comment on column public.role_inheritance.role_id is 'The role above. [none]';
comment on column public.role_inheritance.junior_id is 'The role below, whose permissions it has too. [none]';
comment on column public.role_inheritance.created_at is 'Since when. [none]';
CREATE INDEX role_inheritance_junior_id_idx ON public.role_inheritance USING btree (tenant_id, junior_id, role_id);
CREATE TRIGGER role_inheritance_audit AFTER INSERT OR DELETE OR UPDATE ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.audit('role_inheritance', 'tenant_id', 'role_id', 'tenant_id,created_at');
CREATE TRIGGER role_inheritance_change BEFORE INSERT ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.change_separation();
CREATE TRIGGER role_inheritance_close AFTER INSERT OR DELETE ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.close_inheritance();
CREATE TRIGGER role_inheritance_give_only_what_is_held BEFORE INSERT ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.give_only_what_is_held();
CREATE TRIGGER role_inheritance_keep_order BEFORE INSERT OR DELETE ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.keep_roles_in_order();
CREATE TRIGGER role_inheritance_keep_separated AFTER INSERT ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.keep_inheritance_separated();
CREATE TRIGGER role_inheritance_take_only_what_is_held BEFORE DELETE ON public.role_inheritance FOR EACH ROW EXECUTE FUNCTION reeve.take_only_what_is_held();
alter table public.role_inheritance enable row level security;
create policy role_inheritance_of_declared_tenant on public.role_inheritance using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.role_inheritance to reeve_app;
grant select on table public.role_inheritance to reeve_readonly;

create table public.role_permissions (
  tenant_id uuid not null,
  role_id uuid not null,
  permission character varying(101) collate "C" not null,
  scope character varying(10) collate "C" not null default 'any'::character varying,
  constraint role_permissions_pkey PRIMARY KEY (tenant_id, role_id, permission, scope),
  constraint role_permissions_scope_known CHECK ((scope IN ('any', 'own')))
);
comment on table public.role_permissions is 'What a role permits.';
comment on column public.role_permissions.tenant_id is 'Whose row it is. [none]';
comment on column public.role_permissions.role_id is 'The role. [none]';
comment on column public.role_permissions.permission is 'A name of the catalogue, wildcards included. [none]';
comment on column public.role_permissions.scope is 'any object, or only the user''s own. [none]';
CREATE INDEX role_permissions_permission_idx ON public.role_permissions USING btree (permission);
CREATE TRIGGER role_permissions_audit AFTER INSERT OR DELETE OR UPDATE ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION reeve.audit('role_permission', 'tenant_id', 'role_id', 'tenant_id');
CREATE TRIGGER role_permissions_count_change AFTER INSERT OR DELETE OR UPDATE ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION reeve.count_policy_change();
CREATE TRIGGER role_permissions_give_only_what_is_held BEFORE INSERT ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION reeve.give_only_what_is_held();
CREATE TRIGGER role_permissions_keep_owner BEFORE DELETE OR UPDATE ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION reeve.keep_owner_role_whole();
CREATE TRIGGER role_permissions_take_only_what_is_held BEFORE DELETE ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION reeve.take_only_what_is_held();
alter table public.role_permissions enable row level security;
create policy role_permissions_at_sign_in on public.role_permissions for select to reeve_auth using (true);
create policy role_permissions_of_declared_tenant on public.role_permissions using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.role_permissions to reeve_app;
grant select on table public.role_permissions to reeve_auth;
grant select on table public.role_permissions to reeve_readonly;

create table public.roles (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  name character varying(50) not null,
  description character varying(500),
  is_system boolean not null default false,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint roles_pkey PRIMARY KEY (tenant_id, id),
  constraint roles_tenant_name_key UNIQUE (tenant_id, name),
  constraint roles_name_filled CHECK ((((name)::text ~ '[^[:space:]]'::text) AND ((name)::text !~ '[[:cntrl:]]'::text)))
);
comment on table public.roles is 'A named set of permissions in one tenant.';
comment on column public.roles.tenant_id is 'Whose row it is. [none]';
comment on column public.roles.id is 'UUIDv7, unique in the tenant. [none]';
comment on column public.roles.name is 'Unique in the tenant. [none]';
comment on column public.roles.description is 'What it is for. [none]';
comment on column public.roles.is_system is 'Made at the tenant''s birth; neither renamed nor deleted. [none]';
comment on column public.roles.created_at is 'When it was made. [none]';
comment on column public.roles.updated_at is 'When it last changed. [none]';
CREATE TRIGGER roles_audit AFTER INSERT OR DELETE OR UPDATE ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.audit('role', 'tenant_id', 'id', 'tenant_id,updated_at');
CREATE TRIGGER roles_count_change AFTER DELETE OR UPDATE OF name ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.count_policy_change();
CREATE TRIGGER roles_keep_inherited BEFORE DELETE ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.keep_inherited_roles();
CREATE TRIGGER roles_keep_separated BEFORE DELETE ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.keep_separated_roles();
CREATE TRIGGER roles_keep_system BEFORE DELETE OR UPDATE ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.keep_system_roles();
CREATE TRIGGER roles_reach_themselves AFTER INSERT ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.role_reaches_itself();
CREATE TRIGGER roles_touch BEFORE UPDATE ON public.roles FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.roles enable row level security;
create policy roles_at_sign_in on public.roles for select to reeve_auth using (true);
create policy roles_of_declared_tenant on public.roles using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select, update on table public.roles to reeve_app;
grant select on table public.roles to reeve_auth;
grant select on table public.roles to reeve_readonly;

create table public.separation_set_roles (
  tenant_id uuid not null,
  set_id uuid not null,
  role_id uuid not null,
  constraint separation_set_roles_pkey PRIMARY KEY (tenant_id, set_id, role_id)
);
comment on table public.separation_set_roles is 'The roles of each set.';
comment on column public.separation_set_roles.tenant_id is 'Whose row it is. [none]';
comment on column public.separation_set_roles.set_id is 'The set. [none]';
comment on column public.separation_set_roles.role_id is 'A role in it; whoever inherits from it has it, too. [none]';
CREATE INDEX separation_set_roles_role_id_idx ON public.separation_set_roles USING btree (tenant_id, role_id, set_id);
CREATE TRIGGER separation_set_roles_audit AFTER INSERT OR DELETE OR UPDATE ON public.separation_set_roles FOR EACH ROW EXECUTE FUNCTION reeve.audit('separation_set_role', 'tenant_id', 'set_id', 'tenant_id');
CREATE TRIGGER separation_set_roles_change BEFORE INSERT OR DELETE ON public.separation_set_roles FOR EACH ROW EXECUTE FUNCTION reeve.change_separation();
CREATE CONSTRAINT TRIGGER separation_set_roles_keep_sound AFTER INSERT OR DELETE ON public.separation_set_roles DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reeve.keep_sets_sound();
alter table public.separation_set_roles enable row level security;
create policy separation_set_roles_of_declared_tenant on public.separation_set_roles using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.separation_set_roles to reeve_app;
grant select on table public.separation_set_roles to reeve_readonly;

create table public.separation_sets (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  name character varying(50) not null,
  cardinality integer not null default 2,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint separation_sets_pkey PRIMARY KEY (tenant_id, id),
  constraint separation_sets_tenant_name_key UNIQUE (tenant_id, name),
  constraint separation_sets_cardinality_separates CHECK (((cardinality >= 2) AND (cardinality <= 100))),
  constraint separation_sets_name_filled CHECK ((((name)::text ~ '[^[:space:]]'::text) AND ((name)::text !~ '[[:cntrl:]]'::text)))
);
comment on table public.separation_sets is 'Roles of which nobody may have as many as the cardinality.';
comment on column public.separation_sets.tenant_id is 'Whose row it is. [none]';
comment on column public.separation_sets.id is 'UUIDv7, unique in the tenant. [none]';
comment on column public.separation_sets.name is 'Unique in the tenant. [none]';
comment on column public.separation_sets.cardinality is 'So many of the roles are too many. [none]';
comment on column public.separation_sets.created_at is 'When it was made. [none]';
comment on column public.separation_sets.updated_at is 'When it last changed. [none]';
CREATE TRIGGER separation_sets_audit AFTER INSERT OR DELETE OR UPDATE ON public.separation_sets FOR EACH ROW EXECUTE FUNCTION reeve.audit('separation_set', 'tenant_id', 'id', 'tenant_id,updated_at');
CREATE TRIGGER separation_sets_change BEFORE INSERT OR DELETE OR UPDATE OF cardinality ON public.separation_sets FOR EACH ROW EXECUTE FUNCTION reeve.change_separation();
CREATE CONSTRAINT TRIGGER separation_sets_keep_sound AFTER INSERT OR UPDATE OF cardinality ON public.separation_sets DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reeve.keep_sets_sound();
CREATE TRIGGER separation_sets_touch BEFORE UPDATE ON public.separation_sets FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.separation_sets enable row level security;
create policy separation_sets_of_declared_tenant on public.separation_sets using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.separation_sets to reeve_app;
grant select on table public.separation_sets to reeve_readonly;
grant update (name, cardinality, updated_at) on table public.separation_sets to reeve_app;

create table public.sessions (
  id uuid not null default reeve.uuid_v7(),
  account_id uuid not null,
  token_hash bytea not null,
  ip inet,
  user_agent character varying(500),
  last_seen_at timestamp with time zone not null default now(),
  idle_seconds integer not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_reason character varying(50),
  created_at timestamp with time zone not null default now(),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_token_hash_key UNIQUE (token_hash),
  constraint sessions_idle_positive CHECK ((idle_seconds > 0)),
  constraint sessions_revoked_with_reason CHECK (((revoked_at IS NULL) = (revoked_reason IS NULL))),
  constraint sessions_token_hash_is_sha256 CHECK ((octet_length(token_hash) = 32))
);
comment on table public.sessions is 'Being signed in. Kept after its end, as the history of sign-ins.';
comment on column public.sessions.id is 'UUIDv7; names the session to its owner, opens nothing. [personal]';
comment on column public.sessions.account_id is 'Who is signed in. [personal]';
comment on column public.sessions.token_hash is 'SHA-256 of the token; the token itself is kept nowhere. [secret]';
comment on column public.sessions.ip is 'From where it was opened. [personal]';
comment on column public.sessions.user_agent is 'With what it was opened. [personal]';
comment on column public.sessions.last_seen_at is 'Last use, to the minute. [personal]';
comment on column public.sessions.idle_seconds is 'It ends after so many seconds without use. [none]';
comment on column public.sessions.expires_at is 'It ends then, used or not. [none]';
comment on column public.sessions.revoked_at is 'When it was ended early. [personal]';
comment on column public.sessions.revoked_reason is 'Why: signed_out, revoked, password_changed, account_disabled. [none]';
comment on column public.sessions.created_at is 'When it was opened. [personal]';
CREATE INDEX sessions_account_id_idx ON public.sessions USING btree (account_id, expires_at);
CREATE INDEX sessions_expires_at_idx ON public.sessions USING btree (expires_at);
CREATE TRIGGER sessions_audit AFTER INSERT OR DELETE OR UPDATE ON public.sessions FOR EACH ROW EXECUTE FUNCTION reeve.audit('session', '', 'id', 'token_hash,last_seen_at');
alter table public.sessions enable row level security;
create policy sessions_for_sign_in on public.sessions to reeve_auth using (true) with check (true);
grant insert, select, update on table public.sessions to reeve_auth;

create table public.tenant_guards (
  tenant_id uuid not null,
  owner_changes bigint not null default 0,
  policy_version bigint not null default 0,
  assignments bigint not null default 0,
  constraint tenant_guards_pkey PRIMARY KEY (tenant_id)
);
comment on table public.tenant_guards is 'One row per tenant on which changes that must not pass each other meet.';
comment on column public.tenant_guards.tenant_id is 'Whose row it is. [none]';
comment on column public.tenant_guards.owner_changes is 'How often who owns the tenant changed. [none]';
comment on column public.tenant_guards.policy_version is 'How often it changed what the roles of the tenant are called and permit. It never falls. [none]';
comment on column public.tenant_guards.assignments is 'How often roles were given while duties were separated. [none]';
CREATE TRIGGER tenant_guards_keep_counting BEFORE UPDATE OF policy_version ON public.tenant_guards FOR EACH ROW EXECUTE FUNCTION reeve.keep_counting();
alter table public.tenant_guards enable row level security;
create policy tenant_guards_at_sign_in on public.tenant_guards for select to reeve_auth using (true);
create policy tenant_guards_of_declared_tenant on public.tenant_guards using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant insert, select, update on table public.tenant_guards to reeve_app;
grant select on table public.tenant_guards to reeve_auth;

create table public.tenants (
  id uuid not null default reeve.uuid_v7(),
  slug character varying(63) collate "C" not null,
  name character varying(120) not null,
  is_operator boolean not null default false,
  deleted_at timestamp with time zone,
  deleted_by uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_key UNIQUE (slug),
  constraint tenants_name_filled CHECK ((((name)::text ~ '[^[:space:]]'::text) AND ((name)::text !~ '[[:cntrl:]]'::text))),
  constraint tenants_not_nil CHECK ((id <> '00000000-0000-0000-0000-000000000000'::uuid)),
  constraint tenants_operator_stays CHECK ((NOT (is_operator AND (deleted_at IS NOT NULL)))),
  constraint tenants_slug_form CHECK (((slug)::text ~ '^[a-z0-9](-?[a-z0-9])*$'::text))
);
comment on table public.tenants is 'Whose data it is: one row for each customer, team or site that shares this database.';
comment on column public.tenants.id is 'UUIDv7. [none]';
comment on column public.tenants.slug is 'Short unique name for addresses. [none]';
comment on column public.tenants.name is 'What people call it. [none]';
comment on column public.tenants.is_operator is 'The one tenant whose people run the installation. [none]';
comment on column public.tenants.deleted_at is 'Since when nobody reaches it any more; its rows remain until they are purged. [none]';
comment on column public.tenants.deleted_by is 'The user who deleted it. [personal]';
comment on column public.tenants.created_at is 'When it was made. [none]';
comment on column public.tenants.updated_at is 'When it last changed. [none]';
CREATE UNIQUE INDEX tenants_one_operator ON public.tenants USING btree (is_operator) WHERE is_operator;
CREATE TRIGGER tenants_audit AFTER INSERT OR DELETE OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION reeve.audit('tenant', 'id', 'id', 'updated_at');
CREATE CONSTRAINT TRIGGER tenants_begin_with_an_owner AFTER INSERT ON public.tenants DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reeve.begin_with_an_owner();
CREATE TRIGGER tenants_touch BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.tenants enable row level security;
create policy tenants_at_sign_in on public.tenants for select to reeve_auth using (true);
create policy tenants_declared on public.tenants using ((id = reeve.tenant_id()) OR reeve.is_operator()) with check ((id = reeve.tenant_id()) OR reeve.is_operator());
grant insert (id, slug, name) on table public.tenants to reeve_app;
grant select on table public.tenants to reeve_app;
grant select on table public.tenants to reeve_auth;
grant select on table public.tenants to reeve_readonly;
grant update (slug, name, deleted_at, deleted_by) on table public.tenants to reeve_app;

create table public.user_profiles (
  tenant_id uuid not null,
  user_id uuid not null,
  bio character varying(2000),
  locale character varying(35),
  time_zone character varying(64),
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint user_profiles_pkey PRIMARY KEY (tenant_id, user_id)
);
comment on table public.user_profiles is 'What people say about themselves; read rarely, so kept out of users.';
comment on column public.user_profiles.tenant_id is 'Whose row it is. [none]';
comment on column public.user_profiles.user_id is 'Whose profile it is. [personal]';
comment on column public.user_profiles.bio is 'In their own words. [personal]';
comment on column public.user_profiles.locale is 'BCP 47 language tag. [personal]';
comment on column public.user_profiles.time_zone is 'IANA time zone. [personal]';
comment on column public.user_profiles.created_at is 'When it was made. [personal]';
comment on column public.user_profiles.updated_at is 'When it last changed. [personal]';
CREATE TRIGGER user_profiles_audit AFTER INSERT OR DELETE OR UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION reeve.audit('user_profile', 'tenant_id', 'user_id', 'tenant_id,updated_at');
CREATE TRIGGER user_profiles_touch BEFORE UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION reeve.touch_updated_at();
alter table public.user_profiles enable row level security;
create policy user_profiles_of_declared_tenant on public.user_profiles using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select, update on table public.user_profiles to reeve_app;
grant select on table public.user_profiles to reeve_readonly;

create table public.user_roles (
  tenant_id uuid not null,
  user_id uuid not null,
  role_id uuid not null,
  assigned_at timestamp with time zone not null default now(),
  assigned_by uuid,
  valid_from timestamp with time zone not null default now(),
  valid_until timestamp with time zone,
  constraint user_roles_pkey PRIMARY KEY (tenant_id, user_id, role_id),
  constraint user_roles_range_not_empty CHECK ((valid_until > valid_from)),
  constraint user_roles_times_tellable CHECK (((valid_from >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (valid_until < '10000-01-01 00:00:00+00'::timestamp with time zone)))
);
comment on table public.user_roles is 'Who has which role, since when, until when, from whom.';
comment on column public.user_roles.tenant_id is 'Whose row it is. [none]';
comment on column public.user_roles.user_id is 'Who. [personal]';
comment on column public.user_roles.role_id is 'Which role. [none]';
comment on column public.user_roles.assigned_at is 'When it was given. [personal]';
comment on column public.user_roles.assigned_by is 'Who gave it; null for the tenant''s birth, the operator, or someone deleted since. [personal]';
comment on column public.user_roles.valid_from is 'It counts from then on. [personal]';
comment on column public.user_roles.valid_until is 'It counts until then; null for good. [personal]';
CREATE INDEX user_roles_assigned_by_idx ON public.user_roles USING btree (tenant_id, assigned_by) WHERE (assigned_by IS NOT NULL);
CREATE INDEX user_roles_role_id_idx ON public.user_roles USING btree (tenant_id, role_id, user_id);
CREATE TRIGGER user_roles_audit AFTER INSERT OR DELETE OR UPDATE ON public.user_roles FOR EACH ROW EXECUTE FUNCTION reeve.audit('user_role', 'tenant_id', 'user_id', 'tenant_id');
CREATE TRIGGER user_roles_give_only_what_is_held BEFORE INSERT OR UPDATE OF role_id ON public.user_roles FOR EACH ROW EXECUTE FUNCTION reeve.give_only_what_is_held();
CREATE TRIGGER user_roles_keep_an_owner AFTER DELETE OR UPDATE ON public.user_roles FOR EACH ROW WHEN (reeve.is_owner_role(old.tenant_id, old.role_id)) EXECUTE FUNCTION reeve.keep_an_owner();
CREATE TRIGGER user_roles_keep_duties_separated AFTER INSERT OR UPDATE OF role_id, valid_from, valid_until ON public.user_roles FOR EACH ROW EXECUTE FUNCTION reeve.keep_duties_separated();
CREATE TRIGGER user_roles_take_only_what_is_held BEFORE DELETE OR UPDATE OF valid_from, valid_until ON public.user_roles FOR EACH ROW EXECUTE FUNCTION reeve.take_only_what_is_held();
alter table public.user_roles enable row level security;
create policy user_roles_at_sign_in on public.user_roles for select to reeve_auth using (true);
create policy user_roles_of_declared_tenant on public.user_roles using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
grant delete, insert, select on table public.user_roles to reeve_app;
grant select on table public.user_roles to reeve_auth;
grant select on table public.user_roles to reeve_readonly;
grant update (assigned_at, assigned_by, valid_from, valid_until) on table public.user_roles to reeve_app;

create table public.users (
  tenant_id uuid not null,
  id uuid not null default reeve.uuid_v7(),
  account_id uuid,
  email character varying(255) collate "C" not null,
  username character varying(60) collate "C",
  name character varying(120) not null,
  phone character varying(20),
  avatar_url character varying(500),
  is_active boolean not null generated always as ((suspended_at IS NULL)) stored,
  suspended_at timestamp with time zone,
  suspended_by uuid,
  suspension_reason character varying(200),
  is_verified boolean not null default false,
  last_login_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  search text generated always as (((((lower((name)::text) || ' '::text) || (COALESCE(username, ''::character varying))::text) || ' '::text) || (email)::text)) stored,
  constraint users_pkey PRIMARY KEY (tenant_id, id),
  constraint users_tenant_account_key UNIQUE (tenant_id, account_id),
  constraint users_tenant_email_key UNIQUE (tenant_id, email),
  constraint users_tenant_username_key UNIQUE (tenant_id, username),
  constraint users_avatar_url_form CHECK (((avatar_url)::text ~ '^https?://[^[:space:][:cntrl:]]+$'::text)),
  constraint users_email_form CHECK ((((email)::text = lower((email)::text)) AND ((email)::text ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'::text))),
  constraint users_name_filled CHECK ((((name)::text ~ '[^[:space:]]'::text) AND ((name)::text !~ '[[:cntrl:]]'::text))),
  constraint users_phone_form CHECK (((phone)::text ~ '^[+0-9(][-0-9 ()./]*$'::text)),
  constraint users_suspension_whole CHECK (((suspended_at IS NOT NULL) OR ((suspended_by IS NULL) AND (suspension_reason IS NULL)))),
  constraint users_username_form CHECK ((((username)::text = lower((username)::text)) AND ((username)::text !~ '[[:space:][:cntrl:]@]'::text) AND ((username)::text <> ''::text)))
);
comment on table public.users is 'A human in one tenant.';
comment on column public.users.tenant_id is 'Whose row it is. [none]';
comment on column public.users.id is 'UUIDv7, unique in the tenant. [personal]';
comment on column public.users.account_id is 'The account that signs in as this user; null until they accepted. [personal]';
comment on column public.users.email is 'Lower-case, unique in the tenant. [personal]';
comment on column public.users.username is 'Lower-case, unique in the tenant. [personal]';
comment on column public.users.name is 'What people call them. [personal]';
comment on column public.users.phone is 'As they write it. [personal]';
comment on column public.users.avatar_url is 'Their picture. [personal]';
comment on column public.users.is_active is 'Computed: not suspended. [personal]';
comment on column public.users.suspended_at is 'Since when they are shut out. [personal]';
comment on column public.users.suspended_by is 'Who shut them out. [personal]';
comment on column public.users.suspension_reason is 'Why. [personal]';
comment on column public.users.is_verified is 'Whether their address is known to be theirs. [personal]';
comment on column public.users.last_login_at is 'Their last sign-in. [personal]';
comment on column public.users.created_at is 'When they were added. [personal]';
comment on column public.users.updated_at is 'When their details last changed. [personal]';
comment on column public.users.search is 'Computed: what the search box searches. [personal]';
CREATE INDEX users_account_id_idx ON public.users USING btree (account_id);
CREATE INDEX users_active_idx ON public.users USING btree (tenant_id, is_active, id);
CREATE INDEX users_created_at_idx ON public.users USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX users_name_idx ON public.users USING btree (tenant_id, name, id);
CREATE INDEX users_search_idx ON public.users USING gin (tenant_id, search reeve.gin_trgm_ops);
CREATE INDEX users_suspended_by_idx ON public.users USING btree (tenant_id, suspended_by) WHERE (suspended_by IS NOT NULL);
CREATE TRIGGER users_audit AFTER INSERT OR DELETE OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION reeve.audit('user', 'tenant_id', 'id', 'tenant_id,search,last_login_at,updated_at');
CREATE TRIGGER users_forget BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION reeve.forget_who_left();
CREATE TRIGGER users_forget_what_is_known BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION reeve.keep_what_is_known_theirs();
CREATE TRIGGER users_keep_account BEFORE UPDATE OF account_id ON public.users FOR EACH ROW WHEN ((old.account_id IS DISTINCT FROM new.account_id)) EXECUTE FUNCTION reeve.keep_account();
CREATE TRIGGER users_keep_an_owner AFTER UPDATE ON public.users FOR EACH ROW WHEN (((old.suspended_at IS NULL) AND (new.suspended_at IS NOT NULL))) EXECUTE FUNCTION reeve.keep_an_owner();
CREATE TRIGGER users_move_what_is_known BEFORE UPDATE OF email ON public.users FOR EACH ROW WHEN (((old.email)::text <> (new.email)::text)) EXECUTE FUNCTION reeve.keep_what_is_known_theirs();
CREATE TRIGGER users_take_only_what_is_held BEFORE UPDATE OF suspended_at, email ON public.users FOR EACH ROW WHEN (((old.suspended_at IS DISTINCT FROM new.suspended_at) OR ((old.email)::text <> (new.email)::text))) EXECUTE FUNCTION reeve.take_only_what_is_held();
CREATE TRIGGER users_touch BEFORE UPDATE ON public.users FOR EACH ROW WHEN ((NOT (old.last_login_at IS DISTINCT FROM new.last_login_at))) EXECUTE FUNCTION reeve.touch_updated_at();
CREATE TRIGGER users_unsign BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION reeve.unsign_what_they_wrote();
alter table public.users enable row level security;
create policy users_at_sign_in on public.users for select to reeve_auth using (true);
create policy users_of_declared_tenant on public.users using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy users_seen_at_sign_in on public.users for update to reeve_auth using (true) with check (true);
grant delete, insert, select, update on table public.users to reeve_app;
grant select on table public.users to reeve_auth;
grant select on table public.users to reeve_readonly;
grant update (last_login_at) on table public.users to reeve_auth;

alter table public.account_emails add constraint account_emails_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
alter table public.comments add constraint comments_post_id_fkey FOREIGN KEY (tenant_id, post_id) REFERENCES public.posts(tenant_id, id) ON DELETE CASCADE;
alter table public.comments add constraint comments_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id);
alter table public.credentials add constraint credentials_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
alter table public.entities add constraint entities_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.invitations add constraint invitations_accepted_by_fkey FOREIGN KEY (tenant_id, accepted_by) REFERENCES public.users(tenant_id, id);
alter table public.invitations add constraint invitations_invited_by_fkey FOREIGN KEY (tenant_id, invited_by) REFERENCES public.users(tenant_id, id);
alter table public.invitations add constraint invitations_revoked_by_fkey FOREIGN KEY (tenant_id, revoked_by) REFERENCES public.users(tenant_id, id);
alter table public.invitations add constraint invitations_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE RESTRICT;
alter table public.invitations add constraint invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.policies add constraint policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.posts add constraint posts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.posts add constraint posts_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id);
alter table public.role_closure add constraint role_closure_reaches_id_fkey FOREIGN KEY (tenant_id, reaches_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.role_closure add constraint role_closure_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.role_inheritance add constraint role_inheritance_junior_id_fkey FOREIGN KEY (tenant_id, junior_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.role_inheritance add constraint role_inheritance_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.role_permissions add constraint role_permissions_permission_fkey FOREIGN KEY (permission) REFERENCES public.permissions(name) ON DELETE RESTRICT;
alter table public.role_permissions add constraint role_permissions_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.roles add constraint roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.separation_set_roles add constraint separation_set_roles_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE CASCADE;
alter table public.separation_set_roles add constraint separation_set_roles_set_id_fkey FOREIGN KEY (tenant_id, set_id) REFERENCES public.separation_sets(tenant_id, id) ON DELETE CASCADE;
alter table public.separation_sets add constraint separation_sets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.sessions add constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
alter table public.tenant_guards add constraint tenant_guards_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;
alter table public.user_profiles add constraint user_profiles_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id) ON DELETE CASCADE;
alter table public.user_roles add constraint user_roles_assigned_by_fkey FOREIGN KEY (tenant_id, assigned_by) REFERENCES public.users(tenant_id, id);
alter table public.user_roles add constraint user_roles_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES public.roles(tenant_id, id) ON DELETE RESTRICT;
alter table public.user_roles add constraint user_roles_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id) ON DELETE CASCADE;
alter table public.users add constraint users_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE RESTRICT;
alter table public.users add constraint users_suspended_by_fkey FOREIGN KEY (tenant_id, suspended_by) REFERENCES public.users(tenant_id, id);
alter table public.users add constraint users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

reset role;
alter function reeve.account_by_email(text) owner to reeve_auth;
alter function reeve.account_by_id(uuid) owner to reeve_auth;
alter function reeve.account_create(uuid,text,text,text,boolean) owner to reeve_auth;
alter function reeve.account_disable(uuid,text) owner to reeve_auth;
alter function reeve.account_enable(uuid) owner to reeve_auth;
alter function reeve.account_rename(uuid,text) owner to reeve_auth;
alter function reeve.password_replace(uuid,text,text) owner to reeve_auth;
alter function reeve.roles_told(uuid[],uuid[]) owner to reeve_auth;
alter function reeve.session_open(uuid,uuid,bytea,inet,text,integer,integer) owner to reeve_auth;
alter function reeve.sessions_check(bytea[],uuid[]) owner to reeve_auth;
alter function reeve.sessions_of(uuid) owner to reeve_auth;
alter function reeve.sessions_revoke(uuid,uuid,uuid,text) owner to reeve_auth;
alter function reeve.sessions_touch(uuid[]) owner to reeve_auth;
alter function reeve.sessions_who(bytea[]) owner to reeve_auth;
alter function reeve.tenants_of(uuid) owner to reeve_auth;
alter function reeve.users_by_email(uuid[],uuid[],text[]) owner to reeve_auth;

alter default privileges for role reeve_auth revoke execute on functions from public;
alter default privileges for role reeve_owner revoke execute on functions from public;
