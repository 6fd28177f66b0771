-- Loses: nothing.
set local lock_timeout = '3s';

drop function reeve.users_by_email(uuid[], uuid[], text[]);
