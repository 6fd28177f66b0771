import type pg from 'pg'
import { withClient } from '../../database/client.ts'

/** How many of each. A fifth of all people is in the first tenant, a twentieth in the second. */
export type Size = {
  tenants: number
  users: number
  audit: number
  posts: number
  comments: number
  invitations: number
}

/** What so many people leave behind: in proportion what the plans are proven with at a million. */
export function sizeOf(users: number): Size {
  const share = (of: number) => Math.max(1, Math.round(users * of))
  return {
    tenants: Math.max(3, share(0.001)),
    users,
    audit: share(2),
    posts: share(0.3),
    comments: share(0.6),
    invitations: share(0.06),
  }
}

/** How far the work has come: the step that begins, and how many of all. */
export type LoadStep = (step: { message: string; done: number; total: number }) => void

/**
 * Fills a migrated and empty database, made for this, with people and what they leave behind: by set-based SQL with the
 * triggers asleep, from hashes instead of chance, so that two loads are alike. Rows lie in the order of time, as in life:
 * the rows of one tenant are scattered over the whole table. The login must be allowed to silence triggers.
 */
export async function load(settings: pg.ClientConfig, size: Size, step: LoadStep = () => {}): Promise<void> {
  await withClient(settings, (client) => fill(client, size, step))
}

async function fill(client: pg.Client, size: Size, step: LoadStep): Promise<void> {
  await client.query(
    `set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '1GB'`,
  )
  await client.query(`select reeve.audit_partitions_ensure((now() at time zone 'utc')::date - 365, 16)`)
  const indexes = await dropIndexes(client)
  const work = [
    ...steps(size),
    ...indexes.map(({ name, definition }) => [`index ${name}`, definition] as const),
    [
      'leaving no helper behind',
      'drop table drill_people, drill_tenants; drop function drill_uuid, drill_dice',
    ],
    ['vacuum and analyze', 'vacuum (analyze)'],
    ['checkpoint', 'checkpoint'],
  ] as const
  for (const [i, [message, statement]] of work.entries()) {
    step({ message, done: i, total: work.length })
    await client.query(statement)
  }
  step({ message: 'loaded', done: work.length, total: work.length })
}

/** Those that serve no constraint: built in one go afterwards. */
async function dropIndexes(client: pg.Client): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select c.relname as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    where t.relnamespace = 'public'::regnamespace and not t.relispartition and not i.indisunique
      and not exists (select from pg_constraint where conindid = i.indexrelid)
    order by c.relname`)
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows
}

/** Computed again wherever it is needed, and so not from the moment. */
const roleId = (tenant: string, role: string) =>
  `drill_uuid('2024-01-01Z', ${tenant} * 100 + ${role}, 'role')`

/** Evenly over so many seconds, so many things: what lies between two of them. */
const every = (seconds: number, count: number) => `interval '${seconds / count} seconds'`

const steps = (size: Size): [string, string][] => [
  [
    'helpers',
    `create function drill_dice(n bigint, salt bigint, sides bigint) returns bigint language sql immutable parallel safe
       return (hashint8extended(n, salt) & 9223372036854775807) % sides;
     -- a UUID version 7 of a moment
     create function drill_uuid(at timestamptz, n bigint, salt text) returns uuid language sql immutable parallel safe
       return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt || n), 1, 3)
               || '8' || substr(md5(salt || n), 4, 15))::uuid`,
  ],
  [
    'tenants',
    `create table drill_tenants as
       select n, drill_uuid(now() - interval '1000 days' + n * interval '1 minute', n, 'tenant') as id
       from generate_series(1, ${size.tenants}) n;
     insert into tenants (id, slug, name, created_at)
       select id, 'tenant-' || n, 'Tenant ' || n, now() - interval '1000 days' from drill_tenants;
     insert into tenant_guards (tenant_id) select id from drill_tenants`,
  ],
  [
    // 1-4 are the system roles, 5-14 the tenant's own, 15 one that few have
    'roles',
    `insert into roles (tenant_id, id, name, description, is_system)
       select t.id, ${roleId('t.n', 'r')},
              coalesce((array['owner', 'admin', 'member', 'viewer'])[r], 'role ' || r), 'What it is for.', r <= 4
       from drill_tenants t, generate_series(1, 15) r;
     insert into role_closure (tenant_id, role_id, reaches_id) select tenant_id, id, id from roles;
     insert into role_permissions (tenant_id, role_id, permission, scope)
       select r.tenant_id, r.id, p.permission, 'any'
       from roles r
       join lateral (
         select '*:*' as permission where r.name = 'owner'
         union all select unnest(array['tenant:read', 'users:*', 'roles:*', 'invitations:*', 'audit:read', 'posts:*', 'comments:*']) where r.name = 'admin'
         union all select unnest(array['tenant:read', 'users:read', 'roles:read', 'posts:read', 'comments:read']) where r.name not in ('owner', 'admin')
       ) p on true;
     insert into role_permissions (tenant_id, role_id, permission, scope)
       select tenant_id, id, unnest(array['posts:create', 'comments:create']), 'any' from roles where name = 'member'
       union all
       select tenant_id, id, unnest(array['posts:update', 'posts:publish', 'posts:delete', 'comments:update', 'comments:delete']), 'own'
       from roles where name = 'member'`,
  ],
  [
    // a fifth of everybody is in the first tenant, a twentieth in the second
    'people',
    `create table drill_people as
       select one.n, t.n as tenant, t.id as tenant_id, one.at, drill_uuid(one.at, one.n, 'user') as id, drill_uuid(one.at, one.n, 'account') as account_id
       from (
         select n, now() - interval '900 days' + n * ${every(75_000_000, size.users)} as at,
                case when n <= ${size.tenants} then n
                     when n % 20 < 4 then 1
                     when n % 20 = 4 then 2
                     else 3 + drill_dice(n, 1, ${size.tenants - 2}) end as tenant
         from generate_series(1, ${size.users}) n
       ) one
       join drill_tenants t on t.n = one.tenant
       order by one.n;
     alter table drill_people add primary key (n);
     analyze drill_people`,
  ],
  [
    'accounts',
    `insert into accounts (id, name, created_at) select account_id, 'Person ' || n, at from drill_people order by n`,
  ],
  [
    'account_emails',
    `insert into account_emails (email, account_id, verified_at, created_at)
       select 'person' || n || '@example.com', account_id, at, at from drill_people order by n`,
  ],
  [
    'credentials',
    `insert into credentials (account_id, hash, created_at)
       select account_id, '$argon2id$v=19$m=19456,t=2,p=1$' || substr(md5('salt' || n), 1, 22) || '$' || substr(md5('a' || n) || md5('b' || n), 1, 43), at
       from drill_people order by n`,
  ],
  [
    // a hundredth is suspended; a tenth never signed in
    'users',
    `insert into users (tenant_id, id, account_id, email, username, name, phone, suspended_at, is_verified, last_login_at, created_at)
       select tenant_id, id, case when n % 10 <> 9 or n <= ${size.tenants} then account_id end, 'person' || n || '@example.com', case when n % 3 = 0 then 'user' || n end,
              (array['Ada','Kim','Mehmet','Łukasz','Olga','小明','José','Anaïs','Fatima','Nguyễn','Björk','Siobhán','Иван','Ελένη','محمد','דנה','Chidi','Priya','Hana','Tāne'])[1 + drill_dice(n, 2, 20)]
              || ' ' ||
              (array['Ünal','Smith','Kowalska','García','Müller','Ivanov','李','Nakamura','Okafor','Sharma','Dubois','Rossi','Silva','Andersen','Papadopoulos','Haddad','Cohen','Mbeki','Tran','O''Brien'])[1 + drill_dice(n, 3, 20)]
              || ' ' || to_hex(drill_dice(n, 4, 16777216)),
              '+49 30 ' || (1000000 + n), case when drill_dice(n, 14, 100) = 0 then at end, n % 2 = 0, at, at
       from drill_people order by n`,
  ],
  [
    'user_profiles',
    `insert into user_profiles (tenant_id, user_id, bio, locale, time_zone, created_at)
       select tenant_id, id, 'Likes long walks and short meetings, number ' || n, 'de-DE', 'Europe/Berlin', at
       from drill_people where n % 3 = 0 order by n`,
  ],
  [
    'user_roles',
    `insert into user_roles (tenant_id, user_id, role_id, assigned_at, valid_from)
       select p.tenant_id, p.id, ${roleId('p.tenant', 'which.r')}, p.at, p.at
       from drill_people p
       cross join lateral (values
         (case when p.n <= ${size.tenants} then 1 when drill_dice(p.n, 5, 1000) = 0 then 2 else 3 end),
         (case when drill_dice(p.n, 7, 10000) = 0 then 15 else 5 + drill_dice(p.n, 6, 5) end),
         (10 + drill_dice(p.n, 8, 5))
       ) which (r)`,
  ],
  [
    // a sixth of them is live; the first account had two hundred
    'sessions',
    `insert into sessions (id, account_id, token_hash, ip, user_agent, last_seen_at, idle_seconds, expires_at, revoked_at, revoked_reason, created_at)
       select drill_uuid(at, n, 'session'), account_id, sha256(('token ' || n)::bytea), '192.0.2.1', 'Mozilla/5.0', at + interval '1 hour', 1209600, at + interval '60 days',
              case when n % 10 = 1 then at + interval '1 day' end, case when n % 10 = 1 then 'signed_out' end, at
       from (
         select s.n, now() - interval '92 days' + s.n * ${every(7_900_000, size.users)} as at, p.account_id
         from generate_series(1, ${size.users}) s (n)
         join drill_people p on p.n = case when s.n % 5000 = 0 then 1 else 1 + drill_dice(s.n, 9, ${size.users}) end
       ) one order by n`,
  ],
  [
    // the first people of a tenant do most of what is done
    'audit_logs',
    `insert into audit_logs (tenant_id, created_at, action, entity_type, entity_id, user_id, account_id, db_role, request_id, ip_address, old_values, new_values)
       select p.tenant_id, now() - interval '330 days' + a.n * ${every(28_000_000, size.audit)}, 'user.updated', 'user', p.id,
              case when a.n % 4 = 0 then p.id else boss.id end, case when a.n % 4 = 0 then p.account_id else boss.account_id end,
              'reeve_app', 'request-' || a.n, '192.0.2.1', jsonb_build_object('name', 'Before ' || a.n), jsonb_build_object('name', 'After ' || a.n)
       from generate_series(1, ${size.audit}) a (n)
       join drill_people p on p.n = 1 + drill_dice(a.n, 10, ${size.users})
       join drill_people boss on boss.n = p.tenant
       order by a.n`,
  ],
  [
    'posts',
    `insert into posts (tenant_id, id, user_id, title, content, status, published_at, created_at)
       select p.tenant_id, drill_uuid(one.at, one.n, 'post'), p.id, 'Post ' || one.n, repeat('Something worth reading. ', 12),
              case when one.n % 10 < 7 then 'published' when one.n % 10 < 9 then 'draft' else 'archived' end, one.at, one.at
       from (select n, now() - interval '300 days' + n * ${every(24_000_000, size.posts)} as at from generate_series(1, ${size.posts}) n) one
       join drill_people p on p.n = case when one.n % 50 = 0 then 1 else 1 + drill_dice(one.n, 11, ${size.users}) end
       order by one.n`,
  ],
  [
    // one post in the first tenant has many
    'comments',
    `insert into comments (tenant_id, id, post_id, user_id, content, created_at)
       select o.tenant_id, drill_uuid(one.at, one.n, 'comment'), o.id, o.user_id, 'Well said, number ' || one.n, one.at
       from (
         select n, now() - interval '200 days' + n * ${every(15_000_000, size.comments)} as at,
                case when n % 20 = 0 then 50 else 1 + drill_dice(n, 12, ${size.posts}) end as post
         from generate_series(1, ${size.comments}) n
       ) one
       join (select row_number() over (order by created_at) as n, tenant_id, id, user_id from posts) o on o.n = one.post
       order by one.n`,
  ],
  [
    'invitations',
    `insert into invitations (tenant_id, id, email, role_id, token_hash, invited_by, expires_at, accepted_at, accepted_by, revoked_at, created_at)
       select p.tenant_id, drill_uuid(one.at, one.n, 'invitation'), 'guest' || one.n || '@example.com',
              ${roleId('p.tenant', '3')}, sha256(('invitation ' || one.n)::bytea), boss.id,
              one.at + interval '7 days', case when one.n % 3 = 0 then one.at end, case when one.n % 3 = 0 then p.id end, case when one.n % 3 = 1 then one.at end, one.at
       from (select n, now() - interval '60 days' + n * ${every(4_800_000, size.invitations)} as at from generate_series(1, ${size.invitations}) n) one
       join drill_people p on p.n = 1 + drill_dice(one.n, 13, ${size.users})
       join drill_people boss on boss.n = p.tenant
       order by one.n`,
  ],
]
