import { afterAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { aTenant, type Tenant } from '../testing/people.ts'
import { findPgBouncer, startPgBouncer } from '../testing/pgbouncer.ts'
import { ask } from './ask.ts'
import { closeDatabase, inTenant, openDatabase, readInTenant, type Database } from './database.ts'
import { asServer } from './login.ts'
import type { Access } from './pool.ts'
import { noteOf } from './pooler.ts'
import { sql } from './sql.ts'

const { access, database: direct, adminUrl } = await testDatabase()
const acme = await aTenant(direct, 'Acme')
// what a test has begun, too: a hook that is registered inside of one is never called
const endings: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of endings.toReversed()) await end()
})
const hasPgBouncer = findPgBouncer() !== undefined || process.env['CI'] !== undefined

const settings = sql(
  'test.pooled_settings',
  { zone: 'text', planned: 'text', statement: 'text', lock: 'text', idle: 'text' },
  `select current_setting('TimeZone') as zone, current_setting('plan_cache_mode') as planned,
          current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
          current_setting('idle_in_transaction_session_timeout') as idle`,
)
const prepared = sql(
  'test.pooled_prepared',
  { count: 'int8' },
  `select count(*) as count from pg_prepared_statements where name like 'rv.%' or name like 'prisma.%'`,
)
const doze = sql('test.pooled_doze', {}, 'select from pg_sleep($1)')
const bounds = { statementTimeoutMs: 700, lockTimeoutMs: 600, idleInTransactionTimeoutMs: 500 }
const ours = [
  { zone: 'UTC', planned: 'force_generic_plan', statement: '700ms', lock: '600ms', idle: '500ms' },
]

test('where PostgreSQL itself answers there is no pooler, and nothing to say', async () => {
  const found = await asServer(access, true)
  expect(found).toEqual(access)
  expect(noteOf(found.pooler)).toBeUndefined()
})

describe.runIf(hasPgBouncer)('behind PgBouncer', async () => {
  const transaction = await bounced({ pool_mode: 'transaction' })
  const session = await bounced({ pool_mode: 'session' })
  const single = await bounced({ pool_mode: 'transaction', default_pool_size: 1 })

  test('in transaction mode names are off, and the operator is told why', async () => {
    const { pooler } = await asServer(transaction, true)
    expect(pooler).toEqual({ mode: 'transaction', named: false })
    expect(noteOf(pooler)).toMatch(/in transaction mode .* prepared statements are off, .* before 1\.21/)
  })

  test('in session mode they stay on', async () => {
    const { pooler } = await asServer(session, true)
    expect(pooler).toEqual({ mode: 'session', named: true })
    expect(noteOf(pooler)).toMatch(/in session mode .* settings travel/)
  })

  test('one that has a single connection for us is not waited for', async () => {
    const started = performance.now()
    expect((await asServer(single, true)).pooler).toEqual({ mode: 'transaction', named: false })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test.each([
    ['transaction', transaction],
    ['session', session],
  ])('our settings hold in every transaction: %s', async (_mode, through) => {
    const database = await opened({ ...through, ...bounds })
    const { context } = acme.owner
    expect(await ask(database, settings, [])).toEqual(ours)
    expect(await readInTenant(database, context, (tx) => tx.rows(settings, []))).toEqual(ours)
    expect(await inTenant(database, context, (tx) => tx.rows(settings, []))).toEqual(ours)
    await expect(ask(database, doze, [5])).rejects.toMatchObject({ kind: 'statement_timeout' })
    await expect(readInTenant(database, context, (tx) => tx.run(doze, [5]))).rejects.toMatchObject({
      kind: 'statement_timeout',
    })
  })

  test('nothing is prepared on a connection that others have', async () => {
    const database = await opened(transaction)
    await many(database, acme)
    expect(await ask(database, prepared, [])).toEqual([{ count: 0 }])
  })

  test('whoever took transaction mode for session mode loses a statement once, and asks again without names', async () => {
    const found = await asServer(transaction, true)
    const pooler = { mode: 'session' as const, named: true }
    const database = await opened({ ...found, pooler }, async (given) => given)
    await Promise.all(Array.from({ length: 4 }, () => many(database, acme)))
    expect(pooler.named).toBe(false)
  })

  test('a login that would have to act as another is refused, in development too', async () => {
    const { username, password } = new URL(adminUrl)
    const superuser = await bounced({ pool_mode: 'transaction' }, { user: username, password })
    await expect(asServer(superuser, false)).rejects.toMatchObject({
      code: 'unsafe_role',
      message: expect.stringContaining('behind a pooler'),
    })
  })
})

async function bounced(how: Record<string, string | number>, as: Partial<Access> = {}): Promise<Access> {
  const bouncer = await startPgBouncer({ ...access, ...as }, how)
  endings.push(bouncer.stop)
  return bouncer.access
}

async function opened(
  through: Access,
  look: (given: Access) => Promise<Access> = (given) => asServer(given, true),
): Promise<Database> {
  const database = openDatabase(await look(through))
  endings.push(() => closeDatabase(database))
  return database
}

/** Enough transactions, many at once, that connections change hands. */
async function many(database: Database, { owner }: Tenant): Promise<void> {
  for (let i = 0; i < 10; i++) {
    const asked = Array.from({ length: 8 }, () =>
      readInTenant(database, owner.context, (tx) => tx.rows(settings, [])),
    )
    await Promise.all(asked)
  }
}
