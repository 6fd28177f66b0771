import type pg from 'pg'
import { withClient } from '../../database/client.ts'
import type { Access } from '../../database/pool.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { tryLeftovers } from './leftovers.ts'
import { tryEverything, type Proving } from './prove.ts'
import { reportOf, type Report } from './report.ts'

/** Who was connected, and what that login stands above. */
export type Login = { name: string; superuser: boolean; bypassesRls: boolean; owner: boolean }

export type Proof = Report & {
  database: string
  postgres: string
  login: Login
  /** Whether what a pooled connection keeps was tried too, which needs a commit. */
  leftovers: boolean
  ms: number
}

export type Isolation = Proving & {
  /** The login that sets the stage. */
  admin: () => pg.ClientConfig
  /** How the server logs in. */
  access: () => Promise<Access>
  /** The name of the database in which two tenants may be committed for a moment. */
  commitIn?: string | undefined
}

/**
 * Proves that no tenant reaches another, by trying. Everything happens in one transaction that is rolled back; only with
 * `commitIn`, which must be the name of the database, two tenants are really there for a moment, and removed.
 */
export async function proveIsolation({ admin, access, commitIn, ...proving }: Isolation): Promise<Proof> {
  const started = performance.now()
  return withClient(admin(), async (client) => {
    const about = await lookAround(client)
    if (commitIn !== undefined && commitIn !== about.database) throw otherDatabase(commitIn, about.database)
    await client.query('begin')
    const trial = await tryEverything(client, proving).finally(() => client.query('rollback'))
    if (commitIn !== undefined) trial.tried.push(...(await tryLeftovers(admin(), await access())))
    const ms = Math.round(performance.now() - started)
    return { ...about, ...reportOf(trial), leftovers: commitIn !== undefined, ms }
  })
}

async function lookAround(client: pg.ClientBase): Promise<Pick<Proof, 'database' | 'postgres' | 'login'>> {
  const { rows } = await client.query<Login & { database: string; postgres: string; migrated: boolean }>(`
    select rolname::text as name, rolsuper as superuser, rolbypassrls as "bypassesRls",
           coalesce(pg_has_role(to_regrole('reeve_owner'), 'member'), false) as owner,
           current_database()::text as database, split_part(current_setting('server_version'), ' ', 1) as postgres,
           to_regprocedure('reeve.set_context(uuid, jsonb)') is not null and to_regrole('reeve_app') is not null as migrated
    from pg_roles where rolname = current_user`)
  const { database, postgres, migrated, ...login } = rows[0]!
  if (migrated) return { database, postgres, login }
  throw new Refusal(
    'schema_outdated',
    `Reeve is not in the database ${database}: there are no tenants to keep apart`,
    'run "reeve migrate deploy" on it first, or name another with --database-url',
  )
}

function otherDatabase(named: string, found: string): Refusal {
  return new Refusal(
    'consent_needed',
    `--commit names the database ${named}, and this one is ${found}; nothing was done`,
    `if two tenants may be there for a moment: --commit ${found}`,
  )
}
