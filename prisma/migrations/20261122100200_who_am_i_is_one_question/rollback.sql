-- Loses: nothing.
set local lock_timeout = '3s';

drop function reeve.sessions_who(bytea[]);
drop function reeve.roles_told(uuid[], uuid[]);
drop policy tenant_guards_at_sign_in on tenant_guards;
revoke select on table tenant_guards from reeve_auth;
drop trigger role_permissions_count_change on role_permissions;
drop trigger roles_count_change on roles;
drop function reeve.count_policy_change();
drop trigger tenant_guards_keep_counting on tenant_guards;
drop function reeve.keep_counting();
alter table tenant_guards drop column policy_version;
