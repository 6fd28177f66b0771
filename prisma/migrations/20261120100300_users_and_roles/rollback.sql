-- Loses: every user, profile, role, permission of a role and role assignment of every tenant.
set local lock_timeout = '3s';

drop trigger tenants_begin_with_an_owner on tenants;
drop table tenant_guards;
drop table user_roles;
drop table role_permissions;
drop table user_profiles;
drop table users;
drop table roles;
drop function reeve.begin_with_an_owner();
drop function reeve.tenant_furnish(uuid);
drop function reeve.is_owner_role(uuid, uuid);
drop function reeve.keep_an_owner();
drop function reeve.keep_owner_role_whole();
drop function reeve.keep_system_roles();
drop function reeve.forget_who_left();
drop function reeve.stay_declared(uuid);
