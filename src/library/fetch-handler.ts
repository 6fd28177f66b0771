import { gathered, isOurs, nothingHere, plainUrl, type Mount } from './mount.ts'
import { tellAny } from './tell.ts'

/** For frameworks that speak of requests as browsers do. `address` is where the request came from, where that is known. */
export type FetchHandler = (request: Request, from?: { address?: string | undefined }) => Promise<Response>

/** Serves what is ours. */
export function fetchHandler(mount: Mount): FetchHandler {
  return async (request, { address } = {}) => {
    try {
      const { pathname, search, host } = new URL(request.url)
      const url = plainUrl(pathname + search)
      if (url === undefined || !isOurs(url)) throw nothingHere()
      const { 'content-length': _, ...headers } = Object.fromEntries(request.headers)
      const body = request.body === null ? undefined : await gathered(request.body)
      const { method } = request
      const answer = await mount.ask({ method, url, headers: { host, ...headers }, body, address })
      return responseOf(answer.status, answer.headers, answer.body)
    } catch (error) {
      const { status, headers, body } = tellAny(mount.log, error)
      return responseOf(status, headers, body)
    }
  }
}

/** An answer with nothing in it where nothing may be. */
export function responseOf(
  status: number,
  headers: Record<string, string | string[]>,
  body: Uint8Array | string,
): Response {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  const empty = body.length === 0 || status === 204 || status === 304
  return new Response(empty ? null : body, { status, headers: pairs })
}
