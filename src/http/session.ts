import { z } from 'zod'
import { outsideTenants } from '../database/database.ts'
import { signOut } from '../domains/sessions/sessions.ts'
import { whoAmI } from '../domains/sessions/who-am-i.ts'
import { accountContext, whoever } from './authenticate.ts'
import { takeCookie } from './cookie.ts'
import type { App, House } from './house.ts'
import { about, signedIn } from './openapi.ts'
import { done, id } from './schemas.ts'

/** Shared by all who have the same roles. */
const texts: z.ZodType<readonly string[]> = z.array(z.string())

const whoami = z
  .object({
    account: z.object({ id, email: z.string(), name: z.string() }),
    expiresAt: z.date(),
    tenants: z.array(
      z.object({
        tenantId: id,
        slug: z.string(),
        name: z.string(),
        userId: id,
        roles: texts,
        permissions: texts,
      }),
    ),
  })
  .describe('The account, and who it is in each tenant.')

/** Who am I: the one look-up that a product asks for on every page, so nothing is looked up before it. */
export function whoAmIRoute(app: App, { database }: House): void {
  const schema = {
    ...about('sign-in', 'whoAmI', 'Who am I, and what may I do', {
      more: 'A permission over one’s own things alone ends in `:own`.',
    }),
    security: signedIn,
    response: { 200: whoami },
  }
  app.get('/v1/session', { schema }, (request) => whoever(request, (token) => whoAmI(database, token)))
}

/** Signing out. */
export function sessionRoutes(app: App, { database }: House): void {
  const signOutSchema = {
    ...about('sign-in', 'signOut', 'End this session', {
      cookie: true,
      more: 'At once, and for good. Sessions elsewhere stay.',
    }),
    response: { 204: done },
  }
  app.delete('/v1/session', { schema: signOutSchema }, async (request, reply) => {
    const { sessionId } = request.session!
    await outsideTenants(database, accountContext(request), (tx) => signOut(tx, { sessionId }))
    takeCookie(reply)
    return reply.code(204).send(null)
  })
}
