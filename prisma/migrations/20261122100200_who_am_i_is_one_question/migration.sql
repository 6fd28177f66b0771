-- Who a token belongs to, and what they may do where, for many tokens at once: "who am I" is one look-up.
--
-- What roles are called and permit changes rarely and is asked for always. Each tenant counts its changes of that, and the
-- look-up tells the count with the ids of the roles: whoever knows what they were at that count need not ask again, and
-- whoever reads another count knows that what they know is old. Nothing is ever told that is not so.
-- Step: expand.

set local lock_timeout = '3s';

alter table tenant_guards add column policy_version bigint not null default 0;
comment on column tenant_guards.policy_version is
  'How often it changed what the roles of the tenant are called and permit. It never falls. [none]';

-- RV004: a count that fell would tell old answers for new ones.
create function reeve.keep_counting() returns trigger
  language plpgsql
as $$
begin
  if new.policy_version < old.policy_version then
    raise exception 'the count of a tenant''s policies never falls'
      using errcode = 'RV004', hint = 'leave it to the triggers on roles and role_permissions';
  end if;
  return new;
end
$$;
comment on function reeve.keep_counting() is 'Trigger: the count of changes goes up alone.';
create trigger tenant_guards_keep_counting before update of policy_version on tenant_guards
  for each row execute function reeve.keep_counting();

-- A tenant that is being made or deleted has no guard, and nobody who knows its roles.
create function reeve.count_policy_change() returns trigger
  language plpgsql
as $$
declare
  tenant uuid := case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end;
begin
  perform reeve.stay_declared(tenant);
  update public.tenant_guards set policy_version = policy_version + 1 where tenant_id = tenant;
  return null;
end
$$;
comment on function reeve.count_policy_change() is 'Trigger: what roles are called or permit has changed.';
create trigger roles_count_change after delete or update of name on roles
  for each row execute function reeve.count_policy_change();
create trigger role_permissions_count_change after insert or update or delete on role_permissions
  for each row execute function reeve.count_policy_change();

grant select on table tenant_guards to reeve_auth;
create policy tenant_guards_at_sign_in on tenant_guards for select to reeve_auth using (true);

-- Owned by reeve_auth from the start, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;

-- Lists as plain text: ids and permissions have no spaces. JSON or an array costs three times as much.
create function reeve.sessions_who(token_hashes bytea[])
returns table (
  ord integer, session_id uuid, account_id uuid, email varchar, account_name varchar, expires_at timestamptz, stale boolean,
  tenant_id uuid, user_id uuid, slug varchar, tenant_name varchar, policy_version bigint, role_ids text
)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.sessions_who(bytea[]) is
  'For each token hash: session, account, end, and a row for each of its tenants (a hundred at most) with the roles in force and the count of changes to what they permit; no row where there is no live session.';

-- The count and what it counts are read in one statement, so they belong together.
create function reeve.roles_told(tenants uuid[], roles uuid[])
returns table (tenant_id uuid, role_id uuid, policy_version bigint, name varchar, permissions text)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select r.tenant_id, r.id, g.policy_version, r.name, may.permissions
    from unnest(tenants, roles) as wanted (tenant_id, role_id)
    join public.roles r on r.tenant_id = wanted.tenant_id and r.id = wanted.role_id
    join public.tenant_guards g on g.tenant_id = r.tenant_id
    cross join lateral (
      select string_agg(case rp.scope when 'own' then rp.permission || ':own' else rp.permission end, ' ') as permissions
      from public.role_permissions rp
      where rp.tenant_id = r.tenant_id and rp.role_id = r.id
    ) may;
end
$$;
comment on function reeve.roles_told(uuid[], uuid[]) is
  'Roles by tenant and id: what each is called and permits, at which count of changes.';

grant execute on function reeve.sessions_who(bytea[]), reeve.roles_told(uuid[], uuid[]) to reeve_app;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
