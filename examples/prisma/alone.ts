import { tenantAdapter, withTenant, type Context } from 'reeve/prisma'
import { PrismaClient } from './generated/client.js'

const prisma = new PrismaClient({ adapter: tenantAdapter() })

export async function countInvoices(tenantId: string): Promise<number> {
  const context: Context = { tenantId, actor: { kind: 'operator', name: 'counter' }, requestId: 'count-1' }
  return withTenant(prisma, context, (tx) => tx.invoice.count())
}

export const end = () => prisma.$disconnect()
