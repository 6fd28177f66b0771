import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { removeInside } from '../foundation/guard.ts'
import { startEmbedded } from '../operations/embedded/embedded.ts'
import { deploy } from '../operations/migrate/deploy.ts'
import { houseRoles } from '../operations/migrate/roles.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's connection string to the server that all test files share. */
    postgresUrl: string
    /** The password with which reeve_app logs in there. */
    appPassword: string
  }
}

export const template = 'reeve_template'
const prisma = fileURLToPath(new URL('../../prisma', import.meta.url))

/**
 * One PostgreSQL for the whole run, and in it one migrated database that every test file clones.
 * `DATABASE_URL_TEST` (a superuser's) says to use that server instead; `REEVE_TEST_POSTGRES` names the folder of
 * another major version's binaries.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await aServer()
  const appPassword = randomBytes(18).toString('base64url')
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(`drop database if exists ${template} with (force)`)
  await admin.query(`create database ${template} template template0`)
  await deploy({
    connect: () => ({ connectionString: inDatabase(server.url, template) }),
    folder: join(prisma, 'migrations'),
    roles: houseRoles(prisma),
  })
  await admin.query(`alter role reeve_app login password '${appPassword}'`)
  await admin.end()
  project.provide('postgresUrl', server.url)
  project.provide('appPassword', appPassword)
  return server.stop
}

/** The same server, another database. */
export function inDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

async function aServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env['DATABASE_URL_TEST']
  if (given) return { url: given, stop: async () => {} }
  const directory = await mkdtemp(join(tmpdir(), 'reeve-test-'))
  const binaries = process.env['REEVE_TEST_POSTGRES']
  const server = await startEmbedded({
    directory,
    ...(binaries ? { binaries } : {}),
    // Nothing here outlives the run, so nothing needs to survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  return {
    url: server.url(),
    stop: async () => {
      await server.stop()
      await removeInside(tmpdir(), directory)
    },
  }
}
