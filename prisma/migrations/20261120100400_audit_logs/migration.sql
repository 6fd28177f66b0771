-- Who did what: written by triggers, in the transaction of the change, also when the change was made in psql.
-- Whoever may change a table must be able to write here; a change that cannot be recorded does not happen.
-- Step: expand.

set local lock_timeout = '3s';

create table audit_logs (
  tenant_id   uuid not null,
  id          bigint generated always as identity,
  created_at  timestamptz not null default now(),
  action      varchar(50) collate "C" not null,
  entity_type varchar(50) collate "C" not null,
  entity_id   uuid,
  user_id     uuid,
  account_id  uuid,
  operator    varchar(120),
  db_role     varchar(63) collate "C" not null,
  request_id  varchar(100),
  ip_address  inet,
  old_values  jsonb,
  new_values  jsonb,

  constraint audit_logs_pkey primary key (tenant_id, created_at, id)
) partition by range (created_at);

create index audit_logs_user_id_idx on audit_logs (tenant_id, user_id, created_at desc, id desc);
create index audit_logs_action_idx on audit_logs (tenant_id, action, created_at desc, id desc);
create index audit_logs_entity_idx on audit_logs (tenant_id, entity_type, entity_id, created_at desc, id desc);

-- A row never fails for want of a partition: what fits no month waits here, and moves when its month is made.
create table audit_logs_default partition of audit_logs default;

create function reeve.audit_partitions_ensure(first_month date, months integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
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
    -- A partition inherits the triggers for its rows, and none for itself as a whole.
    execute format('create trigger audit_logs_no_truncate before truncate on public.%I
                      for each statement execute function reeve.append_only()', partition);
    made := made + 1;
  end loop;
  return made;
end
$$;
comment on function reeve.audit_partitions_ensure(date, integer) is
  'Makes the monthly partitions that are missing, from a month on; returns how many it made.';

-- RV005: the log is added to and never changed; only retention takes away.
create function reeve.append_only() returns trigger
  language plpgsql
as $$
begin
  if tg_op = 'UPDATE' or coalesce(current_setting('reeve.retention', true), '') <> 'on' then
    raise exception '% is append-only', tg_table_name
      using errcode = 'RV005', hint = 'only retention removes from it';
  end if;
  return old;
end
$$;
comment on function reeve.append_only() is 'Trigger: refuses every update, and deletes outside of retention.';
create trigger audit_logs_append_only before update or delete on audit_logs
  for each row execute function reeve.append_only();
create trigger audit_logs_no_truncate before truncate on audit_logs
  for each statement execute function reeve.append_only();
create trigger audit_logs_no_truncate before truncate on audit_logs_default
  for each statement execute function reeve.append_only();

-- Arguments: what the thing is called, its tenant column ('' for none), its key column, the columns to leave out.
-- What belongs to no tenant (accounts, addresses, passwords, sessions) is logged under the nil tenant.
create function reeve.audit() returns trigger
  language plpgsql
as $$
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
$$;
comment on function reeve.audit() is 'Trigger: one line in audit_logs for each row that really changed.';

create trigger tenants_audit after insert or update or delete on tenants
  for each row execute function reeve.audit('tenant', 'id', 'id', 'updated_at');
create trigger permissions_audit after insert or update or delete on permissions
  for each row execute function reeve.audit('permission', '', '', '');
create trigger accounts_audit after insert or update or delete on accounts
  for each row execute function reeve.audit('account', '', 'id', 'updated_at');
create trigger account_emails_audit after insert or update or delete on account_emails
  for each row execute function reeve.audit('account_email', '', 'account_id', '');
create trigger credentials_audit after insert or update or delete on credentials
  for each row execute function reeve.audit('credential', '', 'account_id', 'hash');
create trigger sessions_audit after insert or update or delete on sessions
  for each row execute function reeve.audit('session', '', 'id', 'token_hash,last_seen_at');
create trigger users_audit after insert or update or delete on users
  for each row execute function reeve.audit('user', 'tenant_id', 'id', 'tenant_id,search,last_login_at,updated_at');
create trigger user_profiles_audit after insert or update or delete on user_profiles
  for each row execute function reeve.audit('user_profile', 'tenant_id', 'user_id', 'tenant_id,updated_at');
create trigger roles_audit after insert or update or delete on roles
  for each row execute function reeve.audit('role', 'tenant_id', 'id', 'tenant_id,updated_at');
create trigger role_permissions_audit after insert or update or delete on role_permissions
  for each row execute function reeve.audit('role_permission', 'tenant_id', 'role_id', 'tenant_id');
create trigger user_roles_audit after insert or update or delete on user_roles
  for each row execute function reeve.audit('user_role', 'tenant_id', 'user_id', 'tenant_id');

-- Read by tenant; written by triggers only, which take the tenant from the row itself.
alter table audit_logs enable row level security;
create policy audit_logs_of_declared_tenant on audit_logs for select
  using (tenant_id = reeve.tenant_id());
-- Under the nil tenant stand everybody's addresses and sign-ins: for the operator, and not for analytics.
create policy audit_logs_of_no_tenant on audit_logs as restrictive for select to reeve_app
  using (tenant_id <> '00000000-0000-0000-0000-000000000000' or reeve.is_operator());
create policy audit_logs_without_accounts on audit_logs as restrictive for select to reeve_readonly
  using (tenant_id <> '00000000-0000-0000-0000-000000000000');
create policy audit_logs_by_trigger on audit_logs for insert
  with check (pg_trigger_depth() > 0);

grant select, insert on audit_logs to reeve_app;
grant insert on audit_logs to reeve_auth;
grant select on audit_logs to reeve_readonly;
grant execute on function reeve.audit(), reeve.append_only() to reeve_app, reeve_auth;
grant execute on function reeve.audit_partitions_ensure(date, integer) to reeve_app;

comment on table audit_logs is 'Who did what, when, from where; old and new values without secrets. Partitioned by month.';
comment on column audit_logs.tenant_id is 'Where it happened; the nil UUID for what belongs to no tenant. [none]';
comment on column audit_logs.id is 'Order within the installation. [none]';
comment on column audit_logs.created_at is 'When the transaction began. [personal]';
comment on column audit_logs.action is 'What was done: user.created, role.updated, … [none]';
comment on column audit_logs.entity_type is 'To what sort of thing. [none]';
comment on column audit_logs.entity_id is 'To which one. [personal]';
comment on column audit_logs.user_id is 'The user who did it. [personal]';
comment on column audit_logs.account_id is 'The account behind that user. [personal]';
comment on column audit_logs.operator is 'The operator who did it, when it was done for the installation. [personal]';
comment on column audit_logs.db_role is 'The database login it came through; the only name there is for a change made in psql. [none]';
comment on column audit_logs.request_id is 'The request it belongs to. [none]';
comment on column audit_logs.ip_address is 'From where. [personal]';
comment on column audit_logs.old_values is 'What it was; for a change only what changed. [personal]';
comment on column audit_logs.new_values is 'What it became; for a change only what changed. [personal]';
