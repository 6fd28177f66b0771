import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import statics from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './house.ts'

const built = fileURLToPath(new URL('../../console/dist', import.meta.url))

type Page = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined

/**
 * The console: its files, and its one page for every other address that a person opens in a browser. It has no
 * endpoint of its own.
 */
export async function consoleRoutes(app: App, root: string | false = built): Promise<Page> {
  if (root === false || !existsSync(join(root, 'index.html'))) return () => undefined
  await app.register(statics, {
    root,
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) =>
      void reply.headers({ 'cache-control': howLong(path), vary: 'accept-encoding' }),
  })
  return (request, reply) => (isOfAPerson(request) ? reply.code(200).sendFile('index.html') : undefined)
}

/** The names under assets/ change with what is in them; everything else is asked for again each time. */
function howLong(path: string): string {
  return /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

function isOfAPerson({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return headers.accept?.includes('text/html') === true && !url.startsWith('/v1/')
}
