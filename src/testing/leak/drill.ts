import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import type { Access } from '../../database/pool.ts'
import setup, { inDatabase, template } from '../global-setup.ts'
import { breakContext } from './broken.ts'
import { homes } from './homes.ts'
import type { Findings } from './interleave.ts'
import { through, ways, type Way } from './ways.ts'

export type Drill = {
  tenants: number
  /** On each way. */
  acts: number
  seed: number
  /** Hears what came of a way. */
  tell: (way: string, findings: Findings, seconds: number) => void
}

/** All ways for as many acts as one likes, on a PostgreSQL of its own; in the end a context that leaks must be found. */
export async function drill({ tenants, acts, seed, tell }: Drill): Promise<void> {
  const given: Record<string, string> = {}
  const provide = (name: string, value: string) => void (given[name] = value)
  const stop = await setup({ provide } as unknown as TestProject)
  const { postgresUrl = '', appPassword: password = '' } = given
  const name = `leak_${randomBytes(4).toString('hex')}`
  const server = new pg.Client(postgresUrl)
  await server.connect()
  await server.query(`create database ${name} template ${template}`)
  const admin = new pg.Pool({ connectionString: inDatabase(postgresUrl, name), max: 4 })
  admin.on('error', () => {})
  const { hostname: host, port } = new URL(postgresUrl)
  const patience = { acquireTimeoutMs: 10_000, statementTimeoutMs: 15_000, lockTimeoutMs: 10_000 }
  const access: Access = {
    ...{ host, port: Number(port), user: 'reeve_app', password, database: name, poolSize: 10 },
    ...{ ...patience, idleInTransactionTimeoutMs: 15_000 },
  }
  try {
    const everybody = await homes(access, admin, tenants)
    let first = 1
    const run = async (way: Way, many: number, called: string) => {
      const started = Date.now()
      const findings = await through(way, access, { admin, homes: everybody, seed, many, first })
      first += many
      tell(called, findings, (Date.now() - started) / 1_000)
    }
    for (const way of ways) await run(way, acts, way)
    await breakContext(admin)
    for (const way of ['direct', 'transaction'] as const) await run(way, 500, `broken, ${way}`)
  } finally {
    await admin.end()
    await server.query(`drop database ${name} with (force)`)
    await server.end()
    await stop()
  }
}
