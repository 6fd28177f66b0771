-- An account keeps all the sessions that it ever had. Its live ones are now found without reading the others, and what
-- is over is not ended once more: it was counted, and each got a line in the log.
-- Step: expand.

set local lock_timeout = '3s';

drop index sessions_account_id_idx;
create index sessions_account_id_idx on sessions (account_id, expires_at);

-- They stay with reeve_auth. A session that is idle for too long is ended like a live one: its last use may be under way to us.
create or replace function reeve.sessions_revoke(account uuid, only_session uuid, kept_session uuid, reason text) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
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
$$;

create or replace function reeve.account_disable(wanted uuid, reason text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.accounts set disabled_at = now(), disabled_reason = reason where id = wanted and disabled_at is null;
  if found then
    update public.sessions set revoked_at = now(), revoked_reason = 'account_disabled'
    where account_id = wanted and revoked_at is null and expires_at > now();
    return true;
  end if;
  return false;
end
$$;
