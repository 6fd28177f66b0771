import { rememberEtag } from './etag.ts'
import type { Options } from './method.ts'
import { problemOf, unreachable, unreadable } from './problem.ts'

export type ClientOptions = {
  /** Where the server is, such as `https://reeve.example.com`. Left out: where the page came from. */
  baseUrl?: string | undefined
  /** What to fetch with, for a test or a proxy. Left out: the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** A session's token, or what gives it at each request. Left out: the browser's session cookie, if there is one. */
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** How long one request may take, in milliseconds, before it counts as lost. Left out: 30 seconds. */
  timeoutMs?: number | undefined
  /** How often a request is sent at most. Left out: three times. */
  attempts?: number | undefined
}

export type Question = {
  method: string
  path: string
  headers: Record<string, string>
  /** In JSON, so that a repetition is the same to the letter. */
  body: string | undefined
  /** Whether a 503 is an answer like any other, as of a health check. */
  answers503: boolean
}

/** One request: answers what the server sent, or throws a `Problem`; what `signal` was aborted with goes on as it is. */
export async function ask(client: ClientOptions, question: Question, options: Options): Promise<unknown> {
  const { token } = client
  const bearer = typeof token === 'function' ? await token() : token
  const headers = {
    ...question.headers,
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  }

  const { answer, text } = await fetched(client, { ...question, headers }, options)
  const document = parsed(text)
  if (!answer.ok && !(answer.status === 503 && question.answers503 && document)) {
    throw problemOf(answer, document)
  }
  if (answer.status === 204) return undefined
  if (document === undefined) throw unreadable(answer)
  rememberEtag(document, answer)
  return document
}

/** The whole answer, or the reason why there is none: nobody waits for it any more, or nothing came. */
async function fetched(client: ClientOptions, { method, path, headers, body }: Question, options: Options) {
  const { fetch = globalThis.fetch } = client
  const { signal, timeoutMs = client.timeoutMs ?? 30_000 } = options
  const url = urlOf(client, path)

  signal?.throwIfAborted()
  const ended = new AbortController()
  const end = () => ended.abort(signal?.reason)
  const late = () => ended.abort(new Error(`no answer within ${timeoutMs} ms`))
  const timer = setTimeout(late, Math.min(timeoutMs, 2 ** 31 - 1))
  signal?.addEventListener('abort', end)
  try {
    const init = { method, headers, signal: ended.signal, ...(body === undefined ? {} : { body }) }
    const answer = await fetch(url, init)
    return { answer, text: await answer.text() }
  } catch (cause) {
    throw signal?.aborted ? signal.reason : unreachable(cause)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

function urlOf({ baseUrl = '', fetch }: ClientOptions, path: string): string {
  if (baseUrl === '' && fetch === undefined && !('location' in globalThis)) {
    throw new TypeError('outside of a browser a client needs a baseUrl, such as https://reeve.example.com')
  }
  return baseUrl.replace(/\/+$/, '') + path
}

function parsed(text: string): object | undefined {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null ? document : undefined
  } catch {
    return undefined
  }
}
