import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { closeDatabase, type Database } from './database/database.ts'
import { adapterOn, tenantAdapter as adapterOfDatabase } from './database/prisma-adapter.ts'
import { newKey } from './foundation/secret.ts'
import { connect } from './library/connect.ts'
import { readOptions, type ReeveOptions } from './library/options.ts'

export { selfOf, type Actor, type Context, type Database } from './database/database.ts'
export { DatabaseFailure } from './database/failure.ts'
export { demand, may, openPrisma, reach, withTenant } from './database/prisma.ts'
export type { Prisma, PrismaClient, TenantPrisma } from './database/prisma.ts'
export type { TenantClient } from './database/tenant-client.ts'
export { Refusal, type RefusalCode } from './foundation/refusal.ts'

/** Where PostgreSQL is. What is left out comes from the environment, as for `createReeve()`. */
export type Place = Pick<ReeveOptions, 'databaseUrl' | 'poolSize'>

/**
 * What a Prisma Client of one's own connects with: `new PrismaClient({ adapter: tenantAdapter(reeve.database) })`. By
 * itself such a client sees no row of any tenant; `withTenant()` is the way to them.
 *
 * With a `Database` it shares that pool, which is closed with the database. Otherwise it has a pool of its own from the
 * first question to `$disconnect()`, and that question is refused where `createReeve()` would refuse to begin: options
 * that cannot be used, a login above row-level security in production, a schema of another version.
 */
export function tenantAdapter(database: Database | Place = {}): SqlDriverAdapterFactory {
  return isDatabase(database) ? adapterOfDatabase(database) : adapterOn(() => openAt(database), closeDatabase)
}

function isDatabase(given: Database | Place): given is Database {
  return 'pool' in given && typeof given.pool === 'object'
}

async function openAt(place: Place): Promise<Database> {
  // Nothing is sealed here, so the keys that production insists on are none that anybody keeps.
  const config = readOptions({ ...place, secretKeys: newKey('unused') }, process.env)
  const { database } = await connect(config, undefined)
  return database
}
