import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { withClient } from '../../database/client.ts'
import { nilTenant } from '../../database/database.ts'
import { toFailure } from '../../database/failure.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { writeContent } from './content.ts'
import { people } from './people.ts'
import { declareSome } from './policies.ts'
import { tenants, type SeededTenant } from './tenants.ts'

/** Everybody's address in the demo data that is theirs to sign in with. */
export const demoEmail = 'demo@example.com'

export type Seeding = {
  /** The login that may act as the schema's owner. */
  connect: () => pg.ClientConfig
  /** The hash of the one password that all demo accounts have. */
  hash: () => Promise<string>
  now?: Date
  /** What the configuration says; production is refused. */
  environment?: string | undefined
}
/** What there is after it; `seeded` says whether it was this run that brought it. */
export type Seeded = { seeded: boolean; tenants: number; users: number; posts: number; comments: number }

const day = 24 * 60 * 60 * 1000

/**
 * Fills an empty database with three tenants and sixty people who have been at it for half a year. Where the demo data
 * is already, nothing is done; all of it comes in one transaction, so it is there or not.
 */
export async function seed({ connect, hash, now = new Date(), environment }: Seeding): Promise<Seeded> {
  if (environment === 'production') {
    throw new Refusal(
      'not_in_production',
      'demo data does not belong into production',
      'seed a database for development',
    )
  }
  return withClient(connect(), async (client) => {
    try {
      await client.query('begin')
      await client.query('set local role reeve_owner')
      await client.query("select pg_advisory_xact_lock(hashtext('reeve.seed'))")
      const { rowCount } = await client.query('select from tenants where id = $1', [tenants[0].id])
      if (rowCount === 0) {
        await refuseAmongOthers(client)
        await fill(client, await hash(), now)
      }
      await client.query('commit')
      return { seeded: rowCount === 0, ...(await count(client)) }
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw toFailure(error, 'statement')
    }
  })
}

/** Whether the database has no tenant at all. */
export async function isEmpty(connect: () => pg.ClientConfig): Promise<boolean> {
  return withClient(connect(), async (client) => {
    const { rows } = await client.query<{ empty: boolean }>(
      'select not exists (select from tenants) as empty',
    )
    return rows[0]!.empty
  })
}

/** An installation has one operator, and a short name one tenant. Demo people get no power where others live. */
async function refuseAmongOthers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ slug: string }>(
    'select slug from tenants where is_operator or slug = any ($1) order by slug',
    [tenants.map(({ slug }) => slug)],
  )
  if (rows.length === 0) return
  throw new Refusal(
    'already_exists',
    `the demo data would be in the way of ${rows.map(({ slug }) => slug).join(', ')}`,
    'seed a database of its own; in development, "reeve reset" empties this one',
  )
}

type Human = { id: string; name: string; email: string; at: string }

async function fill(client: pg.Client, hash: string, now: Date): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * day)
  await client.query('select reeve.audit_partitions_ensure($1::date, 10)', [
    ago(180).toISOString().slice(0, 10),
  ])

  const humans = people.map(([name, mailbox], i): Human => {
    const at = ago(170 - i * 2)
    return { id: uuidV7(at.getTime()), name, email: `${mailbox}@example.com`, at: at.toISOString() }
  })
  await declare(client, nilTenant, { operator: 'seed' })
  await addAccounts(client, humans, hash)
  for (const tenant of tenants) await addTenant(client, tenant, humans, now)
  await addSessions(client, humans, now)
  await moveIntoThePast(client)
}

/** Accounts for all but the last five, who are still to accept. */
async function addAccounts(client: pg.Client, humans: Human[], hash: string): Promise<void> {
  const signedUp = JSON.stringify(humans.slice(0, -5))
  const from = 'from jsonb_to_recordset($1) as h (id uuid, name text, email text, at timestamptz)'
  await client.query(`insert into accounts (id, name, created_at) select id, name, at ${from}`, [signedUp])
  await client.query(
    `insert into account_emails (email, account_id, verified_at, created_at) select email, id, at, at ${from}`,
    [signedUp],
  )
  await client.query(`insert into credentials (account_id, hash, created_at) select id, $2, at ${from}`, [
    signedUp,
    hash,
  ])
}

async function addTenant(client: pg.Client, tenant: SeededTenant, humans: Human[], now: Date): Promise<void> {
  const { id, slug, name, isOperator, members, roles, separated = [] } = tenant
  const born = new Date(now.getTime() - 172 * day)
  await declare(client, id, { operator: 'seed' })
  await client.query(
    'insert into tenants (id, slug, name, is_operator, created_at) values ($1, $2, $3, $4, $5)',
    [id, slug, name, isOperator, born],
  )
  await client.query('select reeve.tenant_furnish($1)', [id])

  const users = members.map(({ person, ...rest }) => {
    const human = humans[person]!
    return {
      ...rest,
      id: uuidV7(new Date(human.at).getTime()),
      account: person < humans.length - 5 ? human.id : null,
      ...{ name: human.name, email: human.email, at: human.at },
    }
  })
  await client.query(
    `insert into users (tenant_id, id, account_id, email, username, name, phone, is_verified, last_login_at, created_at)
     select $1, id, account, email, split_part(email, '@', 1), name, phone, account is not null,
            case when account is not null then $3::timestamptz - interval '1 hour' * (row_number() over ()) end, at
     from jsonb_to_recordset($2) as u (id uuid, account uuid, email text, name text, phone text, at timestamptz)`,
    [id, JSON.stringify(users), now],
  )
  await client.query(
    `insert into user_profiles (tenant_id, user_id, bio, locale, time_zone, created_at)
     select $1, id, 'Ask me about ' || split_part(email, '@', 1) || '''s work.', 'en', 'UTC', at
     from jsonb_to_recordset($2) as u (id uuid, email text, at timestamptz)`,
    [id, JSON.stringify(users.slice(0, 12))],
  )

  // From here on it is the first owner who acts, for the log to have a story.
  const owner = users.find(({ role }) => role === 'owner')!
  await give(
    client,
    id,
    users.filter(({ role }) => role === 'owner'),
    null,
  )
  await declare(client, id, { user: owner.id, account: owner.account })
  for (const role of roles) {
    await client.query(
      `with made as (insert into roles (tenant_id, name, description) values ($1, $2, $3) returning tenant_id, id)
       insert into role_permissions (tenant_id, role_id, permission)
       select made.tenant_id, made.id, permission from made, unnest($4::text[]) as permission`,
      [id, role.name, role.description, role.permissions],
    )
    await client.query(
      `insert into role_inheritance (tenant_id, role_id, junior_id)
       select $1, above.id, below.id from roles above, roles below
       where above.tenant_id = $1 and above.name = $2 and below.tenant_id = $1 and below.name = $3`,
      [id, role.name, role.inherits],
    )
  }
  await separate(client, id, separated)
  await give(
    client,
    id,
    users.filter(({ role }) => role !== 'owner'),
    owner.id,
  )
  await shutOut(client, id, users.find(({ suspended }) => suspended)?.id, owner.id)
  await inviteSome(client, id, owner.id)
  if (slug === 'blue-lantern') await declareSome(client, id)
  await writeContent(client, { tenantId: id, authors: users.filter(({ account }) => account !== null), now })
}

/** What nobody may be at once. */
async function separate(client: pg.Client, tenantId: string, roles: readonly string[]): Promise<void> {
  if (roles.length === 0) return
  await client.query(
    `with made as (insert into separation_sets (tenant_id, name) values ($1, 'publishing') returning tenant_id, id)
     insert into separation_set_roles (tenant_id, set_id, role_id)
     select $1, made.id, r.id from made, roles r where r.tenant_id = $1 and r.name = any ($2)`,
    [tenantId, roles],
  )
}

/** Roles by name; some for a time that is over, or has not begun. */
async function give(
  client: pg.Client,
  tenantId: string,
  users: { id: string; role: string }[],
  by: string | null,
): Promise<void> {
  await client.query(
    `insert into user_roles (tenant_id, user_id, role_id, assigned_by, assigned_at, valid_from, valid_until)
     select $1, u.id, r.id, $3, u.at,
            case u.term when 'future' then now() + interval '30 days' else u.at end,
            case u.term when 'past' then now() - interval '10 days' when 'future' then now() + interval '60 days' end
     from jsonb_to_recordset($2) as u (id uuid, role text, term text, at timestamptz)
     join roles r on r.tenant_id = $1 and r.name = u.role`,
    [tenantId, JSON.stringify(users), by],
  )
}

async function shutOut(
  client: pg.Client,
  tenantId: string,
  userId: string | undefined,
  by: string,
): Promise<void> {
  await client.query(
    `update users set suspended_at = now() - interval '9 days', suspended_by = $3, suspension_reason = 'On leave until spring'
     where tenant_id = $1 and id = $2`,
    [tenantId, userId, by],
  )
}

/** Nobody has the tokens: what is kept of each is the hash of something random. */
async function inviteSome(client: pg.Client, tenantId: string, by: string): Promise<void> {
  const invitations = [
    { email: 'newcomer@example.org', age: 1, revoked: null },
    { email: 'second.thoughts@example.org', age: 20, revoked: 18 },
    { email: 'too.late@example.org', age: 40, revoked: null },
  ].map((one) => ({ ...one, hash: randomBytes(32).toString('hex') }))
  await client.query(
    `insert into invitations (tenant_id, email, role_id, token_hash, invited_by, created_at, expires_at, revoked_at, revoked_by)
     select $1, i.email, r.id, decode(i.hash, 'hex'), $3,
            now() - i.age * interval '1 day', now() + (7 - i.age) * interval '1 day',
            now() - i.revoked * interval '1 day', case when i.revoked is not null then $3::uuid end
     from jsonb_to_recordset($2) as i (email text, age integer, revoked integer, hash text)
     join roles r on r.tenant_id = $1 and r.name = 'member'`,
    [tenantId, JSON.stringify(invitations), by],
  )
}

/** Sign-ins of the last weeks; a third of them have ended. Their tokens, too, are known to nobody. */
async function addSessions(client: pg.Client, humans: Human[], now: Date): Promise<void> {
  await declare(client, nilTenant, { operator: 'seed' })
  const sessions = humans.slice(0, 40).map(({ id }, i) => ({
    account: id,
    hash: randomBytes(32).toString('hex'),
    at: new Date(now.getTime() - (i % 14) * day - i * 60_000).toISOString(),
    ip: `192.0.2.${i + 1}`,
    ended: i % 3 === 0,
  }))
  await client.query(
    `insert into sessions (account_id, token_hash, ip, user_agent, created_at, last_seen_at, idle_seconds, expires_at, revoked_at, revoked_reason)
     select account, decode(hash, 'hex'), ip, 'Mozilla/5.0 (demo)', at, at, 604800, at + interval '30 days',
            case when ended then at + interval '1 hour' end, case when ended then 'signed_out' end
     from jsonb_to_recordset($1) as s (account uuid, hash text, at timestamptz, ip inet, ended boolean)`,
    [JSON.stringify(sessions)],
  )
}

/** The log was written just now; its lines belong to when the things happened. Only the owner can, and only here. */
async function moveIntoThePast(client: pg.Client): Promise<void> {
  await client.query("set local reeve.retention = 'on'")
  await client.query(
    `with moved as (delete from audit_logs where created_at = now() returning *)
     insert into audit_logs overriding system value
     select m.tenant_id, m.id,
            case when m.entity_type in ('role', 'role_permission') then t.created_at
                 else coalesce((m.new_values ->> 'suspended_at')::timestamptz, (m.new_values ->> 'created_at')::timestamptz,
                               (m.new_values ->> 'assigned_at')::timestamptz, t.created_at, m.created_at) end,
            m.action, m.entity_type, m.entity_id, m.user_id, m.account_id, m.operator, m.db_role, m.request_id,
            m.ip_address, m.old_values, m.new_values
     from moved m
     left join tenants t on t.id = m.tenant_id`,
  )
}

async function declare(client: pg.Client, tenantId: string, actor: object): Promise<void> {
  await client.query('select reeve.set_context($1, $2)', [tenantId, { ...actor, request: 'seed' }])
}

async function count(client: pg.Client): Promise<Omit<Seeded, 'seeded'>> {
  const { rows } = await client.query<Omit<Seeded, 'seeded'>>(`
    select (select count(*) from tenants)::integer as tenants, (select count(*) from users)::integer as users,
           (select count(*) from posts)::integer as posts, (select count(*) from comments)::integer as comments`)
  return rows[0]!
}
