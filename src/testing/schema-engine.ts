import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { inDatabase } from './global-setup.ts'

export type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'

/** What the engine may leave out of its account: nothing. */
export const nothingLeftOut = { externalTables: [], externalEnums: [] }

/**
 * Prisma's own schema engine, compiled to WebAssembly, as it looks at one of our databases. It acts as the owner of
 * our tables; the databases in which it tries migrations get our roles first. `close` when done: it keeps a lock.
 */
export async function schemaEngine(adminUrl: string, roles: string) {
  await boot()
  const opened: SqlDriverAdapter[] = []
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => {
      const adapter = await connectAsOwner(adminUrl)
      opened.push(adapter)
      return adapter
    },
    connectToShadowDb: () => connectToShadow(adminUrl, roles),
  }
  const files = await schemaFiles()
  const engine = await wasm.SchemaEngine.new(
    { datamodels: files.map(({ path, content }) => [path, content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  )
  const close = async () => {
    engine.free()
    for (const adapter of opened) await adapter.dispose()
  }
  return { engine, close }
}

const prisma = join(import.meta.dirname, '../../prisma')

/** The schema as the engine wants to be told of it: schema.prisma, then the models in order of their names. */
export async function schemaFiles(): Promise<{ path: string; content: string }[]> {
  const models = (await readdir(join(prisma, 'models'))).filter((name) => name.endsWith('.prisma')).toSorted()
  const paths = ['schema.prisma', ...models.map((name) => `models/${name}`)]
  return Promise.all(
    paths.map(async (path) => ({ path, content: await readFile(join(prisma, path), 'utf8') })),
  )
}

/** Our migrations as the engine wants to be told of them. */
export async function migrationsList() {
  const baseDir = join(prisma, 'migrations')
  const names = (await readdir(baseDir)).filter((name) => /^\d/.test(name)).toSorted()
  const migrationDirectories = await Promise.all(
    names.map(async (path) => {
      const value = await readFile(join(baseDir, path, 'migration.sql'), 'utf8')
      return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } }
    }),
  )
  const lock = 'migration_lock.toml'
  const lockfile = { path: lock, content: await readFile(join(baseDir, lock), 'utf8') }
  return { baseDir, lockfile, shadowDbInitScript: '', migrationDirectories }
}

/** What we use of the global WebAssembly, for which our types come without the browser's. */
type Assembly = {
  instantiate: (
    bytes: Uint8Array,
    imports: object,
  ) => Promise<{ instance: { exports: Record<string, () => void> } }>
}
const assembly = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly

let booted: Promise<void> | undefined

/** The package's own entry needs a flag of Node's to load the module; this is what that entry does. */
function boot(): Promise<void> {
  booted ??= (async () => {
    const file = join(
      dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')),
      'schema_engine_bg.wasm',
    )
    const { instance } = await assembly.instantiate(await readFile(file), { './schema_engine_bg.js': wasm })
    // a panic in the engine writes its message here
    const panics = { set_message: (message: string) => console.error(message) }
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics })
    wasm.__wbg_set_wasm(instance.exports)
    instance.exports['__wbindgen_start']!()
  })()
  return booted
}

async function connectAsOwner(url: string): Promise<SqlDriverAdapter> {
  const options = '-c role=reeve_owner -c timezone=UTC'
  // the engine's lock belongs to a session, so there may be only one
  return mend(await new PrismaPg({ connectionString: url, options, max: 1 }).connect())
}

/**
 * The stock adapter would connect to the main database if told of it by address, and would migrate that one.
 */
async function connectToShadow(adminUrl: string, roles: string): Promise<SqlDriverAdapter> {
  const admin = new pg.Client(adminUrl)
  await admin.connect()
  const name = `shadow_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create database ${name} template template0`)
  const url = inDatabase(adminUrl, name)
  const setup = new pg.Client(url)
  await setup.connect()
  await setup.query(roles)
  await setup.end()

  const adapter = await connectAsOwner(url)
  const close = adapter.dispose.bind(adapter)
  adapter.dispose = async () => {
    await close()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
  return adapter
}

type PrismaPgAdapter = Awaited<ReturnType<PrismaPg['connect']>>
type Insides = { performIO: (query: SqlQuery) => Promise<{ fields: { dataTypeID: number }[] }> }

/**
 * Two things that the stock adapter does not do and the engine needs: scripts are sent whole, for a semicolon may
 * stand in the body of a function; and the catalogue's one-letter type "char" is understood.
 */
function mend(adapter: PrismaPgAdapter): SqlDriverAdapter {
  const insides = adapter as unknown as Insides
  const perform = insides.performIO.bind(adapter)
  const query = adapter.queryRaw.bind(adapter)
  let letters: number[] = []

  insides.performIO = async (asked) => {
    const result = await perform(asked)
    letters = result.fields.flatMap(({ dataTypeID }, i) => (dataTypeID === oneLetter ? [i] : []))
    for (const i of letters) result.fields[i]!.dataTypeID = text
    return result
  }
  adapter.queryRaw = async (asked) => {
    const result = await query(asked)
    for (const i of letters) result.columnTypes[i] = ColumnTypeEnum.Character
    return result
  }
  adapter.executeScript = async (script) => {
    await adapter.underlyingDriver().query(script)
  }
  return adapter
}

const oneLetter = 18
const text = 25
