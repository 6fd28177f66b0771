/** Prisma's own schema engine judges our migrator and our models. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { migrationsList, nothingLeftOut, schemaEngine, schemaFiles } from '../testing/schema-engine.ts'

const { admin, adminUrl } = await testDatabase()
const roles = await readFile(join(import.meta.dirname, '../../prisma/roles.sql'), 'utf8')
const { engine, close } = await schemaEngine(adminUrl, roles)
afterAll(close)

const migrations = await migrationsList()
const files = await schemaFiles()
const models = { tag: 'schemaDatamodel', files } as const
const database = { tag: 'schemaDatasource', files, configDir: '.' } as const
const history = { tag: 'migrations', ...migrations } as const
const differences = async (from: typeof database | typeof history) =>
  engine.diff({ from, to: models, script: false, exitCode: true, filters: nothingLeftOut })

test('a database that our migrator has migrated is up to date for Prisma', async () => {
  const diagnosis = await engine.diagnoseMigrationHistory({
    migrationsList: migrations,
    optInToShadowDatabase: true,
    filters: nothingLeftOut,
  })
  expect(diagnosis).toEqual({
    history: null,
    failedMigrationNames: [],
    editedMigrationNames: [],
    hasMigrationsTable: true,
  })
})

test('Prisma finds nothing left to apply', async () => {
  const { appliedMigrationNames } = await engine.applyMigrations({
    migrationsList: migrations,
    filters: nothingLeftOut,
  })
  expect(appliedMigrationNames).toEqual([])
})

test('the models are the database', async () => {
  expect(await differences(database)).toEqual(same)
})

test('the models are what the migrations make of an empty database', async () => {
  expect(await differences(history)).toEqual(same)
})

test('it would be noticed if not', async () => {
  await admin.query('alter table posts add column subtitle text; drop index posts_status_idx')

  const { exitCode, stdout } = await differences(database)

  expect(exitCode).toBe(2)
  expect(stdout).toContain('subtitle')
  expect(stdout).toContain('(tenant_id, status, id)')
  await admin.query('alter table posts drop column subtitle')
  await admin.query('create index posts_status_idx on posts (tenant_id, status, id)')
})

const same = { exitCode: 0, stdout: expect.stringContaining('No difference detected') }
