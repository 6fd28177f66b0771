import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { inject, onTestFinished } from 'vitest'
import type { Migrating } from '../operations/migrate/session.ts'
import { inDatabase } from './global-setup.ts'

/** A folder for migrations. */
export type Folder = {
  folder: string
  /** Puts a migration into the folder, or changes it. Without `down` it has no way back. */
  write(name: string, up: string, down?: string): Promise<void>
  /** Takes a migration out of the folder. */
  remove(name: string): Promise<void>
}

/** A folder for migrations, and the database to apply them to. */
export type Workshop = Folder &
  Migrating & {
    url: string
    /** The superuser in that database. */
    client: Client
    /** What the migrator said as it went. */
    said: string[]
    /** The first column of what a query returns. */
    column(query: string): Promise<unknown[]>
  }

/** An empty folder, gone when the test is over. */
export async function aFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-migrations-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return {
    folder,
    write: async (name, up, down) => {
      await mkdir(join(folder, name), { recursive: true })
      await writeFile(join(folder, name, 'migration.sql'), up)
      if (down !== undefined) await writeFile(join(folder, name, 'rollback.sql'), down)
    },
    remove: (name) => rm(join(folder, name), { recursive: true }),
  }
}

/** An empty folder and an empty database; both are gone when the test is over. */
export async function aWorkshop(): Promise<Workshop> {
  const name = `workshop_${randomBytes(6).toString('hex')}`
  await asSuperuser(`create database ${name} template template0`)
  const url = inDatabase(inject('postgresUrl'), name)
  const client = new Client(url)
  client.on('error', () => {})
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await asSuperuser(`drop database ${name} with (force)`)
  })

  const said: string[] = []
  return {
    ...(await aFolder()),
    connect: () => ({ connectionString: url }),
    roles: null,
    progress: ({ message }) => said.push(message),
    url,
    client,
    said,
    column: async (query) =>
      (await client.query({ text: query, rowMode: 'array' })).rows.map(([value]) => value),
  }
}

/** One statement, as the superuser, outside of any test's database. */
export async function asSuperuser(statement: string): Promise<void> {
  const client = new Client(inject('postgresUrl'))
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
