import { z } from 'zod'
import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'

/**
 * What holds for every request to /v1, before anybody looks at who is asking: none while the server stops, not too
 * many from one address, and nothing is kept on the way.
 */
export function guardDoor(
  app: App,
  { draining, ...bounds }: { draining: () => boolean; max: number; timeWindow: number },
): void {
  // A question that nobody understands is refused rather than answered as if it had not been asked.
  app.addHook('onRoute', (route) => {
    route.schema = { querystring: noQuestions, ...route.schema }
  })
  const count = app.createRateLimit(bounds)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store')
    if (draining()) throw stopping()

    const counted = await count(request)
    if (counted.isAllowed || !counted.isExceeded) return
    void reply.header('retry-after', counted.ttlInSeconds)
    throw tooManyRequests()
  })
}

const noQuestions = z.strictObject({})

/** What whoever asks too often is told; Retry-After says for how long. */
export function tooManyRequests(): Refusal {
  return new Refusal(
    'too_many_requests',
    'too many requests in a short time',
    'wait as long as Retry-After says',
  )
}

function stopping(): Refusal {
  return new Refusal(
    'shutting_down',
    'this server is stopping',
    'try again: another one answers, or this one soon',
  )
}
