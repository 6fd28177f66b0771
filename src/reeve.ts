import { closeDatabase } from './database/database.ts'
import { openPrisma, type PrismaClient } from './database/prisma.ts'
import { createLog, queryLog } from './foundation/log.ts'
import { newKey, readKeyRing, type KeyRing } from './foundation/secret.ts'
import { pages } from './http/page.ts'
import { connect } from './library/connect.ts'
import type { House } from './library/house.ts'
import { readOptions, type ReeveOptions } from './library/options.ts'
import { Reeve } from './library/reeve.ts'
import { keepPartitions } from './operations/partition/partition.ts'

export { Refusal, type RefusalCode } from './foundation/refusal.ts'
export type { Permission } from './domains/access/access.ts'
export type { Membership } from './domains/sessions/who-am-i.ts'
export type { List, ListRequest } from './library/door.ts'
export type { FetchHandler } from './library/fetch-handler.ts'
export type { NodeHandler } from './library/node-handler.ts'
export type { Operator, OperatorInTenant } from './library/operator.ts'
export type { ReeveOptions } from './library/options.ts'
export type { Reeve } from './library/reeve.ts'
export type { Session } from './library/session.ts'
export type { TenantTransaction } from './library/transaction.ts'
export type { Of, User } from './library/user.ts'
export type { Visit } from './library/visit.ts'

/**
 * Users, tenants, roles, permissions, sessions and audit in this process, on a database that is migrated. What the
 * options leave out comes from the environment. Refuses options that cannot be used (`invalid_configuration`), a
 * database that cannot be reached, a login that would stand above row-level security (`unsafe_role`; outside production
 * it acts as reeve_app), and a schema of another version (`schema_outdated`). Once for each process is enough.
 */
export async function createReeve(options: ReeveOptions = {}): Promise<Reeve> {
  const config = readOptions(options, process.env)
  const log = options.log ?? createLog({ logLevel: 'warn' })
  const { database, migrating } = await connect(config, options.log && queryLog(log, config))
  const keys = config.secretKeys ?? (readKeyRing(newKey('process')) as KeyRing)
  let prisma: Promise<PrismaClient> | undefined
  const house: House = { database, pages: pages(keys), prisma: () => (prisma ??= openPrisma(database)) }
  try {
    const stop = await keepPartitions(database, (err) => log.error({ err }, 'partitions'))
    return new Reeve({ house, config, keys, log, migrating, stop })
  } catch (error) {
    await closeDatabase(database)
    throw error
  }
}
