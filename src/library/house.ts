import { inTenant, readInTenant, type Context, type Database } from '../database/database.ts'
import { withTenant, type PrismaClient } from '../database/prisma.ts'
import type { Pages } from '../http/page.ts'
import type { PrismaDoor } from './door.ts'
import { TenantTransaction } from './transaction.ts'

/** What everything of one createReeve() works with. */
export type House = {
  readonly database: Database
  readonly pages: Pages
  /** Opened at the first call. */
  prisma(): Promise<PrismaClient>
}

/** Each verb in a transaction of its own. */
export function doorTo({ database, pages, prisma }: House, context: Context): PrismaDoor {
  return {
    tenantId: context.tenantId,
    pages,
    read: (work) => readInTenant(database, context, work),
    write: (work) => inTenant(database, context, work),
    prisma: async (work) => withTenant(await prisma(), context, work),
  }
}

/** All of them in one. */
export function together<T>(
  { database, pages }: House,
  context: Context,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return inTenant(database, context, (tx) => work(new TenantTransaction(tx, pages)))
}
