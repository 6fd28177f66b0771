-- Loses: nothing stored; nobody is allowed anything until it is back.
set local lock_timeout = '3s';

drop trigger user_roles_give_only_what_is_held on user_roles;
drop trigger role_permissions_give_only_what_is_held on role_permissions;
drop trigger user_roles_take_only_what_is_held on user_roles;
drop trigger users_take_only_what_is_held on users;
drop trigger role_permissions_take_only_what_is_held on role_permissions;
drop trigger users_keep_account on users;
drop function reeve.keep_account();
drop function reeve.take_only_what_is_held();
drop function reeve.give_only_what_is_held();
drop function reeve.holds(text[], timestamptz);
drop function reeve.authorize(text, uuid);
drop function reeve.access_decision(uuid, uuid, text, uuid);
