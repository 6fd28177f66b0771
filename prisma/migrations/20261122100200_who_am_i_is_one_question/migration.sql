-- Who a token belongs to, and what they may do where, for many tokens at once: "who am I" is one look-up.
-- Step: expand.

set local lock_timeout = '3s';

-- Owned by reeve_auth from the start, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;

create function reeve.sessions_who(token_hashes bytea[])
returns table (
  ord integer, session_id uuid, account_id uuid, email varchar, name varchar, expires_at timestamptz, stale boolean, tenants jsonb
)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select wanted.ord::integer, s.id, s.account_id, e.email, a.name,
           least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds)),
           s.last_seen_at < now() - interval '1 minute',
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'tenantId', own.tenant_id, 'userId', own.user_id, 'name', own.name, 'slug', own.slug,
                     'roles', own.roles, 'permissions', own.permissions)), '[]')
            from reeve.tenants_of(s.account_id) own)
    from unnest(token_hashes) with ordinality as wanted (token_hash, ord)
    join public.sessions s on s.token_hash = wanted.token_hash
    join public.accounts a on a.id = s.account_id and a.disabled_at is null
    join public.account_emails e on e.account_id = s.account_id and e.is_primary
    where s.revoked_at is null
      and s.expires_at > now()
      and s.last_seen_at + make_interval(secs => s.idle_seconds) > now();
end
$$;
comment on function reeve.sessions_who(bytea[]) is
  'For each token hash: session, account, end, and the account''s tenants with roles and permissions; no row where there is no live session.';

grant execute on function reeve.sessions_who(bytea[]) to reeve_app;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
