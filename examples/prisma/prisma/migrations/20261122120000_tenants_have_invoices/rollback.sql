-- Loses: all invoices, and what roles permit about them.

set local lock_timeout = '3s';

drop trigger users_forget_invoices on users;
drop function invoices_forget_user();
drop table invoices;
delete from role_permissions where permission in (select name from permissions where resource = 'invoices');
delete from permissions where resource = 'invoices';
