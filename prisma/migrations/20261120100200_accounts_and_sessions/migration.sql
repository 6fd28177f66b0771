-- How a human signs in: an account exists once, however many tenants know the human.
-- The server's role gets nothing here; the functions of reeve_auth are the only way in.
-- Step: expand.

set local lock_timeout = '3s';

create table accounts (
  id              uuid not null default reeve.uuid_v7(),
  name            varchar(120) not null,
  disabled_at     timestamptz,
  disabled_reason varchar(200),
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint accounts_pkey primary key (id),
  constraint accounts_name_filled check (name ~ '[^[:space:]]' and name !~ '[[:cntrl:]]')
);

-- Stored lower-case in the C collation: neither citext nor lower() can use an index under row-level security.
create table account_emails (
  email       varchar(255) collate "C" not null,
  account_id  uuid not null,
  is_primary  boolean not null default true,
  verified_at timestamptz,
  created_at  timestamptz not null default now(),

  constraint account_emails_pkey primary key (email),
  constraint account_emails_form check (email = lower(email) and email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$')
);

create table credentials (
  id         uuid not null default reeve.uuid_v7(),
  account_id uuid not null,
  kind       varchar(20) collate "C" not null default 'password',
  hash       varchar(255) collate "C" not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),

  constraint credentials_pkey primary key (id),
  constraint credentials_kind_known check (kind in ('password')),
  constraint credentials_hash_form check (hash ~ '^\$(argon2id|argon2i|argon2d|2[aby])\$')
);

create table sessions (
  id             uuid not null default reeve.uuid_v7(),
  account_id     uuid not null,
  token_hash     bytea not null,
  ip             inet,
  user_agent     varchar(500),
  last_seen_at   timestamptz not null default now(),
  idle_seconds   integer not null,
  expires_at     timestamptz not null,
  revoked_at     timestamptz,
  revoked_reason varchar(50),
  created_at     timestamptz not null default now(),

  constraint sessions_pkey primary key (id),
  constraint sessions_token_hash_key unique (token_hash),
  constraint sessions_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint sessions_idle_positive check (idle_seconds > 0),
  constraint sessions_revoked_with_reason check ((revoked_at is null) = (revoked_reason is null))
);

alter table account_emails add constraint account_emails_account_id_fkey
  foreign key (account_id) references accounts (id) on delete cascade;
alter table credentials add constraint credentials_account_id_fkey
  foreign key (account_id) references accounts (id) on delete cascade;
alter table sessions add constraint sessions_account_id_fkey
  foreign key (account_id) references accounts (id) on delete cascade;

create index account_emails_account_id_idx on account_emails (account_id);
create unique index account_emails_one_primary on account_emails (account_id) where is_primary;
create unique index credentials_one_password on credentials (account_id) where kind = 'password';
create index credentials_account_id_idx on credentials (account_id);
create index sessions_account_id_idx on sessions (account_id, created_at desc);
create index sessions_expires_at_idx on sessions (expires_at);

create trigger accounts_touch before update on accounts
  for each row execute function reeve.touch_updated_at();
create trigger credentials_touch before update on credentials
  for each row execute function reeve.touch_updated_at();

-- No role but reeve_auth has a privilege here; the policies say it a second time.
alter table accounts enable row level security;
alter table account_emails enable row level security;
alter table credentials enable row level security;
alter table sessions enable row level security;
create policy accounts_for_sign_in on accounts to reeve_auth using (true) with check (true);
create policy account_emails_for_sign_in on account_emails to reeve_auth using (true) with check (true);
create policy credentials_for_sign_in on credentials to reeve_auth using (true) with check (true);
create policy sessions_for_sign_in on sessions to reeve_auth using (true) with check (true);

grant select, insert, update on accounts, account_emails, credentials, sessions to reeve_auth;
grant delete on credentials to reeve_auth;

comment on table accounts is 'A human who can sign in. Exists once; the tenants that know the human each have a user.';
comment on column accounts.id is 'UUIDv7. [personal]';
comment on column accounts.name is 'What the human calls themself. [personal]';
comment on column accounts.disabled_at is 'Since when the account may not sign in; its sessions end at once. [personal]';
comment on column accounts.disabled_reason is 'Why it was disabled. [personal]';
comment on column accounts.created_at is 'When it was made. [personal]';
comment on column accounts.updated_at is 'When it last changed. [personal]';
comment on table account_emails is 'The addresses an account signs in with.';
comment on column account_emails.email is 'Lower-case. [personal]';
comment on column account_emails.account_id is 'Whose it is. [personal]';
comment on column account_emails.is_primary is 'The one address we write to. [none]';
comment on column account_emails.verified_at is 'When its owner proved to be able to read it. [personal]';
comment on column account_emails.created_at is 'When it was added. [personal]';
comment on table credentials is 'What proves that the human is who they say.';
comment on column credentials.id is 'UUIDv7. [none]';
comment on column credentials.account_id is 'Whose it is. [personal]';
comment on column credentials.kind is 'What sort of proof. [none]';
comment on column credentials.hash is 'Argon2id in PHC form; bcrypt until its owner''s first sign-in. [secret]';
comment on column credentials.created_at is 'When it was set first. [personal]';
comment on column credentials.updated_at is 'When it was set last. [personal]';
comment on table sessions is 'Being signed in. Kept after its end, as the history of sign-ins.';
comment on column sessions.id is 'UUIDv7; names the session to its owner, opens nothing. [personal]';
comment on column sessions.account_id is 'Who is signed in. [personal]';
comment on column sessions.token_hash is 'SHA-256 of the token; the token itself is kept nowhere. [secret]';
comment on column sessions.ip is 'From where it was opened. [personal]';
comment on column sessions.user_agent is 'With what it was opened. [personal]';
comment on column sessions.last_seen_at is 'Last use, to the minute. [personal]';
comment on column sessions.idle_seconds is 'It ends after so many seconds without use. [none]';
comment on column sessions.expires_at is 'It ends then, used or not. [none]';
comment on column sessions.revoked_at is 'When it was ended early. [personal]';
comment on column sessions.revoked_reason is 'Why: signed_out, revoked, password_changed, account_disabled. [none]';
comment on column sessions.created_at is 'When it was opened. [personal]';
