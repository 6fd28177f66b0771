import { z } from 'zod'
import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'
import { countRequests } from './limits.ts'

/**
 * What holds for every request to /v1, before anybody looks at who is asking: none while the server stops, not too
 * many from one address, and nothing is kept on the way.
 */
export function guardDoor(
  app: App,
  { draining, limits }: { draining: () => boolean; limits: { all: number; costly: number } },
): void {
  // A question that nobody understands is refused rather than answered as if it had not been asked.
  app.addHook('onRoute', (route) => {
    route.schema = { querystring: noQuestions, ...route.schema }
  })
  app.addHook('onRequest', ({ ip }, reply, done) => {
    void reply.header('cache-control', 'no-store')
    if (draining()) return done(stopping())
    // Whoever left before their turn has no address any more to be counted by, and will hear no answer.
    done(ip === undefined ? hasLeft() : undefined)
  })
  countRequests(app, limits)
}

const noQuestions = z.strictObject({})

function hasLeft(): Refusal {
  return new Refusal('invalid_request', 'whoever asked has left', 'ask again, and wait for the answer')
}

function stopping(): Refusal {
  return new Refusal(
    'shutting_down',
    'this server is stopping',
    'try again: another one answers, or this one soon',
  )
}
