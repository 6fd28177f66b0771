-- Loses: every post and comment.
set local lock_timeout = '3s';

drop trigger users_unsign on users;
drop function reeve.unsign_what_they_wrote();
drop table comments;
drop table posts;
