// What the compiler must understand, and what it must not: a line that was expected to be wrong, and is not, fails too.
import { demand, may, withTenant, type Context, type TenantClient } from 'reeve/prisma'
import { prisma } from './db.js'
import type { PrismaClient } from './generated/client.js'

export function misuse(context: Context) {
  return withTenant(prisma, context, async (tx) => {
    const [invoice] = await tx.invoice.findMany({ include: { lines: true, user: true } })
    const text: string | undefined = invoice?.lines[0]?.text
    // @ts-expect-error a column that there is not
    await tx.invoice.findMany({ where: { nubmer: 'A-1' } })
    // @ts-expect-error a value of another type
    await tx.invoiceLine.updateMany({ data: { cents: 'many' } })
    // @ts-expect-error a relation that was not asked for
    void (await tx.invoice.findFirst())?.lines
    // @ts-expect-error a model that there is not
    void tx.posts
    // @ts-expect-error a transaction does not connect
    await tx.$connect()
    // @ts-expect-error whoever acts does not change half-way
    tx.context = context
    // @ts-expect-error no permission
    await demand(tx, 'invoices')
    // @ts-expect-error outside of withTenant there is nobody to ask about
    await may(prisma, 'invoices:read')
    const [count, first] = await tx.$transaction([tx.invoice.count(), tx.invoice.findFirst()])
    const both: [number, string | undefined] = [count, first?.number]
    const nested = await tx.$transaction(async (inner) => {
      await demand(inner, 'invoices:read')
      return inner.user.findFirst({ select: { email: true } })
    })
    // @ts-expect-error only what was selected
    void nested?.name
    return [text, both, nested?.email, await helper(tx), await theirs(tx)]
  })
}

const helper = (tx: TenantClient<PrismaClient>) => tx.invoice.count()
const theirs = (tx: Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]) => tx

export function extended(context: Context) {
  const louder = prisma.$extends({
    result: { invoice: { loud: { needs: { number: true }, compute: ({ number }) => number.toUpperCase() } } },
    model: {
      invoice: {
        async unpaid() {
          return 1
        },
      },
    },
  })
  return withTenant(louder, context, async (tx) => {
    const loud: string | undefined = (await tx.invoice.findFirst())?.loud
    const unpaid: number = await tx.invoice.unpaid()
    // @ts-expect-error what was not added
    void tx.invoice.paid
    return [loud, unpaid]
  })
}
