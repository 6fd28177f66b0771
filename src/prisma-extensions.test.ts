/** Clients that were extended, and clients that cannot be served. */
import { expect, test } from 'vitest'
import { Prisma, PrismaClient } from '../examples/prisma/generated/client.js'
import { demand, tenantAdapter, withTenant } from './prisma.ts'
import { invoicesDatabase } from './testing/invoices.ts'
import { aTenant } from './testing/people.ts'

const { database } = await invoicesDatabase({ poolSize: 2 })
const prisma = new PrismaClient({ adapter: tenantAdapter(database) })
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')
const { context } = acme.owner

const asked: string[] = []
const extended = prisma
  .$extends({
    name: 'what rows can tell',
    result: {
      invoice: {
        label: { needs: { number: true }, compute: ({ number }) => `No. ${number}` },
      },
    },
    model: {
      invoice: {
        async numbers() {
          const rows = await Prisma.getExtensionContext(this as unknown as typeof prisma.invoice).findMany()
          return rows.map(({ number }) => number)
        },
      },
    },
  })
  .$extends({
    name: 'who asks what',
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          asked.push(`${model}.${operation}`)
          return query(args)
        },
      },
      invoice: {
        create: ({ args, query }) =>
          query({ ...args, data: { ...args.data, number: `${args.data.number}!` } }),
      },
    },
    client: { $shout: (text: string) => text.toUpperCase() },
  })

test('an extended client works in a tenant as it does elsewhere, in one transaction', async () => {
  const failing = withTenant(extended, context, async (tx) => {
    const made = await tx.invoice.create({ data: { number: '1' } })
    expect(made.label).toBe('No. 1!')
    expect(await tx.invoice.numbers()).toEqual(['1!'])
    expect(tx.$shout('a')).toBe('A')
    await demand(tx, 'invoices:create')
    const [count, labels] = await tx.$transaction([tx.invoice.count(), tx.invoice.findMany()])
    expect([count, labels[0]?.label]).toEqual([1, 'No. 1!'])
    await tx.$transaction(async (inner) => {
      await inner.invoice.create({ data: { number: '2' } })
      expect(await inner.invoice.numbers()).toHaveLength(2)
      await demand(inner, 'invoices:create')
    })
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(asked).toEqual(expect.arrayContaining(['Invoice.create', 'Invoice.findMany', 'Invoice.count']))
  expect(await withTenant(extended, context, (tx) => tx.invoice.count())).toBe(0)
  expect(await extended.invoice.findMany()).toEqual([])
})

test('a withTenant of the same extended client inside of the first joins it', async () => {
  const begun = withTenant(extended, context, async (tx) => {
    await tx.invoice.create({ data: { number: 'joined' } })
    await withTenant(extended, { ...context }, async (inner) => {
      expect(await inner.invoice.numbers()).toEqual(['joined!'])
    })
    const other = withTenant(extended, globex.owner.context, (inner) => inner.invoice.count())
    await expect(other).rejects.toThrow(/in the middle of work for another/)
    throw new Error('nothing of it')
  })
  await expect(begun).rejects.toThrow('nothing of it')
})

test('the recipe that opens a transaction for each query is refused, rather than taken out of the transaction', async () => {
  const perQuery = prisma.$extends({
    query: {
      $allModels: {
        async $allOperations({ args, query }) {
          const declare = prisma.$executeRaw`select set_config('reeve.tenant_id', ${acme.tenantId}, true)`
          const [, result] = await prisma.$transaction([declare, query(args)])
          return result
        },
      },
    },
  })
  await expect(withTenant(perQuery, context, (tx) => tx.invoice.count())).rejects.toThrow(
    /a second transaction beside/,
  )
  await expect(perQuery.invoice.count()).rejects.toThrow(/without saying for whom/)
})

test('a client that calls something context is refused', async () => {
  const taken = prisma.$extends({ client: { context: 'mine' } })
  await expect(withTenant(taken, context, async () => 1)).rejects.toMatchObject({
    code: 'invalid_configuration',
    remedy: expect.stringContaining('@@map'),
  })
  expect(database.pool.idleCount).toBe(database.pool.totalCount)
})
