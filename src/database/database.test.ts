import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { aTenant } from '../testing/people.ts'
import { closeDatabase, inTenant, nested, openDatabase, readInTenant } from './database.ts'
import { sql } from './sql.ts'

const { database, access, admin } = await testDatabase()
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')

const countUsers = sql('test.count_users', { count: 'int8' }, 'select count(*) as count from users')
const addRole = sql('test.add_role', {}, 'insert into roles (tenant_id, name) values ($1, $2)')
const addRoleInto = sql(
  'test.add_role_into',
  {},
  'insert into roles (tenant_id, name) values ($1, $2) returning 1',
)
const roleNames = sql(
  'test.role_names',
  { name: 'text' },
  'select name from roles where tenant_id = $1 and not is_system order by name',
)
const fail = sql('test.fail', { answer: 'int4' }, 'select 1 / $1::integer as answer')
const unknownTable = sql('test.unknown_table', { id: 'uuid' }, 'select id from no_such_table')
const sleep = sql('test.sleep', {}, 'select from pg_sleep($1)')
const settings = sql(
  'test.settings',
  { zone: 'text', tenant: 'text?', actor: 'text?' },
  `select current_setting('TimeZone') as zone,
          current_setting('reeve.tenant_id', true) as tenant,
          current_setting('reeve.actor', true) as actor`,
)
const killMe = sql(
  'test.kill_me',
  { killed: 'bool' },
  'select pg_terminate_backend(pg_backend_pid()) as killed',
)
const now = sql('test.now', { at: 'timestamptz' }, "select timestamptz '2026-11-20 12:00:00.25+03' as at")

const own = (tenantId: string) =>
  inTenant(database, { ...acme.owner.context, tenantId }, (tx) => tx.rows(roleNames, [tenantId]))

test('a transaction sees the rows of the tenant that it declared and no others', async () => {
  const counted = await inTenant(database, acme.owner.context, (tx) => tx.row(countUsers, []))
  expect(counted).toEqual({ count: 1 })
})

test('a row for another tenant is refused, and nothing of the transaction remains', async () => {
  const attempt = inTenant(database, acme.owner.context, async (tx) => {
    await tx.run(addRole, [acme.tenantId, 'honest'])
    await tx.run(addRole, [globex.tenantId, 'planted'])
  })

  await expect(attempt).rejects.toMatchObject({ name: 'DatabaseFailure', sqlstate: '42501' })
  expect(await own(acme.tenantId)).toEqual([])
  expect(await own(globex.tenantId)).toEqual([])
})

test('what one transaction declared is gone for the next one on the same connection', async () => {
  const single = openDatabase({ ...access, poolSize: 1 })
  await inTenant(single, acme.owner.context, (tx) => tx.row(countUsers, []))
  const { rows } = await single.pool.query<{ count: string }>('select count(*) from users')
  expect(rows).toEqual([{ count: '0' }])
  const { rows: left } = await single.pool.query<{ tenant: string }>(
    "select current_setting('reeve.tenant_id', true) as tenant",
  )
  expect(left).toEqual([{ tenant: '' }])
  await closeDatabase(single)
})

test('begin, the declaration and the first statement leave in one flight, the commit in another', async () => {
  const flights: number[] = []
  await inTenant(database, acme.owner.context, async (tx) => {
    const query = tx.client.query.bind(tx.client)
    tx.client.query = ((...args: Parameters<typeof query>) => {
      flights.push(flights.length)
      return query(...args)
    }) as typeof query
    await tx.row(countUsers, [])
    tx.client.query = query
  })
  expect(flights).toHaveLength(1)
})

test('the session keeps UTC and times arrive exact', async () => {
  const read = await readInTenant(database, acme.owner.context, async (tx) => {
    const { at } = (await tx.row(now, []))!
    const { zone } = (await tx.row(settings, []))!
    return { at: at.toISOString(), zone }
  })
  expect(read).toEqual({ at: '2026-11-20T09:00:00.250Z', zone: 'UTC' })
})

test('a transaction that only reads is refused a write', async () => {
  const attempt = readInTenant(database, acme.owner.context, (tx) =>
    tx.run(addRole, [acme.tenantId, 'sneaky']),
  )
  await expect(attempt).rejects.toMatchObject({ sqlstate: '25006' })
})

test('nested work that fails undoes itself alone', async () => {
  await inTenant(database, acme.owner.context, async (tx) => {
    await tx.run(addRole, [acme.tenantId, 'kept'])
    await nested(tx, () => tx.run(addRole, [acme.tenantId, 'kept'])).catch(() => {})
  })
  expect(await own(acme.tenantId)).toEqual([{ name: 'kept' }])
})

test('a failure that the work swallowed is not committed in silence', async () => {
  const attempt = inTenant(database, acme.owner.context, async (tx) => {
    await tx.run(addRole, [acme.tenantId, 'lost'])
    await tx.row(fail, [0]).catch(() => {})
  })
  await expect(attempt).rejects.toMatchObject({ kind: 'transaction_rollback' })
  expect(await own(acme.tenantId)).not.toContainEqual({ name: 'lost' })
})

test('what was queued is executed before the commit, and its refusal refuses the whole', async () => {
  const attempt = inTenant(database, acme.owner.context, async (tx) => {
    tx.queue(addRole, [acme.tenantId, 'queued'])
    tx.queue(fail, [0])
  })
  await expect(attempt).rejects.toMatchObject({ sqlstate: '22012' })
  expect(await own(acme.tenantId)).not.toContainEqual({ name: 'queued' })
})

test('a statement that could not be prepared does no harm to the connection', async () => {
  const single = openDatabase({ ...access, poolSize: 1 })
  const attempt = () => inTenant(single, acme.owner.context, (tx) => tx.rows(unknownTable, []))
  await expect(attempt()).rejects.toMatchObject({ sqlstate: '42P01' })
  await expect(attempt()).rejects.toMatchObject({ sqlstate: '42P01' })
  expect(await inTenant(single, acme.owner.context, (tx) => tx.row(countUsers, []))).toEqual({ count: 1 })
  await closeDatabase(single)
})

test('a prepared statement survives a change of the schema under it', async () => {
  const single = openDatabase({ ...access, poolSize: 1 })
  const all = sql(
    'test.whole_row',
    { it: 'text' },
    'select p.* from (select name from permissions) p where name = $1',
  )
  const read = () => inTenant(single, acme.owner.context, (tx) => tx.row(all, ['*:*']))
  await read()
  await admin.query('alter table permissions alter column name type varchar(102)')
  await expect(read().catch(() => read())).resolves.toEqual({ it: '*:*' })
  await closeDatabase(single)
})

test('a connection that is killed in the middle fails its own transaction, and the next one works', async () => {
  const attempt = inTenant(database, acme.owner.context, async (tx) => {
    await tx.run(addRole, [acme.tenantId, 'killed'])
    await tx.row(killMe, [])
  })
  await expect(attempt).rejects.toMatchObject({ name: 'DatabaseFailure' })
  expect(await own(acme.tenantId)).not.toContainEqual({ name: 'killed' })
})

test('a statement that takes too long is ended by the server', async () => {
  const hurried = openDatabase({ ...access, statementTimeoutMs: 100 })
  const attempt = inTenant(hurried, acme.owner.context, (tx) => tx.run(sleep, [5]))
  await expect(attempt).rejects.toMatchObject({ code: 'database_timeout' })
  await closeDatabase(hurried)
})

test('whoever waits too long for a connection is told so, and whoever comes after too many at once', async () => {
  const small = openDatabase({ ...access, poolSize: 1, acquireTimeoutMs: 200 })
  const holding = inTenant(small, acme.owner.context, (tx) => tx.run(sleep, [1]))
  const others = Array.from({ length: 60 }, () =>
    inTenant(small, acme.owner.context, (tx) => tx.row(countUsers, [])).catch(
      (error: { code: string }) => error.code,
    ),
  )
  expect(new Set(await Promise.all(others))).toEqual(new Set(['database_busy']))
  await holding
  await closeDatabase(small)
})

test('a writer waits for a lock only so long', async () => {
  const hurried = openDatabase({ ...access, lockTimeoutMs: 100 })
  const blocker = await admin.connect()
  await blocker.query('begin')
  await blocker.query('lock table roles')
  const attempt = inTenant(hurried, acme.owner.context, (tx) => tx.run(addRoleInto, [acme.tenantId, 'late']))
  await expect(attempt).rejects.toMatchObject({ sqlstate: '55P03' })
  await blocker.query('rollback')
  blocker.release()
  await closeDatabase(hurried)
})

test('of two transactions that wait for each other both succeed: the victim is begun again', async () => {
  const rename = sql(
    'test.rename_role',
    {},
    'update roles set description = $3 where tenant_id = $1 and name = $2',
  )
  const both = await Promise.all(
    [
      ['admin', 'member'],
      ['member', 'admin'],
    ].map((order) =>
      inTenant(database, acme.owner.context, async (tx) => {
        await tx.run(rename, [acme.tenantId, order[0], 'first'])
        await tx.run(sleep, [0.3])
        return tx.run(rename, [acme.tenantId, order[1], 'second'])
      }),
    ),
  )
  expect(both).toEqual([1, 1])
})
