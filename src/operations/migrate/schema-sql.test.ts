import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { aWorkshop } from '../../testing/migrations.ts'
import { differences, fingerprint } from './fingerprint.ts'
import { schemaSql } from './schema-sql.ts'

const prisma = join(import.meta.dirname, '../../../prisma')
const { adminUrl } = await testDatabase()
const client = new pg.Client(adminUrl)
await client.connect()
const roles = await readFile(join(prisma, 'roles.sql'), 'utf8')
await client.query(roles)
afterAll(() => client.end())

test('prisma/schema.sql shows what the migrations make', async () => {
  await expect(await schemaSql(client)).toMatchFileSnapshot(join(prisma, 'schema.sql'))
})

test('nothing is missing in it: an empty database becomes the same by it', async () => {
  const empty = await aWorkshop()
  await empty.client.query(roles)

  await empty.client.query(await schemaSql(client))

  expect(differences(await fingerprint(client), await fingerprint(empty.client))).toEqual([])
})

test('it would be noticed if it were another', async () => {
  const before = await schemaSql(client)
  for (const change of [
    'alter table posts disable row level security',
    'drop policy posts_of_declared_tenant on posts',
    'grant truncate on posts to reeve_app',
    'drop trigger posts_touch on posts',
    `create or replace function reeve.tenant_id() returns uuid language sql stable as 'select null::uuid'`,
  ]) {
    await client.query('begin')
    await client.query(`set local search_path = public; ${change}`)
    expect(await schemaSql(client), change).not.toEqual(before)
    await client.query('rollback')
  }
})
