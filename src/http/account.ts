import { z } from 'zod'
import { outsideTenants } from '../database/database.ts'
import { readAccount, renameAccount } from '../domains/accounts/accounts.ts'
import { changePassword } from '../domains/accounts/change-password.ts'
import { listSessions, revokeOtherSessions, revokeSession } from '../domains/sessions/sessions.ts'
import type { App, House } from './app.ts'
import { accountContext, strangerOf } from './authenticate.ts'
import { done, id, line, secret } from './schemas.ts'

const account = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  isVerified: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
const openSession = z.object({
  id: z.uuid(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: z.date(),
  lastSeenAt: z.date(),
  expiresAt: z.date(),
  isCurrent: z.boolean(),
})
const tags = ['account']

/** The account of the one who asks: its name, its password, and where it is signed in. */
export function accountRoutes(app: App, { database }: House, limited: { config: object }): void {
  app.get('/v1/account', { schema: { tags, response: { 200: account } } }, (request) =>
    outsideTenants(database, accountContext(request), (tx) => readAccount(tx)),
  )

  const changes = z.strictObject({ name: line(120) })
  app.patch('/v1/account', { schema: { tags, body: changes, response: { 200: account } } }, (request) =>
    outsideTenants(database, accountContext(request), (tx) => renameAccount(tx, request.body)),
  )

  const passwords = z.strictObject({ current: secret(256), next: secret(256) })
  const ended = z.object({ endedSessions: z.number().int() })
  app.put(
    '/v1/account/password',
    { ...limited, schema: { tags, body: passwords, response: { 200: ended } } },
    async (request) => {
      const { accountId, sessionId } = request.session!
      const endedSessions = await changePassword(database, { accountId, sessionId, ...request.body }, strangerOf(request))
      return { endedSessions }
    },
  )

  const open = z.object({ items: z.array(openSession), nextCursor: z.null() })
  app.get('/v1/account/sessions', { schema: { tags, response: { 200: open } } }, async (request) => {
    const current = request.session!.sessionId
    const sessions = await outsideTenants(database, accountContext(request), (tx) => listSessions(tx))
    return { items: sessions.map((session) => ({ ...session, isCurrent: session.id === current })), nextCursor: null }
  })

  app.delete('/v1/account/sessions', { schema: { tags, response: { 200: ended } } }, async (request) => {
    const { sessionId } = request.session!
    const endedSessions = await outsideTenants(database, accountContext(request), (tx) => revokeOtherSessions(tx, { sessionId }))
    return { endedSessions }
  })

  const one = z.strictObject({ sessionId: id })
  app.delete('/v1/account/sessions/:sessionId', { schema: { tags, params: one, response: { 204: done } } }, async (request, reply) => {
    await outsideTenants(database, accountContext(request), (tx) => revokeSession(tx, request.params))
    return reply.code(204).send(null)
  })
}
