import { closeDatabase, openDatabase } from '../../database/database.ts'
import { asServer } from '../../database/login.ts'
import type { Access } from '../../database/pool.ts'
import { openPrisma, warmUp } from '../../database/prisma.ts'
import { startPgBouncer } from '../pgbouncer.ts'
import { interleave, type Findings, type Run } from './interleave.ts'

/** The ways to PostgreSQL: without, and through, a PgBouncer in either mode. */
export const ways = ['direct', 'session', 'transaction'] as const
export type Way = (typeof ways)[number]

/** Our connections, and what PgBouncer has for them in transaction mode: few, so that everybody meets everybody. */
const poolSize = 12
const shared = 4

/** Interleaves acts on one of the ways, as a server that starts there would go it. */
export async function through(
  way: Way,
  access: Access,
  run: Omit<Run, 'database' | 'prisma' | 'atOnce'>,
): Promise<Findings> {
  const bouncer =
    way === 'direct'
      ? { access, stop: async () => {} }
      : await startPgBouncer(access, { pool_mode: way, default_pool_size: way === 'session' ? 40 : shared })
  try {
    const found = await asServer({ ...bouncer.access, poolSize }, true)
    if ((found.pooler?.mode ?? 'direct') !== way)
      throw new Error(`${way} was taken for ${found.pooler?.mode}`)
    const database = openDatabase(found)
    try {
      const prisma = await openPrisma(database)
      await warmUp(prisma)
      return await interleave({ ...run, database, prisma, atOnce: poolSize * 2 })
    } finally {
      await closeDatabase(database)
    }
  } finally {
    await bouncer.stop()
  }
}
