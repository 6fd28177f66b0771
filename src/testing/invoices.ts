import { join } from 'node:path'
import type { Access } from '../database/pool.ts'
import { home } from '../foundation/package.ts'
import { deploy } from '../operations/migrate/deploy.ts'
import { ownMigrations } from '../operations/migrate/outdated.ts'
import { testDatabase, type TestDatabase } from './database.ts'

/** A database that has the tables of examples/prisma beside ours. */
export async function invoicesDatabase(options: Partial<Access> = {}): Promise<TestDatabase> {
  const world = await testDatabase(options)
  await deploy({
    ...ownMigrations(() => ({ connectionString: world.adminUrl })),
    application: join(home, 'examples/prisma/prisma/migrations'),
  })
  return world
}
