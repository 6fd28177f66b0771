import { demand, reach, selfOf, withTenant, type Context } from 'reeve/prisma'
import { prisma } from './db.js'

export type NewInvoice = { number: string; lines: { text: string; cents: number }[] }

/** Writes an invoice, in the name of whoever acts. */
export function addInvoice(context: Context, { number, lines }: NewInvoice) {
  return withTenant(prisma, context, async (tx) => {
    await demand(tx, 'invoices:create')
    return tx.invoice.create({
      data: { number, userId: selfOf(tx), lines: { create: lines } },
      include: { lines: true },
    })
  })
}

/** The newest twenty that whoever acts may see, with the names of those who wrote them. */
export function listInvoices(context: Context) {
  return withTenant(prisma, context, async (tx) => {
    const whose = await reach(tx, 'invoices:read')
    return tx.invoice.findMany({
      where: { tenantId: context.tenantId, ...(whose === 'own' ? { userId: selfOf(tx) } : {}) },
      include: { lines: true, user: { select: { name: true } } },
      orderBy: { createdAt: 'desc' },
      take: 20,
    })
  })
}

/** Marks an invoice as paid. */
export function payInvoice(context: Context, id: string) {
  const where = { tenantId_id: { tenantId: context.tenantId, id } }
  return withTenant(prisma, context, async (tx) => {
    const { userId } = await tx.invoice.findUniqueOrThrow({ where })
    await demand(tx, 'invoices:update', userId)
    return tx.invoice.update({ where, data: { paidAt: new Date() } })
  })
}
