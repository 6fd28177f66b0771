import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { actAs, mayActAs, type Role } from './acting.ts'
import { checksumOf } from './checksum.ts'
import type { Migration } from './folder.ts'

/** A row of the history: one attempt at one migration. */
export type Entry = {
  id: string
  name: string
  checksum: string
  startedAt: Date
  finishedAt: Date | null
  rolledBackAt: Date | null
  logs: string | null
  steps: number
}

/**
 * Where the history is and who may use it. Prisma's own tools may have made the table under another role,
 * so the one who keeps the history is not always the one who owns the tables.
 */
export type History = { exists: boolean; reader: Role | undefined; writer: Role | undefined }

/** Looks for `_prisma_migrations`, and for a role among ours that may read and write it. */
export async function findHistory(client: Client, owner: Role): Promise<History> {
  const { rows } = await client.query<{ owner: string; login: string }>(`
    select pg_get_userbyid(c.relowner) as owner, current_user as login
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relname = '_prisma_migrations' and n.nspname = 'public'`)
  const [table] = rows
  if (!table) return { exists: false, reader: owner, writer: owner }

  const history: History = { exists: true, reader: undefined, writer: undefined }
  for (const role of [owner, null, table.owner]) {
    const may = await privilegesOf(client, role ?? table.login)
    if (!may.read || !(await mayActAs(client, role))) continue
    if (history.reader === undefined) history.reader = role
    if (history.writer === undefined && may.write) history.writer = role
  }
  return history
}

/** Makes the history table, as Prisma 7 makes it. */
export async function createHistory(client: Client, role: Role): Promise<void> {
  await actAs(client, role)
  await client.query(`
    create table if not exists public._prisma_migrations (
      id                  varchar(36) primary key not null,
      checksum            varchar(64) not null,
      finished_at         timestamptz,
      migration_name      varchar(255) not null,
      logs                text,
      rolled_back_at      timestamptz,
      started_at          timestamptz not null default now(),
      applied_steps_count integer not null default 0
    )`)
  await actAs(client, null)
}

/** Every attempt, in the order they were begun. */
export async function readHistory(client: Client, role: Role): Promise<Entry[]> {
  await actAs(client, role)
  const { rows } = await client.query<Entry>(`
    select id,
           migration_name as name,
           checksum,
           started_at as "startedAt",
           finished_at as "finishedAt",
           rolled_back_at as "rolledBackAt",
           logs,
           applied_steps_count as steps
      from public._prisma_migrations
     order by started_at, migration_name`)
  await actAs(client, null)
  return rows
}

/** Writes down that a migration begins, and returns the id of the attempt. */
export async function recordStart(client: Client, migration: Migration): Promise<string> {
  const id = randomUUID()
  await client.query(
    `insert into public._prisma_migrations (id, checksum, migration_name, started_at)
     values ($1, $2, $3, clock_timestamp())`,
    [id, checksumOf(migration.content), migration.name],
  )
  return id
}

/** Writes down how far a migration outside of a transaction has come. */
export async function recordSteps(client: Client, id: string, steps: number): Promise<void> {
  await client.query('update public._prisma_migrations set applied_steps_count = $2 where id = $1', [
    id,
    steps,
  ])
}

/** Writes down that a migration is done. A whole script counts as one step, as it does for Prisma. */
export async function recordFinish(client: Client, id: string): Promise<void> {
  await client.query(
    `update public._prisma_migrations
        set finished_at = clock_timestamp(), applied_steps_count = greatest(applied_steps_count, 1)
      where id = $1`,
    [id],
  )
}

/** Writes down why an attempt stopped. The attempt stays unfinished. */
export async function recordFailure(client: Client, id: string, logs: string): Promise<void> {
  await client.query('update public._prisma_migrations set logs = $2 where id = $1', [id, logs])
}

/** Writes down that a rollback outside of a transaction is under way: until it ends, the migration counts as failed. */
export async function recordUndoing(client: Client, name: string): Promise<void> {
  await client.query(
    `update public._prisma_migrations set finished_at = null, logs = $2
      where migration_name = $1 and rolled_back_at is null`,
    [name, undoing],
  )
}

/** Writes down that a migration was rolled back. The row stays, as the trail. */
export async function recordRollback(client: Client, name: string): Promise<void> {
  await client.query(
    `update public._prisma_migrations set rolled_back_at = clock_timestamp(), logs = nullif(logs, $2)
      where migration_name = $1 and rolled_back_at is null`,
    [name, undoing],
  )
}

const undoing = 'its rollback was begun and did not end'

async function privilegesOf(client: Client, role: string): Promise<{ read: boolean; write: boolean }> {
  const { rows } = await client.query<{ read: boolean; write: boolean }>(
    `select has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select') as read,
            has_table_privilege(r.oid, c.oid, 'insert') and has_table_privilege(r.oid, c.oid, 'update') as write
       from pg_class c join pg_namespace n on n.oid = c.relnamespace, pg_roles r
      where c.relname = '_prisma_migrations' and n.nspname = 'public' and r.rolname = $1`,
    [role],
  )
  return rows[0] ?? { read: false, write: false }
}
