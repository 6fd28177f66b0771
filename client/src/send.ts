import { ask, type ClientOptions, type Question } from './ask.ts'
import type { Options } from './method.ts'
import { Problem } from './problem.ts'

/** Whoever would have to wait longer than this is told so, rather than left waiting. In milliseconds. */
const longestWait = 30_000
const mostAttempts = 10

/**
 * Asks, and asks again where doing it twice cannot do it twice: reading, and what the server does once for each
 * Idempotency-Key. Only a lost answer and a server that wants to be asked later are worth it.
 */
export async function send(client: ClientOptions, question: Question, options: Options): Promise<unknown> {
  const mayRepeat = question.method === 'GET' || 'idempotency-key' in question.headers
  const attempts = mayRepeat ? Math.min(options.attempts ?? client.attempts ?? 3, mostAttempts) : 1

  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(client, question, options)
    } catch (error) {
      const wait = attempt < attempts ? waitAfter(error, attempt) : undefined
      if (wait === undefined) throw error
      await pause(wait, options.signal)
    }
  }
}

/** How long to wait until it makes sense to ask again, in milliseconds; undefined if it makes none. */
function waitAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof Problem)) return undefined
  const { code, status, retryAfter } = error
  const backoff = Math.min(200 * 2 ** attempt, 5_000) * (0.5 + Math.random() / 2) // so that not all come at once
  if (code === 'unreachable' || code === 'outcome_unknown') return backoff

  const wantsLater = status === 429 || (status === 503 && retryAfter !== undefined)
  const wait = (retryAfter ?? 0) * 1000
  return wantsLater && wait <= longestWait ? wait + backoff : undefined
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
