-- Loses: every policy that a tenant declared, and all that was stored of things and people for them.
set local lock_timeout = '3s';

drop trigger users_move_what_is_known on users;
drop trigger users_forget_what_is_known on users;
drop function reeve.keep_what_is_known_theirs();
drop table entities;
drop table policies;
