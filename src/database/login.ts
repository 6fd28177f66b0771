import type pg from 'pg'
import type { Config } from '../foundation/config.ts'
import { Refusal } from '../foundation/refusal.ts'
import { withClient } from './client.ts'
import { toFailure } from './failure.ts'
import type { Access } from './pool.ts'
import { findPooler, isPooled } from './pooler.ts'

type Powers = { superuser: boolean; bypass: boolean; owner: boolean; app: boolean; acts: boolean }
type Found = Powers & { pooled: boolean }

/**
 * How the server may use a login. One that is no more than reeve_app is used as it is. A superuser, or the owner of the
 * schema, would stand above row-level security: in development it acts as reeve_app, in production it is refused
 * (`unsafe_role`). Also finds out whether a pooler stands before PostgreSQL, and how it treats us.
 */
export async function asServer(access: Access, production: boolean): Promise<Access> {
  const settings = settingsOf(access)
  const { superuser, bypass, owner, app, acts, pooled } = await powersOf(settings)
  const above = superuser
    ? 'a superuser'
    : bypass
      ? 'exempt from row-level security'
      : owner
        ? 'the owner of the schema'
        : undefined
  if (above === undefined) {
    if (app) return pooled ? { ...access, pooler: await findPooler(settings) } : access
    throw new Refusal(
      'unsafe_role',
      `the database login ${access.user} is not allowed what the server needs`,
      `run as an administrator: grant reeve_app to "${access.user}"`,
    )
  }
  if (!production && pooled) throw cannotActBehindPooler(access.user, above)
  if (!production && acts) return { ...access, role: 'reeve_app' }
  if (!production && owner) {
    throw new Refusal(
      'unsafe_role',
      `the database login ${access.user} owns the schema, and may not act as the server`,
      `run as an administrator: grant reeve_app to "${access.user}" (from PostgreSQL 16 on add: with set true)`,
    )
  }
  throw new Refusal(
    'unsafe_role',
    `the database login ${access.user} is ${above}; tenants would not be kept apart`,
    "let the server log in as reeve_app (alter role reeve_app login password '…'), and keep this login in DATABASE_ADMIN_URL for migrations",
  )
}

/** How many connections a configuration wants, and how long anything waits for one or on one. */
export function boundsOf({ pool }: Pick<Config, 'pool'>) {
  const { connectTimeoutMs: _, ...bounds } = pool
  return bounds
}

/** What a session acts as is said at its start, and a pooler gives sessions to whoever comes next. */
function cannotActBehindPooler(user: string, above: string): Refusal {
  return new Refusal(
    'unsafe_role',
    `the database login ${user} is ${above}, and behind a pooler it cannot act as the server`,
    "let the server log in as reeve_app (alter role reeve_app login password '…'), or connect to PostgreSQL itself",
  )
}

function settingsOf({
  host,
  port,
  user,
  password,
  database,
  ssl,
  acquireTimeoutMs,
}: Access): pg.ClientConfig {
  return {
    ...{ host, port, user, password, database, connectionTimeoutMillis: acquireTimeoutMs },
    ...(ssl === undefined ? {} : { ssl }),
  }
}

async function powersOf(settings: pg.ClientConfig): Promise<Found> {
  return withClient(settings, async (client) => {
    const { rows } = await client.query<Powers & { pid: number }>(`
      select pg_backend_pid() as pid,
             r.rolsuper as superuser,
             r.rolbypassrls as bypass,
             coalesce(pg_has_role(r.oid, (select oid from pg_roles where rolname = 'reeve_owner'), 'member'), false)
               or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owner,
             coalesce(pg_has_role(r.oid, a.oid, 'member'), false) as app,
             -- from PostgreSQL 16 on, a member may be one that must not act as the role
             coalesce(pg_has_role(r.oid, a.oid, case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end), false) as acts
      from pg_roles r
      left join pg_roles a on a.rolname = 'reeve_app'
      where r.rolname = current_user`)
    const { pid, ...powers } = rows[0]!
    return { ...powers, pooled: isPooled(client, pid) }
  }).catch((error: unknown) => {
    throw toFailure(error, 'connect')
  })
}
