-- Loses: all invoice lines, and what roles permit about them.

set local lock_timeout = '3s';

drop table invoice_lines;
delete from role_permissions where permission in (select name from permissions where resource = 'invoice_lines');
delete from permissions where resource = 'invoice_lines';
