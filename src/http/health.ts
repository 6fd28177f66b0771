import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { App } from './house.ts'
import { about } from './openapi.ts'

/** One look at whether requests can be served. */
export type Checkup = {
  ready: boolean
  database: { reachable: boolean; ms: number | null }
  migrations: { pending: number } | null
}

export type Health = {
  version: string
  startedAt: Date
  /** Whether the process has been told to stop. */
  draining: () => boolean
  /** Asks the database. */
  check: () => Promise<Checkup>
}

const report = z
  .object({
    status: z.enum(['ok', 'unavailable', 'draining']),
    version: z.string(),
    uptimeSeconds: z.number().int(),
    database: z.object({ reachable: z.boolean(), ms: z.number().nullable() }),
    migrations: z.object({ pending: z.number().int() }).nullable(),
  })
  .describe('What was found.')
const alive = z.object({ status: z.literal('ok') }).describe('It answers.')

/** Whoever watches asks every few seconds, and the log has better things to tell. */
const logLevel = 'warn'
/** Whoever watches waits no longer than this. */
const patienceMs = 2_000
const unreachable: Checkup = { ready: false, database: { reachable: false, ms: null }, migrations: null }

/**
 * `live`: the process answers. `ready`: requests can be served; a load balancer should send them elsewhere otherwise.
 * `health`: the same, for people.
 */
export function healthRoutes(app: App, health: Health): void {
  const look = looker(health.check)
  const reports = [
    ['/health', 'readHealth', 'What was found, for people and for whoever watches.'],
    ['/api/health', 'readHealthAlias', 'The same, where some programs look for it.'],
    ['/health/ready', 'readReadiness', 'For load balancers: where it is not 200, requests belong elsewhere.'],
  ] as const
  for (const [path, name, more] of reports) {
    const schema = {
      ...about('health', name, 'Whether requests can be served', { more }),
      security: [],
      response: { 200: report, 503: report },
    }
    app.get(path, { schema, logLevel }, async (_request, reply) => {
      const { ready, ...found } = await look()
      const status = health.draining() ? 'draining' : ready ? 'ok' : 'unavailable'
      const uptimeSeconds = Math.round((Date.now() - health.startedAt.getTime()) / 1000)
      void reply.header('cache-control', 'no-store')
      return reply
        .code(status === 'ok' ? 200 : 503)
        .send({ status, version: health.version, uptimeSeconds, ...found } as const)
    })
  }

  const schema = {
    ...about('health', 'readLiveness', 'Whether the process answers', {
      more: 'It asks nobody else, so that a process is not ended because its database is.',
    }),
    security: [],
    response: { 200: alive },
  }
  app.get('/health/live', { schema, logLevel }, async (_request, reply) => {
    void reply.header('cache-control', 'no-store')
    return { status: 'ok' } as const
  })
}

/** Looks once for all who ask meanwhile, so that asking often costs nothing; and answers in time whatever happens. */
function looker(check: Health['check']): () => Promise<Checkup> {
  let underWay: Promise<Checkup> | undefined
  return () => {
    underWay ??= check()
      .catch(() => unreachable)
      .finally(() => (underWay = undefined))
    return Promise.race([underWay, pause(patienceMs, unreachable, { ref: false })])
  }
}
