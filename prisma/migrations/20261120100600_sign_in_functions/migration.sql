-- The only way to accounts, passwords and sessions: narrow functions, owned by reeve_auth, each for one purpose.
-- Step: expand.

set local lock_timeout = '3s';

-- Owned by reeve_auth from the start, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;
alter default privileges revoke execute on functions from public;

create function reeve.account_create(id uuid, email text, name text, hash text default null, verified boolean default false) returns uuid
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into public.accounts (id, name) values (account_create.id, account_create.name);
  insert into public.account_emails (email, account_id, verified_at)
  values (account_create.email, account_create.id, case when verified then now() end);
  if hash is not null then
    insert into public.credentials (account_id, hash) values (account_create.id, account_create.hash);
  end if;
  return account_create.id;
end
$$;
comment on function reeve.account_create(uuid, text, text, text, boolean) is
  'An account with its first address and, if given, its password hash. A taken address violates account_emails_pkey.';

create function reeve.account_by_email(
  address text,
  out account_id uuid, out email varchar, out name varchar, out hash varchar, out verified boolean, out disabled boolean
) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  return query
    select a.id, e.email, a.name, c.hash, e.verified_at is not null, a.disabled_at is not null
    from public.account_emails e
    join public.accounts a on a.id = e.account_id
    left join public.credentials c on c.account_id = a.id and c.kind = 'password'
    where e.email = address;
end
$$;
comment on function reeve.account_by_email(text) is 'What sign-in needs to judge a password. One row or none.';

create function reeve.account_by_id(
  wanted uuid,
  out account_id uuid, out email varchar, out name varchar, out hash varchar, out verified boolean, out disabled boolean,
  out created_at timestamptz, out updated_at timestamptz
) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  return query
    select a.id, e.email, a.name, c.hash, e.verified_at is not null, a.disabled_at is not null, a.created_at, a.updated_at
    from public.accounts a
    join public.account_emails e on e.account_id = a.id and e.is_primary
    left join public.credentials c on c.account_id = a.id and c.kind = 'password'
    where a.id = wanted;
end
$$;
comment on function reeve.account_by_id(uuid) is 'One account with its primary address. One row or none.';

create function reeve.account_rename(wanted uuid, new_name text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.accounts set name = new_name where id = wanted;
  return found;
end
$$;
comment on function reeve.account_rename(uuid, text) is 'What the human calls themself.';

-- Compare and set: of two changes made from the same old password one wins. A rehash is not a change and ends no session.
create function reeve.password_replace(wanted uuid, old_hash text, new_hash text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.password_replace(uuid, text, text) is 'Sets a password hash if the old one is still in place; null for none yet.';

create function reeve.account_disable(wanted uuid, reason text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.accounts set disabled_at = now(), disabled_reason = reason where id = wanted and disabled_at is null;
  if found then
    update public.sessions set revoked_at = now(), revoked_reason = 'account_disabled'
    where account_id = wanted and revoked_at is null;
    return true;
  end if;
  return false;
end
$$;
comment on function reeve.account_disable(uuid, text) is 'Shuts an account out everywhere; its sessions end at once.';

create function reeve.account_enable(wanted uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.accounts set disabled_at = null, disabled_reason = null where id = wanted and disabled_at is not null;
  return found;
end
$$;
comment on function reeve.account_enable(uuid) is 'Lets a disabled account sign in again.';

create function reeve.session_open(
  id uuid, account uuid, token_hash bytea, ip inet, user_agent text, idle_seconds integer, lifetime_seconds integer
) returns timestamptz
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.session_open(uuid, uuid, bytea, inet, text, integer, integer) is
  'Opens a session; returns when it ends whatever happens.';

-- Many look-ups, one round trip. Where a tenant is named, the answer says which active user the account has there.
create function reeve.sessions_check(
  token_hashes bytea[], tenants uuid[],
  out ord integer, out session_id uuid, out account_id uuid, out user_id uuid, out expires_at timestamptz, out stale boolean
) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.sessions_check(bytea[], uuid[]) is
  'For each token hash with its tenant (or null): session, account, user there, end; no row where there is no live session.';

create function reeve.sessions_touch(ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.sessions set last_seen_at = now()
  where id in (
    select s.id from public.sessions s
    where s.id = any (ids) and s.revoked_at is null and s.last_seen_at + make_interval(secs => s.idle_seconds) > now()
    order by s.id for update skip locked
  );
end
$$;
comment on function reeve.sessions_touch(uuid[]) is 'Notes that these sessions are in use.';

create function reeve.sessions_of(
  account uuid,
  out id uuid, out ip text, out user_agent varchar, out created_at timestamptz, out last_seen_at timestamptz, out expires_at timestamptz
) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.sessions_of(uuid) is 'The newest hundred live sessions of an account.';

-- kept = null ends all; only = null means all but the kept one.
create function reeve.sessions_revoke(account uuid, only_session uuid, kept_session uuid, reason text) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  ended integer;
begin
  update public.sessions s set revoked_at = now(), revoked_reason = reason
  where s.account_id = account and s.revoked_at is null
    and (only_session is null or s.id = only_session)
    and (kept_session is null or s.id <> kept_session);
  get diagnostics ended = row_count;
  return ended;
end
$$;
comment on function reeve.sessions_revoke(uuid, uuid, uuid, text) is
  'Ends one session of an account, or all but the kept one; returns how many.';

create function reeve.tenants_of(
  account uuid,
  out tenant_id uuid, out slug varchar, out name varchar, out user_id uuid, out roles text[], out permissions text[]
) returns setof record
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
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
        join public.role_permissions rp on rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
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
$$;
comment on function reeve.tenants_of(uuid) is 'Where an account is an active user (a hundred at most), with its roles and permissions there.';

grant execute on function
  reeve.account_create(uuid, text, text, text, boolean), reeve.account_by_email(text), reeve.account_by_id(uuid),
  reeve.account_rename(uuid, text), reeve.password_replace(uuid, text, text), reeve.account_disable(uuid, text),
  reeve.account_enable(uuid), reeve.session_open(uuid, uuid, bytea, inet, text, integer, integer),
  reeve.sessions_check(bytea[], uuid[]), reeve.sessions_touch(uuid[]), reeve.sessions_of(uuid),
  reeve.sessions_revoke(uuid, uuid, uuid, text), reeve.tenants_of(uuid)
  to reeve_app;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
