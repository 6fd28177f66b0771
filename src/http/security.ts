import type { FastifyHelmetOptions } from '@fastify/helmet'

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

export const securityHeaders: FastifyHelmetOptions = {
  contentSecurityPolicy,
  frameguard: { action: 'deny' },
  // Who came by TLS once comes so for a year. What else there is under the domain is not ours to promise.
  hsts: { maxAge: 31_536_000, includeSubDomains: false },
}
