import type { AddressInfo } from 'node:net'
import { Refusal } from '../foundation/refusal.ts'
import { buildApp, type AppOptions } from './app.ts'
import type { Health } from './health.ts'

export type Server = {
  /** Where it listens. */
  url: string
  /** Lets requests in flight end, takes no new ones, and resolves when the last is answered or its time is up. */
  drain: () => Promise<void>
}

export type ServerOptions = Omit<AppOptions, 'health'> & {
  host: string
  port: number
  check: Health['check']
  /** How long a request in flight may still take when the server is told to stop. */
  drainMs?: number
}

/** Builds the app and listens. A port or an address that cannot be had is refused. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { version, check, drainMs = 10_000 } = options
  let draining = false
  const health: Health = { version, check, startedAt: new Date(), draining: () => draining }
  const app = await buildApp({ ...options, health })
  const { host, port } = options
  await app.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await app.close()
    throw refusalFor(error, options)
  })
  const at = app.server.address() as AddressInfo

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at.port}`,
    drain: async () => {
      draining = true
      const stuck = setTimeout(() => app.server.closeAllConnections(), drainMs)
      // A client that keeps its connection after the last answer would hold us up until then.
      const idle = setInterval(() => app.server.closeIdleConnections(), 50)
      await app.close().finally(() => {
        clearTimeout(stuck)
        clearInterval(idle)
      })
    },
  }
}

function refusalFor(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const another = `choose another one: PORT=${port < 1024 ? 3000 : port + 1}`
  switch (error.code) {
    case 'EADDRINUSE':
      return new Refusal('port_taken', `port ${port} is in use by another program`, another, { cause: error })
    case 'EACCES':
      return new Refusal('port_taken', `port ${port} is not ours to open`, another, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Refusal(
        'invalid_configuration',
        `${host} is no address of this machine`,
        'set HOST to one of its own: 127.0.0.1 for this machine alone, 0.0.0.0 for all that reach it',
        { cause: error },
      )
    default:
      return error
  }
}
