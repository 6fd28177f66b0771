import { z } from 'zod'
import { signIn } from '../domains/accounts/sign-in.ts'
import { signUp } from '../domains/accounts/sign-up.ts'
import type { App, House } from './app.ts'
import { strangerOf } from './authenticate.ts'
import { giveCookie } from './cookie.ts'
import { address, line, secret, slug } from './schemas.ts'

const account = z.object({ id: z.uuid(), email: z.string(), name: z.string() })
/** The token, unless it was put into the cookie. */
const session = z.object({ token: z.string().optional(), expiresAt: z.date() })
const cookie = z
  .boolean()
  .default(false)
  .describe('Put the session into an HttpOnly cookie instead of the answer: for browsers.')

const newAccount = z.strictObject({
  email: address,
  password: secret(256),
  name: line(120),
  tenantName: line(120).optional(),
  slug: slug.optional(),
  cookie,
})
const signedUp = z.object({
  account,
  tenant: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }),
  user: account,
  session,
})

const credentials = z.strictObject({ email: address, password: secret(256), cookie })
const signedIn = session.extend({
  account,
  tenants: z.array(z.object({ tenantId: z.uuid(), userId: z.uuid(), name: z.string(), slug: z.string() })),
})

/** Signing up and in: for strangers, and therefore rarely. */
export function signInRoutes(app: App, { database }: House, limited: { config: object }): void {
  app.post(
    '/v1/sign-up',
    { ...limited, schema: { tags: ['sign-in'], body: newAccount, response: { 201: signedUp } } },
    async (request, reply) => {
      const { cookie, ...wanted } = request.body
      const { session, ...made } = await signUp(database, wanted, strangerOf(request))
      return reply.code(201).send({ ...made, session: cookie ? giveCookie(reply, session) : session })
    },
  )

  app.post(
    '/v1/sessions',
    { ...limited, schema: { tags: ['sign-in'], body: credentials, response: { 201: signedIn } } },
    async (request, reply) => {
      const { cookie, ...presented } = request.body
      const opened = await signIn(database, presented, strangerOf(request))
      return reply.code(201).send(cookie ? { ...opened, ...giveCookie(reply, opened), token: undefined } : opened)
    },
  )
}
