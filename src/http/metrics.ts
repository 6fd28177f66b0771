import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../database/database.ts'
import type { App } from './house.ts'

/** What a Prometheus reads at /metrics: how requests go, how the pool fares, how the process does. */
export function metricRoutes(app: App, { pool }: Database): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'reeve_' })

  const duration = new Histogram({
    name: 'reeve_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [registry],
  })
  const connections = {
    total: () => pool.totalCount,
    idle: () => pool.idleCount,
    waiting: () => pool.waitingCount,
  }
  new Gauge({
    name: 'reeve_pool_connections',
    help: 'Database connections open and idle, and requests waiting for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(connections)) this.set({ state }, count())
    },
  })

  app.addHook('onResponse', (request, reply, done) => {
    // The pattern of the route, never the address itself: that would be one series for each id.
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none')
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
  app.get('/metrics', { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
