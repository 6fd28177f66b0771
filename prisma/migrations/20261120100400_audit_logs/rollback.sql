-- Loses: the whole audit log of every tenant.
set local lock_timeout = '3s';

drop trigger tenants_audit on tenants;
drop trigger permissions_audit on permissions;
drop trigger accounts_audit on accounts;
drop trigger account_emails_audit on account_emails;
drop trigger credentials_audit on credentials;
drop trigger sessions_audit on sessions;
drop trigger users_audit on users;
drop trigger user_profiles_audit on user_profiles;
drop trigger roles_audit on roles;
drop trigger role_permissions_audit on role_permissions;
drop trigger user_roles_audit on user_roles;
drop table audit_logs;
drop function reeve.audit();
drop function reeve.append_only();
drop function reeve.audit_partitions_ensure(date, integer);
