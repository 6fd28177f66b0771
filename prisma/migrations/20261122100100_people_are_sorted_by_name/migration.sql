-- People are listed by their names, however many they are.
-- Step: expand.

set local lock_timeout = '3s';

create index users_name_idx on users (tenant_id, name, id);
