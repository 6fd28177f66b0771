import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Refusal } from '../foundation/refusal.ts'
import { testDatabase } from '../testing/database.ts'
import { ask } from './ask.ts'
import { coalesce } from './coalesce.ts'
import { closeDatabase, openDatabase, type QueryLog } from './database.ts'
import { sql } from './sql.ts'

const { access } = await testDatabase()

const twice = sql(
  'test.twice',
  { ord: 'int8', value: 'int8' },
  'select k.ord, k.key::bigint * 2 as value from unnest($1::text[]) with ordinality as k (key, ord)',
)

const die = sql(
  'test.die_in_batch',
  { value: 'int8' },
  'select 1::bigint as value from pg_terminate_backend(pg_backend_pid())',
)

/** Look-ups of numbers in a database of its own, and the statements that left for it. */
function lookUps(bounds = {}) {
  const lines: Parameters<QueryLog>[0][] = []
  const database = openDatabase(access, (line) => lines.push(line))
  const double = coalesce(async (keys: readonly string[]) => {
    const rows = await ask(database, twice, [keys])
    return rows.map(({ value }) => value)
  }, bounds)
  return { database, double, lines }
}

test('a hundred look-ups at once make a few questions, and each gets its own answer', async () => {
  const { database, double, lines } = lookUps()

  const answers = await Promise.all(numbers(100).map((n) => double(`${n}`)))

  expect(answers).toEqual(numbers(100).map((n) => 2 * n))
  expect(lines).toHaveLength(3) // sixteen and sixteen while it was still being asked, then all others
  await closeDatabase(database)
})

test('look-ups that arrive one after the other while others are under way make few questions too', async () => {
  const { database, double, lines } = lookUps()
  await double('0')
  lines.length = 0

  const answers: Promise<number>[] = []
  for (const n of numbers(100)) {
    answers.push(double(`${n}`))
    if (n % 10 === 0) await turn()
  }

  expect(await Promise.all(answers)).toEqual(numbers(100).map((n) => 2 * n))
  expect(lines.length).toBeLessThanOrEqual(10)
  await closeDatabase(database)
})

test('no batch is larger, and no more are under way, than may be', async () => {
  const sizes: number[] = []
  let now = 0
  let most = 0
  const echo = coalesce(
    async (keys: readonly number[]) => {
      sizes.push(keys.length)
      most = Math.max(most, ++now)
      await turn()
      now--
      return keys
    },
    { keysPerBatch: 10, batchesInFlight: 2, enough: 10 },
  )

  expect(await Promise.all(numbers(95).map(echo))).toEqual(numbers(95))
  expect(sizes).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
  expect(most).toBe(2)
})

test('whoever comes when too many wait is turned away at once, and those who waited are served', async () => {
  const echo = coalesce(async (keys: readonly number[]) => keys, { waiting: 3 })

  const outcomes = await Promise.allSettled(numbers(5).map(echo))

  expect(outcomes.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled'],
    ...['rejected', 'rejected'],
  ])
  await expect(Promise.all(numbers(5).map(echo))).rejects.toMatchObject({ code: 'database_busy' })
})

test('a key that the database cannot read fails alone', async () => {
  const { database, double } = lookUps()
  const keys = numbers(100).map((n) => (n === 42 ? 'forty-two' : `${n}`))

  const outcomes = await Promise.allSettled(keys.map(double))

  const failed = outcomes.flatMap((outcome, i) =>
    outcome.status === 'rejected' ? [[i, outcome.reason]] : [],
  )
  expect(failed).toEqual([[41, expect.objectContaining({ code: 'invalid_request' })]])
  expect(outcomes[99]).toEqual({ status: 'fulfilled', value: 200 })
  await closeDatabase(database)
})

test('a connection that dies under a batch fails everybody in it, and whoever asks afterwards is answered', async () => {
  const database = openDatabase({ ...access, poolSize: 1 })
  let dying = true
  const double = coalesce(async (keys: readonly string[]) => {
    const rows = dying ? await ask(database, die, []) : await ask(database, twice, [keys])
    return rows.map(({ value }) => value)
  })

  const outcomes = await Promise.allSettled(numbers(50).map((n) => double(`${n}`)))
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.kind)
  expect(new Set(codes)).toEqual(new Set(['shutting_down']))

  dying = false
  expect(await double('21')).toBe(42)
  await closeDatabase(database)
})

test('a database that cannot be reached fails everybody alike, and its return is enough', async () => {
  let reachable = false
  let asked = 0
  const echo = coalesce(async (keys: readonly number[]) => {
    asked++
    if (!reachable) throw new Refusal('database_unreachable', 'gone', 'wait')
    return keys
  })

  const outcomes = await Promise.allSettled(numbers(100).map(echo))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(100)
  expect(asked).toBe(3)

  reachable = true
  expect(await echo(7)).toBe(7)
})

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}
