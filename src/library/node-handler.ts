import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyLimit } from '../http/body.ts'
import { gathered, isOurs, nothingHere, plainUrl, tooLarge, type Mount } from './mount.ts'
import { tellAny } from './tell.ts'

/** For Express, for `http.createServer()`, and for whatever else speaks of requests as Node does. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => Promise<void>

/** Serves what is ours, and leaves the rest to `next`; without a next there is nothing else. */
export function nodeHandler(mount: Mount): NodeHandler {
  return async (request, response, next) => {
    const { method = 'GET', socket } = request
    const url = plainUrl(request.url ?? '/')
    const ours = url !== undefined && isOurs(url)
    if (!ours && next) return next()
    try {
      if (!ours) throw nothingHere()
      const { headers, body } = await contentOf(request)
      const answer = await mount.ask({ method, url, headers, body, address: socket.remoteAddress })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    } catch (error) {
      if (response.headersSent || response.destroyed) return // whoever hung up wants no answer
      const told = tellAny(mount.log, error)
      response.writeHead(told.status, { ...told.headers, connection: 'close' }).end(told.body)
    }
  }
}

/** A body as it came. Where somebody has read it before us, as body parsers do, what they made of it is written again. */
async function contentOf(request: IncomingMessage & { body?: unknown }) {
  const { 'content-length': length, 'transfer-encoding': _, ...headers } = request.headers
  if (request.method === 'GET' || request.method === 'HEAD') return { headers, body: undefined }
  if (!request.readableEnded) {
    if (Number(length) > bodyLimit) throw tooLarge()
    // whoever sends too much is told so; a stream that is destroyed takes its connection with it
    return { headers, body: await gathered(request.iterator({ destroyOnReturn: false })) }
  }
  const { 'content-encoding': __, ...decoded } = headers
  return { headers: decoded, body: writtenAgain(request.body) }
}

function writtenAgain(parsed: unknown): Buffer | undefined {
  if (parsed === undefined || Buffer.isBuffer(parsed)) return parsed
  return Buffer.from(typeof parsed === 'string' ? parsed : JSON.stringify(parsed))
}
