import { z } from 'zod'
import type { App } from './app.ts'

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
  /** Asks the database; bounded, never throws. */
  check: () => Promise<Checkup>
}

const report = z.object({
  status: z.enum(['ok', 'unavailable', 'draining']),
  version: z.string(),
  uptimeSeconds: z.number(),
  database: z.object({ reachable: z.boolean(), ms: z.number().nullable() }),
  migrations: z.object({ pending: z.number().int() }).nullable(),
})

/**
 * `live`: the process answers. `ready`: requests can be served; a load balancer should send them elsewhere otherwise.
 * `health`: the same with what was found, for people.
 */
export function healthRoutes(app: App, health: Health): void {
  const look = async () => {
    const { ready, ...found } = await health.check()
    const status: 'ok' | 'unavailable' | 'draining' = health.draining() ? 'draining' : ready ? 'ok' : 'unavailable'
    const uptimeSeconds = Math.round((Date.now() - health.startedAt.getTime()) / 1000)
    return { status, version: health.version, uptimeSeconds, ...found }
  }
  for (const path of ['/health', '/api/health', '/health/ready']) {
    app.get(path, { schema: { tags: ['health'], response: { 200: report, 503: report } } }, async (_request, reply) => {
      const found = await look()
      return reply
        .code(found.status === 'ok' ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(found)
    })
  }
  app.get('/health/live', { schema: { tags: ['health'], response: { 200: z.object({ status: z.literal('ok') }) } } }, async () => ({
    status: 'ok' as const,
  }))
}
