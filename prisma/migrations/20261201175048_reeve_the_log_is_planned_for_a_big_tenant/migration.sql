-- A connection soon plans a list of the log once for all values, and takes every tenant for an average one. With few lines
-- to expect, any index seems good, and in a big tenant the history of one thing was read out of all that happened there.
-- From now on a month is planned as if one tenant had written all of it, and thirty sorts of things had happened in it.
-- Plans for known values stay as they are: what is common in a month is counted as before.
-- Step: expand. Released code asks the same questions.

set local lock_timeout = '3s';

create or replace function reeve.audit_partitions_ensure(first_month date, months integer) returns integer
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
    execute format('alter table public.%I
                      alter column tenant_id set (n_distinct = 1), alter column action set (n_distinct = 30)', partition);
    -- A partition inherits the triggers for its rows, and none for itself as a whole.
    execute format('create trigger audit_logs_no_truncate before truncate on public.%I
                      for each statement execute function reeve.append_only()', partition);
    made := made + 1;
  end loop;
  return made;
end
$$;

-- The months that there are. One that is over would never be looked at again by itself.
do $$
declare
  partition regclass;
begin
  for partition in
    select inhrelid from pg_inherits
    where inhparent = 'public.audit_logs'::regclass and inhrelid <> 'public.audit_logs_default'::regclass
  loop
    execute format('alter table %s
                      alter column tenant_id set (n_distinct = 1), alter column action set (n_distinct = 30)', partition);
    execute format('analyze %s', partition);
  end loop;
end
$$;
