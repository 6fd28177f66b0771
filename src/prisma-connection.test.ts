/** A Prisma Client that connects by itself, without createReeve(). */
import { afterEach, expect, test, vi } from 'vitest'
import { PrismaClient } from '../examples/prisma/generated/client.js'
import { tenantAdapter, withTenant, type Place } from './prisma.ts'
import { invoicesDatabase } from './testing/invoices.ts'
import { urlOf } from './testing/library.ts'
import { aTenant } from './testing/people.ts'

const { access, adminUrl, database, admin } = await invoicesDatabase()
const { owner } = await aTenant(database)
afterEach(() => vi.unstubAllEnvs())

const clientAt = (place?: Place) => new PrismaClient({ adapter: tenantAdapter(place) })
const count = (prisma: PrismaClient) => withTenant(prisma, owner.context, (tx) => tx.user.count())
const connections = async () => {
  const { rows } = await admin.query(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'reeve'`,
  )
  return rows[0].count as number
}

test('it finds the database in the environment, or where it is told, and lets go of it', async () => {
  const before = await connections()
  vi.stubEnv('DATABASE_URL', urlOf(access))
  const prisma = clientAt()
  expect(await count(prisma)).toBe(1)
  expect(await connections()).toBeGreaterThan(before)

  await prisma.$disconnect()
  expect(await connections()).toBe(before)
  expect(await count(prisma)).toBe(1)
  await prisma.$disconnect()

  vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/nowhere')
  const told = clientAt({ databaseUrl: urlOf(access), poolSize: 1 })
  expect(await Promise.all([count(told), count(told), count(told)])).toEqual([1, 1, 1])
  expect(await connections()).toBe(before + 1)
  await told.$disconnect()
})

test('a superuser acts as the server does, and is refused in production, where no secret keys are asked for', async () => {
  const prisma = clientAt({ databaseUrl: adminUrl })
  expect(await prisma.user.findMany()).toEqual([])
  expect(await count(prisma)).toBe(1)
  await prisma.$disconnect()

  vi.stubEnv('NODE_ENV', 'production')
  await expect(count(clientAt({ databaseUrl: adminUrl }))).rejects.toMatchObject({ code: 'unsafe_role' })
  const safe = clientAt({ databaseUrl: urlOf(access) })
  expect(await count(safe)).toBe(1)
  await safe.$disconnect()
})

test('what cannot be used, or reached, is said in our words', async () => {
  vi.stubEnv('DATABASE_URL', '')
  await expect(count(clientAt())).rejects.toMatchObject({ code: 'invalid_configuration' })
  const place = { databaseUrl: urlOf(access) }
  await expect(count(clientAt({ ...place, poolSize: 0 }))).rejects.toMatchObject({
    code: 'invalid_configuration',
    message: expect.stringContaining('poolSize'),
  })
  await expect(count(clientAt({ ...place, pool: 3 } as Place))).rejects.toMatchObject({
    code: 'invalid_configuration',
  })
  await expect(
    count(clientAt({ databaseUrl: 'postgresql://reeve_app:x@127.0.0.1:1/reeve' })),
  ).rejects.toMatchObject({ code: 'database_unreachable' })
})
