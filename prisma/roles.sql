-- The database roles of Reeve, and what they may do with this database.
-- Roles belong to the whole cluster and so cannot be part of a migration's way back. `reeve migrate deploy`
-- runs this file when something in it is missing; where its login may not create roles, run it once yourself:
--   psql --dbname=<database> --file=prisma/roles.sql      (as a superuser, or a role with CREATEROLE that owns the database)
-- It may be run any number of times.

do $$
declare
  wanted text;
  -- From PostgreSQL 16 on, whoever makes a role is a member of it that may not yet act as it.
  acting text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
  fully  text := case when current_setting('server_version_num')::integer >= 160000 then ' with inherit true, set true' else '' end;
begin
  foreach wanted in array array['reeve_owner', 'reeve_auth', 'reeve_app', 'reeve_readonly', 'reeve_backup', 'reeve_monitor'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
        -- A session in another time zone reads and writes shifted times through Prisma.
        execute format('alter role %I set timezone = %L', wanted, 'UTC');
      end if;
    exception when duplicate_object or unique_violation then
      null;  -- another database of this cluster was quicker
    end;
  end loop;

  -- The owner hands the sign-in functions to reeve_auth; whoever migrates acts as the owner, and in development as the
  -- server too, where there is but this one login.
  if not pg_has_role('reeve_owner', 'reeve_auth', 'member') then
    grant reeve_auth to reeve_owner;
  end if;
  foreach wanted in array array['reeve_owner', 'reeve_app'] loop
    if not pg_has_role(current_user, wanted, acting) then
      execute format('grant %I to %I', wanted, current_user) || fully;
    end if;
  end loop;

  -- Attributes that only a superuser can give. A managed service gives them in its own console.
  if (select rolsuper from pg_roles where rolname = current_user) then
    if not pg_has_role('reeve_monitor', 'pg_monitor', 'member') then
      grant pg_monitor to reeve_monitor;
    end if;
    if not pg_has_role('reeve_backup', 'pg_read_all_data', 'member') then
      grant pg_read_all_data to reeve_backup;
    end if;
    if not (select rolreplication and rolbypassrls from pg_roles where rolname = 'reeve_backup') then
      alter role reeve_backup replication bypassrls;
    end if;
  end if;

  execute format('grant create, connect, temporary on database %I to reeve_owner', current_database());
  execute format('grant connect on database %I to reeve_app, reeve_auth, reeve_readonly, reeve_backup, reeve_monitor', current_database());
  -- A temporary table can carry a trigger of its maker's own; the server has no need of one.
  execute format('revoke temporary on database %I from public', current_database());
end $$;

grant usage, create on schema public to reeve_owner;
grant usage on schema public to reeve_app, reeve_auth, reeve_readonly, reeve_backup, reeve_monitor;
revoke create on schema public from public;
