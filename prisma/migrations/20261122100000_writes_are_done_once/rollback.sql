-- Loses: what was asked with an Idempotency-Key in the last day; a write that is sent again is done again.
set local lock_timeout = '3s';

drop table idempotency_keys;
