import type { AddressInfo } from 'node:net'
import { Refusal } from '../foundation/refusal.ts'
import { buildApp, type AppOptions } from './app.ts'
import type { Health } from './health.ts'

export type Server = {
  /** Where it listens. */
  url: string
  /** Lets requests in flight end, takes no new ones, and resolves when the last is answered (or after ten seconds). */
  drain: () => Promise<void>
}

/** How long a request in flight may still take when the server is told to stop. */
const drainMs = 10_000

/** Builds the app and listens. A taken port is refused with `port_taken`. */
export async function startServer(
  options: Omit<AppOptions, 'health'> & { host: string; port: number; check: Health['check'] },
): Promise<Server> {
  let draining = false
  const health: Health = {
    version: options.version,
    startedAt: new Date(),
    draining: () => draining,
    check: options.check,
  }
  const app = await buildApp({ ...options, health })
  await app.listen({ host: options.host, port: options.port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    throw new Refusal(
      'port_taken',
      error.code === 'EACCES' ? `port ${options.port} is not ours to open` : `port ${options.port} is in use by another program`,
      `choose another one: PORT=${options.port < 1024 ? 3000 : options.port + 1}`,
    )
  })
  const { port } = app.server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host

  return {
    url: `http://${host}:${port}`,
    drain: async () => {
      draining = true
      const stuck = setTimeout(() => app.server.closeAllConnections(), drainMs)
      await app.close()
      clearTimeout(stuck)
    },
  }
}
