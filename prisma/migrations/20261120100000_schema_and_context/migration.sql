-- Our own functions live in schema reeve; a transaction declares for whom it acts before it may see anything.
-- Step: expand.

set local lock_timeout = '3s';

create schema reeve;
comment on schema reeve is 'Functions of Reeve: context, access decisions, sign-in, audit. Tables stay in public.';

-- What is created here is for those it is granted to, not for everybody.
alter default privileges revoke execute on functions from public;
grant usage on schema reeve to public;

create extension if not exists pg_trgm schema reeve;
create extension if not exists btree_gin schema reeve;

-- UUID version 7 (RFC 9562 §5.7). PostgreSQL has its own only from 18 on.
create function reeve.uuid_v7() returns uuid
  language sql volatile parallel safe
as $$
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
$$;
comment on function reeve.uuid_v7() is 'A new UUID version 7: later ids sort later.';

-- The context. SET LOCAL is what a sharded cluster passes on to its workers (set_config is not), and it dies with the transaction.
create function reeve.set_context(tenant uuid, actor jsonb) returns void
  language plpgsql
as $$
begin
  execute format('set local reeve.tenant_id = %L', coalesce(tenant::text, ''));
  execute format('set local reeve.actor = %L', coalesce(actor::text, ''));
end
$$;
comment on function reeve.set_context(uuid, jsonb) is
  'Declares, until the transaction ends, the tenant and the actor: {"user", "account", "operator", "request", "ip"}, each optional.';

-- A setting that was used once reads back as an empty string, not as null.
create function reeve.tenant_id() returns uuid
  language sql stable parallel safe
as $$ select nullif(current_setting('reeve.tenant_id', true), '')::uuid $$;
comment on function reeve.tenant_id() is 'The tenant this transaction declared; null when it declared none, and then no tenant row is visible.';

create function reeve.actor() returns jsonb
  language sql stable parallel safe
as $$ select nullif(current_setting('reeve.actor', true), '')::jsonb $$;
comment on function reeve.actor() is 'Who acts in this transaction; null when nobody was declared.';

create function reeve.user_id() returns uuid
  language sql stable parallel safe
as $$ select (reeve.actor() ->> 'user')::uuid $$;
comment on function reeve.user_id() is 'The user who acts in this transaction, if it is a user.';

create function reeve.is_operator() returns boolean
  language sql stable parallel safe
as $$ select reeve.actor() ->> 'operator' is not null $$;
comment on function reeve.is_operator() is 'Whether this transaction acts for the installation''s operator (command line, maintenance).';

create function reeve.touch_updated_at() returns trigger
  language plpgsql
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function reeve.touch_updated_at() is 'Trigger: the time of the last change.';

-- Policies call these, so whoever may query a table must be able to.
grant execute on function reeve.tenant_id(), reeve.actor(), reeve.user_id(), reeve.is_operator(), reeve.uuid_v7() to public;
grant execute on function reeve.set_context(uuid, jsonb), reeve.touch_updated_at() to reeve_app, reeve_auth, reeve_readonly;
