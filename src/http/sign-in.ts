import { z } from 'zod'
import { signIn } from '../domains/accounts/sign-in.ts'
import { signUp } from '../domains/accounts/sign-up.ts'
import { strangerOf } from './authenticate.ts'
import { giveCookie, toldSession, wantsCookie } from './cookie.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { address, id, line, secret, slug } from './schemas.ts'

const account = z.object({ id, email: z.string(), name: z.string() })
const newAccount = z.strictObject({
  email: address,
  password: secret(256),
  name: line(120),
  tenantName: line(120).optional(),
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

const credentials = z.strictObject({ email: address, password: secret(256), cookie: wantsCookie })
const signedIn = toldSession
  .extend({
    account,
    tenants: z.array(z.object({ tenantId: id, userId: id, name: z.string(), slug: z.string() })),
  })
  .describe('The session, and where the account is an active user.')

/** Signing up and in: for strangers, and therefore rarely. */
export function signInRoutes(app: App, { database, costly }: House): void {
  const signUpSchema = {
    ...about('sign-in', 'signUp', 'Make an account, a tenant with it as the owner, and a session'),
    body: newAccount,
    response: { 201: signedUp },
  }
  app.post('/v1/sign-up', { ...costly, schema: signUpSchema }, async (request, reply) => {
    const { cookie, ...wanted } = request.body
    const { session, ...made } = await signUp(database, wanted, strangerOf(request))
    return reply.code(201).send({ ...made, session: cookie ? giveCookie(reply, session) : session })
  })

  const signInSchema = {
    ...about('sign-in', 'signIn', 'Open a session'),
    body: credentials,
    response: { 201: signedIn },
  }
  app.post('/v1/sessions', { ...costly, schema: signInSchema }, async (request, reply) => {
    const { cookie, ...presented } = request.body
    const opened = await signIn(database, presented, strangerOf(request))
    return reply
      .code(201)
      .send(cookie ? { ...opened, ...giveCookie(reply, opened), token: undefined } : opened)
  })
}
