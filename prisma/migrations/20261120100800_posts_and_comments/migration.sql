-- What people write. Also the example of an application's own tables: read and written through Prisma.
-- Step: expand.

set local lock_timeout = '3s';

create table posts (
  tenant_id    uuid not null,
  id           uuid not null default reeve.uuid_v7(),
  user_id      uuid,
  title        varchar(200) not null,
  content      text not null,
  status       varchar(20) not null default 'draft',
  published_at timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint posts_pkey primary key (tenant_id, id),
  constraint posts_title_filled check (title ~ '[^[:space:]]' and title !~ '[[:cntrl:]]'),
  constraint posts_content_length check (char_length(content) <= 100000),
  constraint posts_status_known check (status in ('draft', 'published', 'archived')),
  constraint posts_published_has_time check (status <> 'published' or published_at is not null)
);

create table comments (
  tenant_id  uuid not null,
  id         uuid not null default reeve.uuid_v7(),
  post_id    uuid not null,
  user_id    uuid,
  content    text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint comments_pkey primary key (tenant_id, id),
  constraint comments_content_length check (content ~ '[^[:space:]]' and char_length(content) <= 10000)
);

alter table posts add constraint posts_tenant_id_fkey
  foreign key (tenant_id) references tenants (id) on delete cascade;
alter table posts add constraint posts_user_id_fkey
  foreign key (tenant_id, user_id) references users (tenant_id, id);
alter table comments add constraint comments_post_id_fkey
  foreign key (tenant_id, post_id) references posts (tenant_id, id) on delete cascade;
alter table comments add constraint comments_user_id_fkey
  foreign key (tenant_id, user_id) references users (tenant_id, id);

create index posts_status_idx on posts (tenant_id, status, id);
create index posts_user_id_idx on posts (tenant_id, user_id, id);
create index comments_post_id_idx on comments (tenant_id, post_id, id);
create index comments_user_id_idx on comments (tenant_id, user_id);

create trigger posts_touch before update on posts
  for each row execute function reeve.touch_updated_at();
create trigger comments_touch before update on comments
  for each row execute function reeve.touch_updated_at();
create trigger posts_audit after insert or update or delete on posts
  for each row execute function reeve.audit('post', 'tenant_id', 'id', 'tenant_id,updated_at');
create trigger comments_audit after insert or update or delete on comments
  for each row execute function reeve.audit('comment', 'tenant_id', 'id', 'tenant_id,updated_at');

create function reeve.unsign_what_they_wrote() returns trigger
  language plpgsql
as $$
begin
  update public.posts set user_id = null where tenant_id = old.tenant_id and user_id = old.id;
  update public.comments set user_id = null where tenant_id = old.tenant_id and user_id = old.id;
  return old;
end
$$;
comment on function reeve.unsign_what_they_wrote() is 'Trigger: what a deleted person wrote stays, without their name on it.';
create trigger users_unsign before delete on users
  for each row execute function reeve.unsign_what_they_wrote();

alter table posts enable row level security;
alter table comments enable row level security;
create policy posts_of_declared_tenant on posts
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());
create policy comments_of_declared_tenant on comments
  using (tenant_id = reeve.tenant_id()) with check (tenant_id = reeve.tenant_id());

grant select, insert, update, delete on posts, comments to reeve_app;
grant select on posts, comments to reeve_readonly;
grant execute on function reeve.unsign_what_they_wrote() to reeve_app;

comment on table posts is 'An article: draft, published or archived.';
comment on column posts.tenant_id is 'Whose row it is. [none]';
comment on column posts.id is 'UUIDv7, unique in the tenant. [none]';
comment on column posts.user_id is 'Who wrote it; null when they were deleted. [personal]';
comment on column posts.title is 'Its title. [none]';
comment on column posts.content is 'Its text. [personal]';
comment on column posts.status is 'draft, published or archived. [none]';
comment on column posts.published_at is 'When it was published last. [none]';
comment on column posts.created_at is 'When it was begun. [none]';
comment on column posts.updated_at is 'When it last changed. [none]';
comment on table comments is 'What somebody said under a post.';
comment on column comments.tenant_id is 'Whose row it is. [none]';
comment on column comments.id is 'UUIDv7, unique in the tenant. [none]';
comment on column comments.post_id is 'Under which post. [none]';
comment on column comments.user_id is 'Who said it; null when they were deleted. [personal]';
comment on column comments.content is 'What they said. [personal]';
comment on column comments.created_at is 'When they said it. [none]';
comment on column comments.updated_at is 'When they last changed it. [none]';
