import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import statics from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const root = fileURLToPath(new URL('../../console/dist', import.meta.url))

/** The console: files, and its one page for every address that is no file. It has no endpoint of its own. */
export async function consoleRoutes(app: FastifyInstance): Promise<void> {
  if (!existsSync(root)) return
  await app.register(statics, { root, wildcard: false, maxAge: '1h' })
  for (const path of ['/sign-in', '/people', '/people/*', '/tenants/*']) {
    app.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html', { maxAge: 0 }))
  }
}
