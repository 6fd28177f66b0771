-- Loses: nothing stored; nobody can sign in until it is back.
set local lock_timeout = '3s';

drop function reeve.tenants_of(uuid);
drop function reeve.sessions_revoke(uuid, uuid, uuid, text);
drop function reeve.sessions_of(uuid);
drop function reeve.sessions_touch(uuid[]);
drop function reeve.sessions_check(bytea[], uuid[]);
drop function reeve.session_open(uuid, uuid, bytea, inet, text, integer, integer);
drop function reeve.account_enable(uuid);
drop function reeve.account_disable(uuid, text);
drop function reeve.password_replace(uuid, text, text);
drop function reeve.account_rename(uuid, text);
drop function reeve.account_by_id(uuid);
drop function reeve.account_by_email(text);
drop function reeve.account_create(uuid, text, text, text, boolean);

set local role reeve_auth;
alter default privileges grant execute on functions to public;
set local role reeve_owner;
