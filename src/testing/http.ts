import { pino } from 'pino'
import { afterAll } from 'vitest'
import { openPrisma } from '../database/prisma.ts'
import { newKey, readKeyRing, type KeyRing } from '../foundation/secret.ts'
import { buildApp, type App, type AppOptions } from '../http/app.ts'
import type { Health } from '../http/health.ts'
import { testDatabase, type TestDatabase } from './database.ts'

export type Answer = { status: number; body: unknown; headers: Record<string, unknown> }
export type Ask = (method: string, url: string, options?: { token?: string | undefined; body?: unknown; headers?: Record<string, string> }) => Promise<Answer>

export type Route = { method: string; url: string }

/** The whole HTTP door on a database of its own; `ask` sends it requests. */
export async function testApp(options: Partial<AppOptions> = {}): Promise<TestDatabase & { app: App; ask: Ask; routes: Route[] }> {
  const world = await testDatabase()
  const routes: Route[] = []
  const health: Health = {
    version: '0.0.0-test',
    startedAt: new Date(),
    draining: () => false,
    check: async () => ({ ready: true, database: { reachable: true, ms: 1 }, migrations: { pending: 0 } }),
  }
  const app = await buildApp({
    ...{ database: world.database, prisma: await openPrisma(world.database), health, version: '0.0.0-test' },
    keys: readKeyRing(newKey('test')) as KeyRing,
    log: pino({ level: 'silent' }),
    limits: { all: 1_000_000, signIn: 1_000_000 },
    onRoute: (route) => routes.push(route),
    ...options,
  })
  await app.ready()
  afterAll(() => app.close())

  const ask: Ask = async (method, url, { token, body, headers } = {}) => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json = answer.payload !== '' && /json/.test(String(answer.headers['content-type']))
    return { status: answer.statusCode, body: json ? answer.json() : answer.payload, headers: answer.headers }
  }
  return { ...world, app, ask, routes }
}
