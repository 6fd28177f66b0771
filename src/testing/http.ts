import { pino } from 'pino'
import { afterAll } from 'vitest'
import { openPrisma } from '../database/prisma.ts'
import { uuidV7 } from '../foundation/id.ts'
import { hashToken, makeToken, newKey, readKeyRing, type KeyRing } from '../foundation/secret.ts'
import { buildApp, type AppOptions } from '../http/app.ts'
import type { Health } from '../http/health.ts'
import type { App } from '../http/house.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { Contract, type OpenApi } from './openapi.ts'

export type Answer<Body = unknown> = { status: number; body: Body; headers: Record<string, unknown> }
export type Request = {
  token?: string | undefined
  /** A text or bytes are sent as they are, anything else as JSON. */
  body?: unknown
  headers?: Record<string, string>
}
/** A test that reads something out of an answer says what is there: `ask<{ id: string }>(…)`. */
export type Ask = <Body = unknown>(method: string, url: string, request?: Request) => Promise<Answer<Body>>
/** What most answers have that made something. */
export type Made = { id: string }

export type Route = { method: string; url: string }

export type TestApp = TestDatabase & {
  app: App
  ask: Ask
  /** Every route as the running app registered it. */
  routes: Route[]
  /** A session's token for somebody of `testing/people.ts`, who has no password. */
  signIn: (person: { accountId: string }) => Promise<string>
}

/** The whole HTTP door on a database of its own; `ask` sends it requests, and holds each answer against the document. */
export async function testApp(options: Partial<AppOptions> = {}): Promise<TestApp> {
  return appOn(await testDatabase(), options)
}

/** The same on a database that is there already. */
export async function appOn(world: TestDatabase, options: Partial<AppOptions> = {}): Promise<TestApp> {
  const routes: Route[] = []
  const app = await buildApp({
    database: world.database,
    prisma: await openPrisma(world.database),
    health: aHealthyOne,
    version: aHealthyOne.version,
    keys: readKeyRing(newKey('test')) as KeyRing,
    log: pino({ level: 'silent' }),
    limits: { all: 1_000_000, costly: 1_000_000 },
    onRoute: (route) => routes.push(route),
    ...options,
  })
  await app.ready()
  afterAll(() => app.close())
  return { ...world, app, routes, ask: askOf(app), signIn: (person) => openSession(world, person) }
}

export const aHealthyOne: Health = {
  version: '0.0.0-test',
  startedAt: new Date(),
  draining: () => false,
  check: async () => ({
    ready: true,
    database: { reachable: true, ms: 1 },
    migrations: { pending: 0 },
  }),
}

function askOf(app: App): Ask {
  return async <Body>(method: string, url: string, { token, body, headers }: Request = {}) => {
    const asIs = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const payload = asIs ? body : JSON.stringify(body)
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: payload as string }),
    })
    const json = answer.payload !== '' && /json/.test(String(answer.headers['content-type']))
    const read = json ? answer.json<Body>() : (answer.payload as Body)
    const told = { status: answer.statusCode, body: read, headers: answer.headers }
    contractOf(app).hold(method, url, told)
    return told
  }
}

let contract: Contract | undefined

/** Every test proves the document: an answer that it does not describe fails the test, whatever that is about. */
function contractOf(app: App): Contract {
  // all apps have the same routes, and so the same document
  return (contract ??= new Contract(app.swagger() as unknown as OpenApi))
}

export async function openSession(
  { admin }: TestDatabase,
  { accountId }: { accountId: string },
): Promise<string> {
  const token = makeToken('rv_s')
  const values = [uuidV7(), accountId, hashToken(token)]
  await admin.query('select reeve.session_open($1, $2, $3, null, null, 3600, 3600)', values)
  return token
}
