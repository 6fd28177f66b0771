import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { schemaRules } from '../testing/schema-rules.ts'

const { adminUrl } = await testDatabase()
const client = new pg.Client(adminUrl)
await client.connect()
afterAll(() => client.end())

// what is said of a database itself is not cloned with it
await client.query(await readFile(join(import.meta.dirname, '../../prisma/roles.sql'), 'utf8'))
// the calendar's own partitions are judged too
await client.query('select reeve.audit_partitions_ensure(current_date, 3)')

describe.each(Object.entries(schemaRules))('%s', (_, { offenders, planted }) => {
  const askForOffenders = async () => {
    const { rows } = await client.query<[string]>({ text: offenders, rowMode: 'array' })
    return rows.map(([offender]) => offender)
  }

  test('holds', async () => {
    expect(await askForOffenders()).toEqual([])
  })

  test.each(planted)('is seen to be broken by: %s', async (violation) => {
    await client.query('begin')
    try {
      await client.query(violation)
      expect(await askForOffenders()).not.toEqual([])
    } finally {
      await client.query('rollback')
    }
  })
})

test('the rules were shown the whole schema', async () => {
  const { rows } = await client.query(`
    select count(*) filter (where relkind in ('r', 'p') and not relispartition)::int as tables,
           count(*) filter (where relispartition)::int as partitions
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`)
  expect(rows[0].tables).toBeGreaterThanOrEqual(17)
  expect(rows[0].partitions).toBeGreaterThanOrEqual(4)
})
