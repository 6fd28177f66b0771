import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseError, escapeIdentifier, type Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import { mayActAs, type Role } from './acting.ts'
import type { Migrating } from './session.ts'

/** The closed list of database roles, who of them owns the schema, and the script that makes them. */
export type HouseRoles = { owner: string; names: readonly string[]; file: string }

/** Reeve's own roles, made by `roles.sql` in the prisma folder. */
export function houseRoles(prisma: string): HouseRoles {
  return {
    owner: 'reeve_owner',
    names: ['reeve_owner', 'reeve_auth', 'reeve_app', 'reeve_readonly', 'reeve_backup', 'reeve_monitor'],
    file: join(prisma, 'roles.sql'),
  }
}

/**
 * Makes sure that the roles exist and that their owner may create in this database, by running the roles'
 * script when something of that is missing. Returns the role to migrate as.
 */
export async function ensureRoles(client: Client, { roles, progress }: Migrating): Promise<Role> {
  if (!roles) return null
  const lacks = await lacking(client, roles)
  if (lacks.length > 0) {
    progress?.({ message: `preparing the database roles (${lacks.join(', ')})` })
    await runRoles(client, roles, lacks)
    const still = await lacking(client, roles)
    if (still.length > 0) throw rolesMissing(roles, still, 'its script ran and did not provide them')
  }
  return actingOwner(client, roles)
}

/** The role to migrate as, where roles may be missing and nothing is to be made. */
export async function presentOwner(client: Client, roles: HouseRoles | null): Promise<Role> {
  return roles && (await mayActAs(client, roles.owner)) ? roles.owner : null
}

/** Roles belong to the whole cluster, what they may do in a database to that database: a second one needs both. */
async function lacking(client: Client, { names, owner }: HouseRoles): Promise<string[]> {
  const { rows } = await client.query<{ lack: string }>(
    `select wanted as lack
       from unnest($1::text[]) wanted
      where not exists (select from pg_roles where rolname = wanted)
      union all
     select 'what ' || rolname || ' may do here'
       from pg_roles
      where rolname = $2
        and not (has_database_privilege(oid, current_database(), 'create')
                 and has_schema_privilege(oid, (select oid from pg_namespace where nspname = 'public'), 'create'))`,
    [names, owner],
  )
  return rows.map(({ lack }) => lack)
}

async function runRoles(client: Client, roles: HouseRoles, lacks: string[], tries = 5): Promise<void> {
  const script = await readFile(roles.file, 'utf8').catch(() => {
    throw rolesMissing(roles, lacks, 'their script is not there')
  })
  try {
    await client.query(script)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.code === '42501') throw rolesMissing(roles, lacks, error.message)
    if (!anotherWasFaster(error) || tries <= 1)
      throw new Refusal('roles_missing', `${roles.file}: ${error.message}`, remedy(roles))
    await pause(50 + Math.random() * 200)
    await runRoles(client, roles, lacks, tries - 1)
  }
}

/** Our lock is one database's own; somebody migrating another database of the cluster makes the same roles. */
function anotherWasFaster({ code, message }: DatabaseError): boolean {
  return code === '23505' || code === '42710' || (code === 'XX000' && message.includes('concurrently'))
}

async function actingOwner(client: Client, { owner }: HouseRoles): Promise<Role> {
  if (await mayActAs(client, owner)) return owner
  throw new Refusal(
    'roles_missing',
    `${client.user} may not act as ${owner}, who owns the schema`,
    `as a superuser: grant ${escapeIdentifier(owner)} to ${escapeIdentifier(client.user ?? '')} (before PostgreSQL 16; from then on add: with set true)`,
  )
}

function rolesMissing(roles: HouseRoles, lacks: string[], reason: string): Refusal {
  return new Refusal('roles_missing', `the database lacks ${lacks.join(', ')}: ${reason}`, remedy(roles))
}

function remedy({ file }: HouseRoles): string {
  return `run it once as one who may create roles: psql "<address of this database as superuser>" -f ${file}`
}
