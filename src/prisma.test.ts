/**
 * A Prisma Client of somebody else, with models of their own (examples/prisma), over two connections: what people have
 * long complained of where Prisma and row-level security meet.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { PrismaClient } from '../examples/prisma/generated/client.js'
import { uuidV7 } from './foundation/id.ts'
import {
  demand,
  may,
  reach,
  selfOf,
  tenantAdapter,
  withTenant,
  type Context,
  type TenantClient,
} from './prisma.ts'
import { invoicesDatabase } from './testing/invoices.ts'
import { aTenant, aUser, type Person } from './testing/people.ts'

const { database, admin } = await invoicesDatabase({ poolSize: 2 })
/** As Prisma's users make one, but for a machine that is busy with other tests. */
const prisma = new PrismaClient({
  adapter: tenantAdapter(database),
  transactionOptions: { maxWait: 30_000, timeout: 30_000 },
})
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')
const mia = await aUser(database, acme)

type InvoicesTx = TenantClient<PrismaClient>
const as = <T>({ context }: { context: Context }, work: (tx: InvoicesTx) => Promise<T>) =>
  withTenant(prisma, context, work)
const write = (tx: InvoicesTx, number: string, texts = ['one line']) =>
  tx.invoice.create({
    data: { number, userId: selfOf(tx), lines: { create: texts.map((text) => ({ text, cents: 100 })) } },
    include: { lines: true, user: true },
  })
const numbers = (person: Person) =>
  as(person, async (tx) => (await tx.invoice.findMany()).map(({ number }) => number))
const byNumber = (tx: InvoicesTx, number: string) => ({
  tenantId_number: { tenantId: tx.context.tenantId, number },
})

beforeAll(() => numbers(acme.owner)) // Prisma compiles its engine

test('all that is asked in a tenant is one transaction on one connection, however many questions it is', async () => {
  const seen = await as(acme.owner, async (tx) => {
    const ask = () =>
      tx.$queryRaw<[{ xid: string }]>`select concat(txid_current(), ' ', pg_backend_pid()) as xid`
    const before = await ask()
    await write(tx, 'one-1', ['a', 'b', 'c'])
    await tx.invoice.findMany({ include: { lines: true, user: true } })
    await tx.invoice.update({ where: byNumber(tx, 'one-1'), data: { lines: { deleteMany: {} } } })
    await Promise.all([tx.invoice.count(), tx.user.findMany(), tx.invoiceLine.findMany()])
    return [...before, ...(await ask())].map(({ xid }) => xid)
  })
  expect(new Set(seen).size).toBe(1)
})

test('what was written before the work failed is gone, nested rows too', async () => {
  const failing = as(acme.owner, async (tx) => {
    await write(tx, 'gone-1')
    await tx.invoice.createMany({ data: [{ number: 'gone-2' }, { number: 'gone-3' }] })
    expect(await tx.invoice.count({ where: { number: { startsWith: 'gone' } } })).toBe(3)
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  const { rows } = await admin.query(`select from invoices where number like 'gone%'`)
  expect(rows).toEqual([])
})

test('eighty requests of two tenants over two connections never mix, though some fail and some wait', async () => {
  const people = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? acme.owner : globex.owner))
  const strays: unknown[] = []
  const work = (person: Person, i: number) =>
    as(person, async (tx) => {
      const { tenantId } = person.context
      const { id } = await write(tx, `mix-${i}`)
      if (i % 7 === 0) await pause(i % 5)
      if (i % 11 === 0) throw new Error('failed')
      const rows = await tx.invoice.findMany({ include: { lines: true, user: true } })
      const raw = await tx.$queryRaw<{ tenant_id: string }[]>`select tenant_id from invoices`
      const tenants = [
        ...rows.flatMap(({ tenantId, lines, user }) => [
          tenantId,
          ...lines.map((line) => line.tenantId),
          user?.tenantId,
        ]),
        ...raw.map(({ tenant_id }) => tenant_id),
      ]
      strays.push(...tenants.filter((one) => one !== undefined && one !== tenantId))
      return id
    })

  const ended = await Promise.allSettled(people.map(work))

  expect(strays).toEqual([])
  const failed = ended.filter(({ status }) => status === 'rejected')
  expect(failed).toHaveLength(people.filter((_, i) => i % 11 === 0).length)
  const { rows } = await admin.query(
    `select tenant_id, count(*)::int as count from invoices where number like 'mix-%' group by 1`,
  )
  expect(new Map(rows.map(({ tenant_id, count }) => [tenant_id, count]))).toEqual(
    new Map(
      [acme, globex].map(({ tenantId }, odd) => [
        tenantId,
        ended.filter(({ status }, i) => i % 2 === odd && status === 'fulfilled').length,
      ]),
    ),
  )
  await admin.query(`delete from invoices where number like 'mix-%'`)
}, 60_000)

const declared = () =>
  prisma.$queryRaw<{ told: string | null }[]>`
    select nullif(concat(current_setting('reeve.tenant_id', true), current_setting('reeve.actor', true)), '') as told`

test.each<[string, (tx: InvoicesTx) => Promise<unknown>]>([
  ['that ended well', (tx) => tx.invoice.count()],
  ['that failed', () => Promise.reject(new Error('failed'))],
  ['that PostgreSQL refused', (tx) => tx.$queryRaw`select 1 / 0`],
  ['that took too long', () => pause(150)],
])('whoever gets a connection after a transaction %s finds no tenant declared on it', async (_, work) => {
  await withTenant(prisma, acme.owner.context, work, { timeoutMs: 50 }).catch(() => {})

  const held = await Promise.all([declared(), declared(), declared(), declared()])
  expect(held.flat().map(({ told }) => told)).toEqual([null, null, null, null])
  expect(await prisma.invoice.findMany()).toEqual([])
})

test('without withTenant nothing is seen and nothing is written, in whatever way it is asked', async () => {
  const { id } = await as(acme.owner, (tx) => write(tx, 'hidden'))
  const where = { tenantId_id: { tenantId: acme.tenantId, id } }
  const data = { tenantId: acme.tenantId, number: 'from nowhere' }

  expect(await prisma.invoice.findUnique({ where })).toBeNull()
  expect(await prisma.invoice.count()).toBe(0)
  expect(await prisma.invoice.aggregate({ _count: true })).toEqual({ _count: 0 })
  expect(await prisma.invoice.updateMany({ data: { number: 'mine' } })).toEqual({ count: 0 })
  expect(await prisma.invoice.deleteMany()).toEqual({ count: 0 })
  expect(await prisma.user.findMany()).toEqual([])
  expect(await prisma.$queryRaw`select * from invoices`).toEqual([])
  expect(await prisma.$executeRaw`delete from invoice_lines`).toBe(0)
  await expect(prisma.invoice.create({ data })).rejects.toThrow(/row-level security/)
  await expect(prisma.invoice.createMany({ data })).rejects.toThrow(/row-level security/)
  await expect(prisma.invoice.update({ where, data: { number: 'mine' } })).rejects.toMatchObject({
    code: 'P2025',
  })
})

test('a transaction of Prisma’s own, with a function or with a list, is refused outside, and inside beside the first', async () => {
  const outside = /begun without saying for whom/
  const inside = /a second transaction beside/
  const list = () => prisma.$transaction([prisma.invoice.count(), prisma.user.count()])

  await expect(prisma.$transaction((tx) => tx.invoice.count())).rejects.toThrow(outside)
  await expect(list()).rejects.toThrow(outside)
  await as(acme.owner, async (tx) => {
    await expect(prisma.$transaction((other) => other.invoice.count())).rejects.toThrow(inside)
    await expect(list()).rejects.toThrow(inside)
    expect(await tx.user.count()).toBe(2)
  })
})

test('a list inside of the transaction is done in order, and belongs to it', async () => {
  const failing = as(acme.owner, async (tx) => {
    const [created, updated, count] = await tx.$transaction([
      tx.invoice.create({ data: { number: 'list-1' } }),
      tx.invoice.update({ where: byNumber(tx, 'list-1'), data: { paidAt: new Date() } }),
      tx.invoice.count({ where: { paidAt: { not: null } } }),
    ])
    expect([created.number, updated.paidAt !== null, count]).toEqual(['list-1', true, 1])
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(await numbers(acme.owner)).not.toContain('list-1')
})

test('a list is done whole or not at all, and what stands around it goes on', async () => {
  await as(acme.owner, async (tx) => {
    await write(tx, 'around-1')
    const list = tx.$transaction([
      tx.invoice.create({ data: { number: 'whole-1' } }),
      tx.invoice.create({ data: { number: 'around-1' } }),
      tx.invoice.create({ data: { number: 'never-asked' } }),
    ])
    await expect(list).rejects.toMatchObject({ code: 'P2002' })
    await write(tx, 'around-2')
  })
  expect(await numbers(acme.owner)).toEqual(expect.arrayContaining(['around-1', 'around-2']))
  expect(await numbers(acme.owner)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/whole|never/)]),
  )
})

test('a list of what was asked already is refused', async () => {
  const begun = as(acme.owner, async (tx) => {
    const counting = async () => tx.invoice.count()
    const list = [counting()] as unknown as [ReturnType<typeof tx.invoice.count>]
    return tx.$transaction(list)
  })
  await expect(begun).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('asked already'),
  })
})

test('a transaction inside of the transaction is undone alone, however deep, and knows who acts', async () => {
  await as(mia, async (tx) => {
    await write(tx, 'deep-0')
    const inner = tx.$transaction(async (one) => {
      await write(one, 'deep-1')
      expect(await may(one, 'posts:create')).toBe(true)
      await expect(one.$transaction((two) => write(two, 'deep-0'))).rejects.toMatchObject({ code: 'P2002' })
      await one.$transaction((two) => write(two, 'deep-2'))
      await demand(one, 'invoices:delete')
    })
    await expect(inner).rejects.toMatchObject({ code: 'not_allowed' })
    await tx.$transaction((one) => write(one, 'deep-3'))
  })
  const left = (await numbers(mia)).filter((number) => number.startsWith('deep'))
  expect(left).toEqual(['deep-0', 'deep-3'])
})

test('an error in a nested transaction does not spoil the one around it; an error that is merely caught does', async () => {
  const again = (tx: InvoicesTx) => write(tx, 'spoilt-1')
  const careless = as(acme.owner, async (tx) => {
    await again(tx)
    await again(tx).catch(() => {})
    await again(tx).catch(() => {})
  })
  await expect(careless).rejects.toMatchObject({ kind: 'transaction_rollback' })
  expect(await numbers(acme.owner)).not.toContain('spoilt-1')

  await as(acme.owner, async (tx) => {
    await again(tx)
    await tx.$transaction(again).catch(() => {})
  })
  expect(await numbers(acme.owner)).toContain('spoilt-1')
})

test('after an error the connection is as good as new', async () => {
  for (let i = 0; i < 6; i++) {
    const twice = as(acme.owner, async (tx) => {
      await write(tx, 'twice')
      await write(tx, 'twice')
    })
    await expect(twice).rejects.toMatchObject({
      code: 'already_exists',
      prismaCode: 'P2002',
      sqlstate: '23505',
    })
  }
  expect(await numbers(globex.owner)).toEqual([])
  const { totalCount, idleCount } = database.pool
  expect(idleCount).toBe(totalCount)
})

test('what is created, in whatever way, belongs to the tenant, also where nobody said so', async () => {
  const tenants = await as(globex.owner, async (tx) => {
    const { tenantId } = tx.context
    const user = { connect: { tenantId_id: { tenantId, id: globex.owner.userId } } }
    const one = await tx.invoice.create({ data: { number: 'c-1' } })
    const nested = await write(tx, 'c-2', ['a', 'b'])
    await tx.invoice.createMany({ data: [{ number: 'c-3' }, { number: 'c-4' }], skipDuplicates: true })
    const many = await tx.invoice.createManyAndReturn({ data: [{ number: 'c-5' }, { number: 'c-6' }] })
    const connected = await tx.invoice.create({ data: { number: 'c-7', user }, include: { user: true } })
    const upserted = await tx.invoice.upsert({
      where: byNumber(tx, 'c-8'),
      create: { number: 'c-8' },
      update: { paidAt: new Date() },
    })
    const raw = await tx.$queryRaw<{ tenant_id: string }[]>`
      insert into invoices (number) values (${'c-9'}) returning tenant_id`
    expect(connected.user?.id).toBe(globex.owner.userId)
    return [one, nested, ...nested.lines, ...many, connected, upserted]
      .map(({ tenantId }) => tenantId)
      .concat(raw[0]!.tenant_id)
  })
  expect(new Set(tenants)).toEqual(new Set([globex.tenantId]))
  expect(await numbers(globex.owner)).toHaveLength(9)
  expect((await numbers(acme.owner)).filter((number) => number.startsWith('c-'))).toEqual([])
})

test('what is changed, in whatever way, is the tenant’s own', async () => {
  await as(acme.owner, (tx) => write(tx, 'same', ['theirs']))
  const { rows: before } = await admin.query(
    'select i, l from invoices i left join invoice_lines l on l.invoice_id = i.id where i.tenant_id = $1 order by i.id',
    [acme.tenantId],
  )

  await as(globex.owner, async (tx) => {
    const mine = await tx.invoice.upsert({
      where: byNumber(tx, 'same'),
      create: { number: 'same', lines: { create: { text: 'mine', cents: 1 } } },
      update: { paidAt: new Date() },
      include: { lines: true },
    })
    expect(mine.lines.map(({ text }) => text)).toEqual(['mine'])
    const again = await tx.invoice.upsert({
      where: byNumber(tx, 'same'),
      create: { number: 'same' },
      update: { lines: { updateMany: { where: {}, data: { text: 'ours' } } } },
      include: { lines: true },
    })
    expect([again.id, again.lines[0]?.text]).toEqual([mine.id, 'ours'])
    await tx.invoiceLine.updateMany({ data: { cents: 2 } })
    await tx.invoice.updateManyAndReturn({ data: { paidAt: null } })
    await tx.$executeRaw`update invoices set paid_at = now()`
    await tx.$executeRawUnsafe('delete from invoice_lines where cents = $1', 2)
    await tx.invoice.deleteMany()
  })

  const { rows: after } = await admin.query(
    'select i, l from invoices i left join invoice_lines l on l.invoice_id = i.id where i.tenant_id = $1 order by i.id',
    [acme.tenantId],
  )
  expect(after).toEqual(before)
  expect(await numbers(globex.owner)).toEqual([])
})

test('nothing can be written into another tenant, nor point there', async () => {
  const { id } = await as(acme.owner, (tx) => write(tx, 'fort'))
  const { tenantId } = acme
  const attempts: ((tx: InvoicesTx) => Promise<unknown>)[] = [
    (tx) => tx.invoice.create({ data: { tenantId, number: 'in' } }),
    (tx) => tx.invoice.createMany({ data: [{ number: 'ok' }, { tenantId, number: 'in' }] }),
    (tx) => tx.invoice.create({ data: { number: 'x', userId: acme.owner.userId } }),
    (tx) => tx.invoiceLine.create({ data: { invoiceId: id, text: 'in', cents: 1 } }),
    (tx) => tx.invoiceLine.create({ data: { tenantId, invoiceId: id, text: 'in', cents: 1 } }),
    (tx) => tx.invoice.update({ where: { tenantId_id: { tenantId, id } }, data: { number: 'in' } }),
    (tx) => tx.invoice.delete({ where: { tenantId_id: { tenantId, id } } }),
    async (tx) => {
      const { id } = await tx.invoice.create({ data: { number: 'moved' } })
      await tx.invoice.update({
        where: { tenantId_id: { tenantId: globex.tenantId, id } },
        data: { tenantId },
      })
    },
    (tx) => tx.$executeRaw`insert into invoices (tenant_id, number) values (${tenantId}::uuid, 'in')`,
  ]
  for (const attempt of attempts) {
    await expect(as(globex.owner, attempt)).rejects.toMatchObject({
      code: expect.stringMatching(/^(not_allowed|not_found)$/),
    })
  }
  expect(await numbers(acme.owner)).not.toContain('in')
  expect(await numbers(globex.owner)).toEqual([])
})

test('reads of every kind come together: relations, one by one in one tick, sums, groups, raw joins', async () => {
  const { id } = await as(acme.owner, (tx) => write(tx, 'read-1', ['a', 'b']))
  await as(acme.owner, async (tx) => {
    const where = { tenantId_id: { tenantId: tx.context.tenantId, id } }
    const found = await Promise.all([
      tx.invoice.findUnique({ where }).lines({ orderBy: { text: 'asc' } }),
      tx.invoice.findUniqueOrThrow({ where, select: { user: { select: { name: true } } } }),
      tx.invoice.findUnique({ where, include: { _count: { select: { lines: true } } } }),
    ])
    expect(found).toMatchObject([
      [{ text: 'a' }, { text: 'b' }],
      { user: { name: 'Olive Owner' } },
      { _count: { lines: 2 } },
    ])
    const sums = await tx.invoiceLine.groupBy({
      by: ['invoiceId'],
      _sum: { cents: true },
      where: { invoiceId: id },
    })
    expect(sums).toEqual([{ invoiceId: id, _sum: { cents: 200 } }])
    const joined = await tx.$queryRaw`
      select u.name, i.number from invoices i join users u on u.tenant_id = i.tenant_id and u.id = i.user_id
       where i.id = ${id}::uuid`
    expect(joined).toEqual([{ name: 'Olive Owner', number: 'read-1' }])
    const users = await tx.user.findMany({ where: { invoices: { some: { number: 'read-1' } } } })
    expect(users.map(({ id }) => id)).toEqual([acme.owner.userId])
  })
})

test('a transaction that takes too long is undone and says so, by the client’s own measure or by ours', async () => {
  const hasty = new PrismaClient({
    adapter: tenantAdapter(database),
    transactionOptions: { timeout: 100 },
  })
  const slowly = async (tx: InvoicesTx) => {
    await write(tx, 'slow')
    await pause(250)
    await tx.invoice.count()
  }
  const told = { code: 'database_timeout', prismaCode: 'P2028' }
  const { context } = acme.owner

  await expect(withTenant(hasty, context, slowly)).rejects.toMatchObject(told)
  await expect(withTenant(prisma, context, slowly, { timeoutMs: 100 })).rejects.toMatchObject(told)
  await expect(withTenant(hasty, context, slowly, { timeoutMs: 30_000 })).resolves.toBeUndefined()

  expect((await numbers(acme.owner)).filter((number) => number === 'slow')).toHaveLength(1)
  expect(database.pool.idleCount).toBe(database.pool.totalCount)
})

test('whoever finds every connection in use waits, and is told in time; then all goes on', async () => {
  const { pool } = database
  const held = await Promise.all([pool.connect(), pool.connect()])
  const usual = new PrismaClient({ adapter: tenantAdapter(database) })
  const waiting = withTenant(usual, acme.owner.context, (tx) => tx.invoice.count())
  await expect(waiting).rejects.toMatchObject({ code: 'database_busy' })
  for (const client of held) client.release()

  expect(await as(acme.owner, (tx) => tx.user.count())).toBe(2)
  await pause(20)
  expect(pool.idleCount).toBe(pool.totalCount)
}, 60_000)

test('of two that wait for each other one is begun anew, and both are done', async () => {
  const [a, b] = await as(acme.owner, async (tx) => [await write(tx, 'knot-a'), await write(tx, 'knot-b')])
  let tries = 0
  const both = (first: typeof a, second: typeof b) =>
    as(acme.owner, async (tx) => {
      tries++
      const pay = ({ tenantId, id }: typeof a) =>
        tx.invoice.update({ where: { tenantId_id: { tenantId, id } }, data: { paidAt: new Date() } })
      await pay(first)
      await pause(100)
      await pay(second)
    })
  await Promise.all([both(a, b), both(b, a)])
  expect(tries).toBeGreaterThan(2)
})

test('a connection that was cut is not given to the next', async () => {
  const cut = as(acme.owner, async (tx) => {
    const [{ pid }] = await tx.$queryRaw<[{ pid: number }]>`select pg_backend_pid() as pid`
    await admin.query('select pg_terminate_backend($1)', [pid])
    await pause(50)
    await tx.invoice.count()
  })
  await expect(cut).rejects.toMatchObject({
    code: expect.stringMatching(/^(database_unreachable|shutting_down|outcome_unknown)$/),
  })
  expect(await as(acme.owner, (tx) => tx.user.count())).toBe(2)
})

test('the isolation level is that of the context, and one said to Prisma alone is refused', async () => {
  const level = (tx: InvoicesTx) =>
    tx.$queryRaw<[{ transaction_isolation: string }]>`show transaction_isolation`
  const { context } = acme.owner
  const [usual] = await withTenant(prisma, context, level)
  const [said] = await withTenant(prisma, { ...context, isolation: 'repeatable read' }, level)
  expect([usual, said].map((one) => one.transaction_isolation)).toEqual(['read committed', 'repeatable read'])

  const strict = new PrismaClient({
    adapter: tenantAdapter(database),
    transactionOptions: { isolationLevel: 'Serializable' },
  })
  await expect(withTenant(strict, context, level)).rejects.toMatchObject({ code: 'invalid_configuration' })
})

test('permissions of one’s own are demanded, asked and reached for, also for what is one’s own', async () => {
  const clerk = await aUser(database, acme, { name: 'Clerk', roles: [] })
  await admin.query(
    `with clerks as (insert into roles (tenant_id, name) values ($1, 'clerk') returning id),
          permits as (insert into role_permissions (tenant_id, role_id, permission, scope)
                      select $1, id, permission, scope from clerks,
                        (values ('invoices:create', 'any'), ('invoices:read', 'own'), ('invoices:update', 'own')) v (permission, scope))
     insert into user_roles (tenant_id, user_id, role_id) select $1, $2, id from clerks`,
    [acme.tenantId, clerk.userId],
  )
  await as(clerk, async (tx) => {
    await demand(tx, 'invoices:create')
    await demand(tx, 'invoices:update', clerk.userId)
    expect(await may(tx, 'invoices:update')).toBe(false)
    expect(await may(tx, 'invoices:update', clerk.userId)).toBe(true)
    expect(await reach(tx, 'invoices:read')).toBe('own')
  })
  const refused = { code: 'not_allowed', sqlstate: 'RV002' }
  await expect(as(clerk, (tx) => demand(tx, 'invoices:update', acme.owner.userId))).rejects.toMatchObject(
    refused,
  )
  await expect(as(clerk, (tx) => reach(tx, 'invoices:delete'))).rejects.toMatchObject(refused)
  expect(await as(acme.owner, (tx) => reach(tx, 'invoices:read'))).toBe('any')
  expect(await as(mia, (tx) => reach(tx, 'invoices:read'))).toBe('any') // as members are by the example's own migration
  const newcomers = await aTenant(database, 'Newcomers')
  const member = await aUser(database, newcomers)
  expect(await as(member, (tx) => may(tx, 'invoices:read'))).toBe(true)
})

test('the audit log says who changed which of one’s own rows, and what', async () => {
  const { id } = await as(mia, (tx) => write(tx, 'noted', []))
  await as(acme.owner, (tx) =>
    tx.invoice.update({ where: byNumber(tx, 'noted'), data: { number: 'noted-2' } }),
  )

  const { rows } = await admin.query(
    'select action, user_id, old_values, new_values from audit_logs where entity_id = $1 order by id',
    [id],
  )
  expect(rows).toMatchObject([
    { action: 'invoice.created', user_id: mia.userId, new_values: { number: 'noted' } },
    {
      action: 'invoice.updated',
      user_id: acme.owner.userId,
      old_values: { number: 'noted' },
      new_values: { number: 'noted-2' },
    },
  ])
})

test('a person’s deletion leaves what they made, unsigned', async () => {
  const leaver = await aUser(database, acme, { name: 'Leaver' })
  const { id } = await as(leaver, (tx) => write(tx, 'left behind'))
  await as(acme.owner, (tx) =>
    tx.user.delete({ where: { tenantId_id: { tenantId: acme.tenantId, id: leaver.userId } } }),
  )
  const found = await as(acme.owner, (tx) => tx.invoice.findFirst({ where: { id }, include: { user: true } }))
  expect(found).toMatchObject({ userId: null, user: null })
})

test('what outlives its transaction finds it closed', async () => {
  let afterwards: Promise<unknown> | undefined
  await as(acme.owner, async (tx) => {
    afterwards = pause(50).then(() => tx.invoice.findFirst({ where: { id: uuidV7() } }))
  })
  await expect(afterwards).rejects.toMatchObject({ code: 'P2028' })
})
