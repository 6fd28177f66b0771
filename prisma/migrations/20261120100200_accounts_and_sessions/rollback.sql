-- Loses: every account, address, password and session; nobody can sign in afterwards.
set local lock_timeout = '3s';

drop table sessions;
drop table credentials;
drop table account_emails;
drop table accounts;
