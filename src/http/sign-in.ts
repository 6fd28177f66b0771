import { z } from 'zod'
import { signIn } from '../domains/accounts/sign-in.ts'
import { signUp } from '../domains/accounts/sign-up.ts'
import { visitorOf } from './authenticate.ts'
import { giveCookie, toldSession, wantsCookie } from './cookie.ts'
import type { App, House } from './house.ts'
import { costly } from './limits.ts'
import { about } from './openapi.ts'
import { address, id, line, secret, slug } from './schemas.ts'

const account = z.object({ id, email: z.string(), name: z.string() })
export const newAccount = z.strictObject({
  email: address,
  password: secret(256).describe('Kept exactly as it is given, as a hash.'),
  name: line(120).describe('What you are called.'),
  tenantName: line(120).optional().describe('What your tenant is called.'),
  slug: slug.optional(),
  cookie: wantsCookie,
})
const signedUp = z
  .object({
    account,
    tenant: z.object({ id, slug: z.string(), name: z.string() }),
    user: account,
    session: toldSession,
  })
  .describe('The account, its tenant, and who it is there.')

export const credentials = z.strictObject({ email: address, password: secret(256), cookie: wantsCookie })
const signedIn = toldSession
  .extend({
    account,
    tenants: z.array(z.object({ tenantId: id, userId: id, name: z.string(), slug: z.string() })),
  })
  .describe('The session, and where the account is an active user.')

/** Signing up and in: for strangers, and therefore rarely. */
export function signInRoutes(app: App, { database }: House): void {
  const signUpSchema = {
    ...about('sign-in', 'signUp', 'Make an account, a tenant with it as the owner, and a session', {
      cookie: true,
      refuses: ['email_taken', 'name_taken'],
      more: 'All of it or nothing. Without `tenantName` the tenant is called after you, and without `slug` the short name is made from its name. A password has at least 8 characters, and is none that is easy to guess.',
      example: {
        email: 'ada@example.net',
        password: 'correct horse battery',
        name: 'Ada',
        tenantName: 'Analytical Engines',
      },
    }),
    body: newAccount,
    response: { 201: signedUp },
  }
  app.post('/v1/sign-up', { ...costly, schema: signUpSchema }, async (request, reply) => {
    const { cookie, ...wanted } = request.body
    const { session, ...made } = await signUp(database, wanted, visitorOf(request))
    return reply.code(201).send({ ...made, session: cookie ? giveCookie(reply, session) : session })
  })

  const signInSchema = {
    ...about('sign-in', 'signIn', 'Open a session', {
      cookie: true,
      refuses: ['sign_in_failed'],
      more: 'An address that nobody has and a wrong password are refused alike.',
      example: { email: 'ada@example.net', password: 'correct horse battery' },
    }),
    body: credentials,
    response: { 201: signedIn },
  }
  app.post('/v1/sessions', { ...costly, schema: signInSchema }, async (request, reply) => {
    const { cookie, ...presented } = request.body
    const opened = await signIn(database, presented, visitorOf(request))
    return reply
      .code(201)
      .send(cookie ? { ...opened, ...giveCookie(reply, opened), token: undefined } : opened)
  })
}
