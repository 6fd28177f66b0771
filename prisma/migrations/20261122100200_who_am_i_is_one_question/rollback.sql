-- Loses: nothing.
set local lock_timeout = '3s';

drop function reeve.sessions_who(bytea[]);
