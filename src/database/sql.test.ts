import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { ask } from './ask.ts'
import { sql } from './sql.ts'

const { database } = await testDatabase()

const instants = sql(
  'test.instants',
  { milliseconds: 'float8', date: 'timestamptz', iso: 'timestamptz:iso' },
  `select trunc(extract(epoch from t) * 1000)::float8, t, t from unnest($1::timestamptz[]) t`,
)

test.each([
  '2026-12-01 17:33:42.940392+00',
  '2026-12-01 17:33:42.9+00',
  '2026-12-01 17:33:42.09+00',
  '2026-12-01 17:33:42+00',
  '2024-02-29 23:59:59.999999+00',
  '1970-01-01 00:00:00+00',
  '9999-12-31 23:59:59.999+00',
  '0099-12-31 12:00:00+00',
  '0001-01-01 00:00:00+00',
])('%s is read as the instant that it is, to the millisecond', async (text) => {
  const [read] = await ask(database, instants, [[text]])
  expect(read!.date.getTime()).toBe(read!.milliseconds)
  expect(read!.iso).toBe(new Date(read!.milliseconds).toISOString())
})

test('an instant that no Date can be is told to be none, rather than another one', async () => {
  const never = sql('test.never', { date: 'timestamptz' }, `select 'infinity'::timestamptz as date`)
  const long = sql(
    'test.long_gone',
    { date: 'timestamptz' },
    `select '0044-03-15 12:00:00+00 BC'::timestamptz as date`,
  )
  for (const statement of [never, long]) {
    const [read] = await ask(database, statement, [])
    expect(read!.date.getTime()).toBeNaN()
  }
})
