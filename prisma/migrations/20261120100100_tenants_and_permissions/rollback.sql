-- Loses: every tenant, and every permission that was added to the catalogue.
set local lock_timeout = '3s';

drop table permissions;
drop table tenants;
drop function reeve.permission_patterns(text);
