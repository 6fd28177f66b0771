import { z } from 'zod'
import { outsideTenants } from '../database/database.ts'
import { signOut } from '../domains/sessions/sessions.ts'
import { whoAmI } from '../domains/sessions/who-am-i.ts'
import type { App, House } from './app.ts'
import { accountContext } from './authenticate.ts'
import { takeCookie } from './cookie.ts'
import { done } from './schemas.ts'

const whoami = z.object({
  account: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
  expiresAt: z.date(),
  tenants: z.array(
    z.object({
      tenantId: z.uuid(),
      slug: z.string(),
      name: z.string(),
      userId: z.uuid(),
      roles: z.array(z.string()),
      permissions: z.array(z.string()),
    }),
  ),
})

/** The session of the one who asks: who am I, and sign me out. */
export function sessionRoutes(app: App, { database }: House): void {
  app.get('/v1/session', { schema: { tags: ['sign-in'], response: { 200: whoami } } }, async (request) => {
    const found = await outsideTenants(database, accountContext(request), whoAmI)
    return { ...found, expiresAt: request.session!.expiresAt }
  })

  app.delete('/v1/session', { schema: { tags: ['sign-in'], response: { 204: done } } }, async (request, reply) => {
    const { sessionId } = request.session!
    await outsideTenants(database, accountContext(request), (tx) => signOut(tx, { sessionId }))
    takeCookie(reply)
    return reply.code(204).send(null)
  })
}
