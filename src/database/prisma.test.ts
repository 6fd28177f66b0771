import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../foundation/id.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser, type Person } from '../testing/people.ts'
import type { Context } from './database.ts'
import { demand, may, openPrisma, warmUp, withTenant, type TenantPrisma } from './prisma.ts'

const { database, admin } = await testDatabase({ poolSize: 4, acquireTimeoutMs: 1_000 })
const prisma = await openPrisma(database)
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')
const mia = await aUser(database, acme)

const as = <T>({ context }: { context: Context }, work: (tx: TenantPrisma) => Promise<T>) =>
  withTenant(prisma, context, work)
const write = (tx: TenantPrisma, title: string, tenantId = tx.context.tenantId) =>
  tx.post.create({ data: { tenantId, id: uuidV7(), title, content: '' } })
const titles = async (person: Person) => {
  const posts = await as(person, (tx) => tx.post.findMany({ where: { tenantId: tx.context.tenantId } }))
  return posts.map(({ title }) => title)
}

beforeAll(() => warmUp(prisma))

test('work in a tenant sees what is the tenant’s, and nothing of another', async () => {
  const { id } = await as(acme.owner, (tx) => write(tx, 'ours'))

  expect(await titles(acme.owner)).toContain('ours')
  expect(await titles(globex.owner)).not.toContain('ours')
  expect(await as(globex.owner, (tx) => tx.post.findFirst({ where: { id } }))).toBeNull()
  expect(await as(globex.owner, (tx) => tx.post.deleteMany({ where: { id } }))).toEqual({ count: 0 })
})

test('work in a tenant cannot write into another', async () => {
  const intrusion = as(globex.owner, (tx) => write(tx, 'theirs', acme.tenantId))

  await expect(intrusion).rejects.toMatchObject({
    code: 'not_allowed',
    sqlstate: '42501',
    prismaCode: 'P2039',
  })
  expect(await titles(acme.owner)).not.toContain('theirs')
})

test('outside of withTenant Prisma sees nothing and writes nothing', async () => {
  await as(acme.owner, (tx) => write(tx, 'hidden'))
  const data = { tenantId: acme.tenantId, title: 'from nowhere', content: '' }

  expect(await prisma.post.findMany()).toEqual([])
  expect(await prisma.tenant.findMany()).toEqual([])
  expect(await prisma.post.updateMany({ data: { title: 'mine now' } })).toEqual({ count: 0 })
  await expect(prisma.post.create({ data })).rejects.toThrow(/row-level security/)
})

test('outside of withTenant Prisma begins no transaction, neither when told to nor by itself', async () => {
  const refusal = /begun without saying for whom/

  await expect(prisma.$transaction((tx) => tx.post.count())).rejects.toThrow(refusal)
  await expect(prisma.$transaction([prisma.post.count(), prisma.user.count()])).rejects.toThrow(refusal)
  await expect(
    prisma.role.update({
      where: { tenantId_id: { tenantId: acme.tenantId, id: uuidV7() } },
      data: { permissions: { create: { permission: '*:*' } } },
    }),
  ).rejects.toThrow(refusal)
})

test('what is asked for in one tick in two tenants stays apart', async () => {
  const people = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? acme.owner : globex.owner))

  const seen = await Promise.all(people.map((person) => as(person, (tx) => tx.user.findMany())))

  const tenants = seen.map((users) => new Set(users.map(({ tenantId }) => tenantId)))
  expect(tenants).toEqual(people.map(({ context }) => new Set([context.tenantId])))
})

test('a transaction with one question costs three round trips, the permission included', async () => {
  const { pool } = database
  const sent: unknown[] = []
  const listen = (client: pg.PoolClient) => {
    const query = client.query
    client.query = ((...asked: unknown[]) => {
      sent.push(asked[0])
      return Reflect.apply(query, client, asked)
    }) as typeof query
    pool.once('release', () => (client.query = query))
  }
  pool.once('acquire', listen)

  await as(acme.owner, async (tx) => {
    await demand(tx, 'posts:read')
    await tx.post.findFirst({ where: { tenantId: tx.context.tenantId } })
  })

  expect(sent).toHaveLength(3)
})

test('a write of several statements stays inside of the transaction', async () => {
  const failing = as(acme.owner, async (tx) => {
    await tx.role.create({
      data: {
        tenantId: tx.context.tenantId,
        name: 'Readers',
        permissions: { create: [{ permission: 'posts:read' }, { permission: 'comments:read' }] },
      },
    })
    expect(await tx.rolePermission.count({ where: { role: { name: 'Readers' } } })).toBe(2)
    throw new Error('changed my mind')
  })

  await expect(failing).rejects.toThrow('changed my mind')
  expect(await as(acme.owner, (tx) => tx.role.count({ where: { name: 'Readers' } }))).toBe(0)
})

test('a second transaction beside the first is refused, also as Prisma begins one for a list', async () => {
  const refusal = /a second transaction beside/

  await as(acme.owner, async (tx) => {
    await expect(prisma.$transaction([prisma.post.count(), prisma.user.count()])).rejects.toThrow(refusal)
    await expect(prisma.$transaction((other) => other.post.count())).rejects.toThrow(refusal)
    expect(await tx.user.count()).toBe(2)
  })
})

test('the log of statements says what was done to which table, and never with what', async () => {
  const lines: string[] = []
  const logged = await openPrisma({ pool: database.pool, log: ({ statement }) => lines.push(statement) })

  await withTenant(logged, acme.owner.context, async (tx) => {
    await demand(tx, 'posts:create')
    await write(tx, 'a secret')
    await tx.$queryRawUnsafe(`select 'another secret' as told`)
  })

  expect(lines).toEqual(['prisma.demand', 'prisma.insert.posts', 'prisma.select'])
})

test('a failure leaves nothing behind', async () => {
  const failing = as(acme.owner, async (tx) => {
    await write(tx, 'half done')
    throw new Error('changed my mind')
  })

  await expect(failing).rejects.toThrow('changed my mind')
  expect(await titles(acme.owner)).not.toContain('half done')
})

test('a transaction inside of the transaction undoes itself alone', async () => {
  await as(acme.owner, async (tx) => {
    await write(tx, 'outer')
    const inner = tx.$transaction(async (nested) => {
      await nested.post.create({ data: { tenantId: acme.tenantId, title: 'inner', content: '' } })
      await nested.post.create({ data: { tenantId: acme.tenantId, title: ' ', content: '' } })
    })
    await expect(inner).rejects.toMatchObject({ code: 'P2039' })
    await write(tx, 'outer again')
  })

  const seen = await titles(acme.owner)
  expect(seen).toEqual(expect.arrayContaining(['outer', 'outer again']))
  expect(seen).not.toContain('inner')
})

test('withTenant inside of withTenant joins it for the same actor, and is refused for any other', async () => {
  const { context } = acme.owner
  const begun = as(acme.owner, async (tx) => {
    await write(tx, 'joined: outer')
    await withTenant(prisma, { ...context }, (inner) => write(inner, 'joined: inner'))
    expect(await tx.post.count({ where: { title: { startsWith: 'joined' } } })).toBe(2)

    const refusal = {
      code: 'internal',
      message: expect.stringContaining('in the middle of work for another'),
    }
    await expect(as(globex.owner, (other) => other.post.count())).rejects.toMatchObject(refusal)
    await expect(as(mia, (other) => other.post.count())).rejects.toMatchObject(refusal)
    throw new Error('nothing of it')
  })

  await expect(begun).rejects.toThrow('nothing of it')
  expect((await titles(acme.owner)).filter((title) => title.startsWith('joined'))).toEqual([])
})

test('a client of another database has nothing to do with the transaction around it', async () => {
  const other = await openPrisma(database)

  const seen = await as(acme.owner, () =>
    withTenant(other, globex.owner.context, (tx) => tx.tenant.findMany({ select: { id: true } })),
  )
  expect(seen).toEqual([{ id: globex.tenantId }])
})

test('what outlives its transaction finds it closed, and may begin one of its own', async () => {
  let afterwards: Promise<unknown> | undefined
  let own: Promise<unknown> | undefined
  await as(acme.owner, async (tx) => {
    const ended = pause(50)
    afterwards = ended.then(() => demand(tx, 'posts:read'))
    own = ended.then(() => as(globex.owner, (other) => other.tenant.count()))
  })

  await expect(afterwards).rejects.toMatchObject({ code: 'internal', message: 'the transaction has ended' })
  expect(await own).toBe(1)
})

test('an ignored error does not pass for a commit', async () => {
  const careless = as(acme.owner, async (tx) => {
    await write(tx, 'lost')
    await write(tx, ' ').catch(() => {})
  })

  await expect(careless).rejects.toMatchObject({ kind: 'transaction_rollback' })
  expect(await titles(acme.owner)).not.toContain('lost')
})

test('the audit log knows who did it, as everywhere', async () => {
  const { id } = await as(acme.owner, (tx) => write(tx, 'noted'))

  const { rows } = await admin.query(
    `select action, user_id, account_id, request_id, db_role from audit_logs where entity_id = $1`,
    [id],
  )
  const { userId, accountId } = acme.owner
  expect(rows).toEqual([
    {
      action: 'post.created',
      user_id: userId,
      account_id: accountId,
      request_id: 'test',
      db_role: 'reeve_app',
    },
  ])
})

test('a permission is demanded of the actor', async () => {
  const { userId } = mia
  await as(mia, (tx) => demand(tx, 'posts:create'))
  await as(mia, (tx) => demand(tx, 'posts:update', userId))

  await expect(as(mia, (tx) => demand(tx, 'posts:update', acme.owner.userId))).rejects.toMatchObject({
    code: 'not_allowed',
    sqlstate: 'RV002',
  })
  const outsider = { context: { ...mia.context, tenantId: globex.tenantId } }
  await expect(as(outsider, (tx) => demand(tx, 'posts:read'))).rejects.toMatchObject({ code: 'not_found' })
})

test('whether the actor may do something can be asked without demanding it', async () => {
  expect(await as(mia, (tx) => may(tx, 'posts:update'))).toBe(false)
  expect(await as(mia, (tx) => may(tx, 'posts:update', mia.userId))).toBe(true)
  expect(await as(acme.owner, (tx) => may(tx, 'posts:update'))).toBe(true)
  const operator: Context = { ...mia.context, actor: { kind: 'operator', name: 'ops' } }
  expect(await as({ context: operator }, (tx) => may(tx, 'posts:update'))).toBe(true)
})

type Work = (tx: TenantPrisma) => Promise<unknown>

test.each<[string, string, string | undefined, string, Work]>([
  ['what exists already', 'name_taken', '23505', 'P2002', (tx) => addRole(tx, 'owner')],
  ['what a rule of the table refuses', 'invalid_request', '23514', 'P2039', (tx) => addRole(tx, ' ')],
  ['what is too long', 'invalid_request', '22001', 'P2000', (tx) => addRole(tx, 'x'.repeat(51))],
  ['what refers to nothing', 'not_found', '23503', 'P2003', (tx) => give(tx, uuidV7())],
  ['what is not there', 'not_found', undefined, 'P2025', (tx) => rename(tx, uuidV7())],
  ['what a trigger refuses', 'system_role', 'RV004', 'P2039', (tx) => renameOwner(tx)],
  ['what is no uuid', 'invalid_request', '22P02', 'P2007', (tx) => rename(tx, 'x')],
  ['what a raw query is told', 'system_role', 'RV004', 'P2010', (tx) => renameOwnerByHand(tx)],
])('%s comes out as %s, with both codes', async (_, code, sqlstate, prismaCode, work) => {
  await expect(as(acme.owner, work)).rejects.toMatchObject({ code, sqlstate, prismaCode })
})

const addRole = (tx: TenantPrisma, name: string) =>
  tx.role.create({ data: { tenantId: tx.context.tenantId, name } })
const give = (tx: TenantPrisma, roleId: string) =>
  tx.userRole.create({ data: { tenantId: tx.context.tenantId, userId: mia.userId, roleId } })
const rename = (tx: TenantPrisma, id: string) =>
  tx.role.update({ where: { tenantId_id: { tenantId: acme.tenantId, id } }, data: { name: 'x' } })
const renameOwner = (tx: TenantPrisma) =>
  tx.role.updateMany({ where: { tenantId: tx.context.tenantId, name: 'owner' }, data: { name: 'x' } })
const renameOwnerByHand = (tx: TenantPrisma) =>
  tx.$executeRaw`update roles set name = 'x' where tenant_id = ${acme.tenantId}::uuid and name = 'owner'`

test('a transaction that takes too long is undone, and its connection comes back', async () => {
  const slow = withTenant(
    prisma,
    acme.owner.context,
    async (tx) => {
      await write(tx, 'slow')
      await pause(300)
      await write(tx, 'slower')
    },
    { timeoutMs: 100 },
  )

  await expect(slow).rejects.toMatchObject({ code: 'database_timeout', prismaCode: 'P2028' })
  expect(await titles(acme.owner)).not.toContain('slow')
  expect(database.pool.idleCount).toBe(database.pool.totalCount)
})

test('who finds every connection in use is told so within the time', async () => {
  const held = await Promise.all(Array.from({ length: 4 }, () => database.pool.connect()))

  await expect(as(acme.owner, (tx) => tx.post.count())).rejects.toMatchObject({ code: 'database_busy' })

  for (const client of held) client.release()
  expect(await as(acme.owner, (tx) => tx.user.count())).toBe(2)
})

test('a connection that was lost is not used again', async () => {
  const cut = as(acme.owner, async (tx) => {
    const [{ pid }] = await tx.$queryRaw<[{ pid: number }]>`select pg_backend_pid() as pid`
    await admin.query('select pg_terminate_backend($1)', [pid])
    await pause(50)
    await tx.post.count()
  })

  await expect(cut).rejects.toMatchObject({
    code: expect.stringMatching(/^(database_unreachable|shutting_down)$/),
  })
  expect(await as(acme.owner, (tx) => tx.user.count())).toBe(2)
})

test('a transaction that could not begin says why', async () => {
  const nowhere = { context: { ...acme.owner.context, tenantId: 'not a uuid' } }
  const count = as(nowhere, (tx) => tx.post.count())

  await expect(count).rejects.toMatchObject({ code: 'invalid_request', sqlstate: '22P02' })
})

test('a change of a table under a prepared statement costs one failure that may be repeated', async () => {
  const look = () => as(acme.owner, (tx) => tx.$queryRawUnsafe('select * from comments'))
  const lookEverywhere = () => Promise.all(Array.from({ length: 4 }, look))
  for (let i = 0; i < 3; i++) await lookEverywhere()
  await admin.query('alter table comments add column mood text')

  const failures: unknown[] = []
  for (let i = 0; i < 5; i++) await look().catch((error: unknown) => failures.push(error))

  expect(failures.length).toBeGreaterThan(0)
  for (const failure of failures)
    expect(failure).toMatchObject({ kind: 'query_plan_outdated', retry: 'safe' })
  await expect(lookEverywhere()).resolves.toHaveLength(4)
  await admin.query('alter table comments drop column mood')
})

test('times are what they are, wherever the server stands', async () => {
  const { id, createdAt } = await as(acme.owner, (tx) => write(tx, 'timely'))

  const { rows } = await admin.query('select created_at from posts where id = $1', [id])
  expect(createdAt).toEqual(rows[0].created_at)
  expect(Math.abs(createdAt.valueOf() - Date.now())).toBeLessThan(10_000)
})
