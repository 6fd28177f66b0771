import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { closeDatabase, openDatabase, type Database } from '../database/database.ts'
import type { Access } from '../database/pool.ts'
import { inDatabase, template } from './global-setup.ts'

export type TestDatabase = {
  /** As the server sees it: logged in as reeve_app. */
  database: Database
  access: Access
  /** As the superuser sees it, for looking behind and for breaking things. */
  admin: pg.Pool
  adminUrl: string
}

/** A database of this test file's own, cloned from the migrated template and dropped afterwards. */
export async function testDatabase(options: Partial<Access> = {}): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await once(server, `create database ${name} template ${template}`)
  // A copy has the grants of any new database, not those of what it was copied from.
  await once(server, `revoke temporary on database ${name} from public`)
  await once(server, `grant create, connect, temporary on database ${name} to reeve_owner`)

  const adminUrl = inDatabase(server, name)
  const { hostname, port } = new URL(server)
  const access: Access = {
    host: hostname,
    port: Number(port),
    user: 'reeve_app',
    password: inject('appPassword'),
    database: name,
    poolSize: 10,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 15_000,
    lockTimeoutMs: 10_000,
    idleInTransactionTimeoutMs: 15_000,
    ...options,
  }
  const database = openDatabase(access)
  const admin = new pg.Pool({ connectionString: adminUrl, max: 4 })
  admin.on('error', () => {})

  afterAll(async () => {
    await closeDatabase(database)
    await admin.end()
    await once(server, `drop database ${name} with (force)`)
  })
  return { database, access, admin, adminUrl }
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
