import { isUtf8 } from 'node:buffer'
import { Refusal } from '../foundation/refusal.ts'
import type { App } from './house.ts'

/**
 * Room for the longest post in any script, 100,000 characters of four bytes, and for what stands around it.
 */
export const bodyLimit = 512 * 1024

/**
 * Bodies are JSON in UTF-8 and nothing else; what a form of another site can send is therefore refused. An empty body
 * is none: many programs announce JSON whatever they send.
 */
export function readJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined)
    if (!isUtf8(body)) return done(notUtf8())
    void parse(request, body.toString(), done)
  })
}

// Decoding it anyway would put a � where a letter was, and keep it.
function notUtf8(): Refusal {
  return new Refusal('invalid_request', 'the body is not in UTF-8', 'send JSON encoded in UTF-8')
}
