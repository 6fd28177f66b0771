import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet, { type HelmetOptions } from 'helmet'
import type { App } from './house.ts'

/**
 * What a browser may do with our pages. The console loads its own scripts alone; Mantine writes styles into the page,
 * and people's pictures come from anywhere.
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'https:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
}

const options: HelmetOptions = {
  contentSecurityPolicy,
  frameguard: { action: 'deny' },
  // Who came by TLS once comes so for a year. What else there is under the domain is not ours to promise.
  hsts: { maxAge: 31_536_000, includeSubDomains: false },
  // For browsers and plugins that are no more.
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
}

/** Every answer says what a browser may do with it. Worked out once: helmet would build the same words for each. */
export function secureAnswers(app: App): void {
  const headers = headersOf(helmet(options))
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers)
    done()
  })
}

type Middleware = ReturnType<typeof helmet>

/** What a middleware would write, whoever asks. */
function headersOf(middleware: Middleware): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: unknown) => void (headers[name.toLowerCase()] = String(value)),
    removeHeader: () => {},
  }
  middleware({} as IncomingMessage, answer as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error
  })
  return headers
}
