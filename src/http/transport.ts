import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'

/** For the HTTP server of Node, which would answer this by itself, with a status and nothing else. */
export const serverOptions = { requireHostHeader: false }

/** Answers what Node would answer with a bare status: a request for no host, and one that expects something of us. */
export function answerAll(app: App): void {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    done(headers.host === undefined && raw.httpVersion === '1.1' ? hostMissing() : undefined)
  })
  // what nobody here knows how to fulfil may be passed over
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
}

function hostMissing(): Refusal {
  return new Refusal(
    'invalid_request',
    'the request does not say for which host it is',
    'send the header Host',
  )
}
