-- Who a token belongs to, and what they may do where, for many tokens at once: "who am I" is one look-up.
-- Step: expand.

set local lock_timeout = '3s';

-- Owned by reeve_auth from the start, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;

-- Lists as plain text: names have no control characters, permissions no spaces. JSON or an array costs three times as much.
create function reeve.sessions_who(token_hashes bytea[])
returns table (
  ord integer, session_id uuid, account_id uuid, email varchar, account_name varchar, expires_at timestamptz, stale boolean,
  tenant_id uuid, user_id uuid, slug varchar, tenant_name varchar, roles text, permissions text
)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select wanted.ord::integer, s.id, s.account_id, e.email, a.name,
           least(s.expires_at, s.last_seen_at + make_interval(secs => s.idle_seconds)),
           s.last_seen_at < now() - interval '1 minute',
           own.tenant_id, own.user_id, own.slug, own.name, held.roles, held.permissions
    from unnest(token_hashes) with ordinality as wanted (token_hash, ord)
    join public.sessions s on s.token_hash = wanted.token_hash
    join public.accounts a on a.id = s.account_id and a.disabled_at is null
    join public.account_emails e on e.account_id = s.account_id and e.is_primary
    left join lateral (
      select t.id as tenant_id, u.id as user_id, t.slug, t.name
      from public.users u
      join public.tenants t on t.id = u.tenant_id and t.deleted_at is null
      where u.account_id = s.account_id and u.is_active
      order by t.name, t.id
      limit 100
    ) own on true
    left join lateral (
      select string_agg(r.name, e'\x1f') as roles, string_agg(may.permissions, ' ') as permissions
      from public.user_roles ur
      join public.roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
      cross join lateral (
        select string_agg(case rp.scope when 'own' then rp.permission || ':own' else rp.permission end, ' ') as permissions
        from public.role_permissions rp
        where rp.tenant_id = ur.tenant_id and rp.role_id = ur.role_id
      ) may
      where ur.tenant_id = own.tenant_id and ur.user_id = own.user_id
        and ur.valid_from <= now() and (ur.valid_until is null or ur.valid_until > now())
    ) held on true
    where s.revoked_at is null
      and s.expires_at > now()
      and s.last_seen_at + make_interval(secs => s.idle_seconds) > now();
end
$$;
comment on function reeve.sessions_who(bytea[]) is
  'For each token hash: session, account, end, and a row for each of its tenants (a hundred at most) with roles and permissions; no row where there is no live session.';

grant execute on function reeve.sessions_who(bytea[]) to reeve_app;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
