import { z } from 'zod'
import { outsideTenants } from '../database/database.ts'
import { signOut } from '../domains/sessions/sessions.ts'
import { whoAmI } from '../domains/sessions/who-am-i.ts'
import { accountContext } from './authenticate.ts'
import { takeCookie } from './cookie.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id } from './schemas.ts'

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
        roles: z.array(z.string()),
        permissions: z.array(z.string()),
      }),
    ),
  })
  .describe('The account, and who it is in each tenant.')

/** The session of the one who asks: who am I, and sign me out. */
export function sessionRoutes(app: App, { database }: House): void {
  const whoAmISchema = {
    ...about('sign-in', 'whoAmI', 'Who am I, and what may I do'),
    response: { 200: whoami },
  }
  app.get('/v1/session', { schema: whoAmISchema }, async (request) => {
    const found = await outsideTenants(database, accountContext(request), whoAmI)
    return { ...found, expiresAt: request.session!.expiresAt }
  })

  const signOutSchema = { ...about('sign-in', 'signOut', 'End this session'), response: { 204: done } }
  app.delete('/v1/session', { schema: signOutSchema }, async (request, reply) => {
    const { sessionId } = request.session!
    await outsideTenants(database, accountContext(request), (tx) => signOut(tx, { sessionId }))
    takeCookie(reply)
    return reply.code(204).send(null)
  })
}
