-- Who has this address? Products ask it at every step, many times in a moment: one question for all of them.
-- Step: expand.

set local lock_timeout = '3s';

-- Owned by reeve_auth from the start, which may create here only for the length of this transaction.
grant create on schema reeve to reeve_auth;
set local role reeve_auth;

-- Each question is of one tenant and one actor, a user there; null is the operator. Who may not ask gets a row that says so.
create function reeve.users_by_email(tenants uuid[], actors uuid[], emails text[])
returns table (
  ord integer, refused text,
  id uuid, account_id uuid, email varchar, username varchar, name varchar, phone varchar, avatar_url varchar, is_active boolean,
  is_verified boolean, suspended_at timestamptz, suspension_reason varchar, last_login_at timestamptz,
  created_at timestamptz, updated_at timestamptz
)
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;
comment on function reeve.users_by_email(uuid[], uuid[], text[]) is
  'For each tenant, actor and address: the user who has it; a row that says why where the actor may not ask; none where nobody has it.';

grant execute on function reeve.users_by_email(uuid[], uuid[], text[]) to reeve_app;

set local role reeve_owner;
revoke create on schema reeve from reeve_auth;
