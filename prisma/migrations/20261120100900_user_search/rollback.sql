-- Loses: nothing stored; people are no longer found by a part of their name.
set local lock_timeout = '3s';

drop function reeve.users_search(text, boolean, uuid, uuid, integer);
