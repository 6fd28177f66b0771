-- Loses: nothing. A list that is sorted by name reads everybody of the tenant.
set local lock_timeout = '3s';

drop index users_name_idx;
