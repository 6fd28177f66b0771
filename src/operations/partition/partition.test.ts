import { expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { makePartitions, makePartitionsAsOwner } from './partition.ts'

const { database, admin } = await testDatabase()

test('the months ahead get their partitions once, made by the server that owns nothing', async () => {
  expect(await makePartitions(database)).toBe(4)
  expect(await makePartitions(database)).toBe(0)

  const { rows } = await admin.query<{ owner: string }>(
    "select distinct tableowner as owner from pg_tables where tablename like 'audit_logs_2%'",
  )
  expect(rows).toEqual([{ owner: 'reeve_owner' }])
})

test('whoever migrates makes them too, before the server can log in, and finds nothing left to do', async () => {
  const elsewhere = await testDatabase()
  const connect = () => ({ connectionString: elsewhere.adminUrl })

  expect(await makePartitionsAsOwner(connect)).toBe(4)
  expect(await makePartitions(elsewhere.database)).toBe(0)
})

test('a line for a month that has no partition is kept, and moves when the month is made', async () => {
  await admin.query(`
    insert into audit_logs (tenant_id, created_at, action, entity_type, db_role)
    values ('00000000-0000-0000-0000-000000000000', '2031-05-17', 'test.created', 'test', 'psql')`)
  const where = async () =>
    (
      await admin.query<{ at: string }>(
        "select tableoid::regclass::text as at from audit_logs where action = 'test.created'",
      )
    ).rows

  expect(await where()).toEqual([{ at: 'audit_logs_default' }])
  await admin.query("select reeve.audit_partitions_ensure('2031-05-01', 1)")
  expect(await where()).toEqual([{ at: 'audit_logs_2031_05' }])
})

test('two servers that start together do not get into each other’s way', async () => {
  await admin.query("select reeve.audit_partitions_ensure('2033-01-01', 1)")
  const both = Promise.all(
    [1, 2].map(() => admin.query("select reeve.audit_partitions_ensure('2034-01-01', 3)")),
  )
  await expect(both).resolves.toHaveLength(2)
})
