import { z } from 'zod'
import { outsideTenants } from '../database/database.ts'
import { readAccount, renameAccount } from '../domains/accounts/accounts.ts'
import { changePassword } from '../domains/accounts/change-password.ts'
import { listSessions, revokeOtherSessions, revokeSession } from '../domains/sessions/sessions.ts'
import { accountContext, strangerOf } from './authenticate.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { allOf, done, id, ids, line, secret } from './schemas.ts'

const account = z
  .object({
    id,
    email: z.string(),
    name: z.string(),
    isVerified: z.boolean(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Account', description: 'How a human signs in.' })
const openSession = z
  .object({
    id,
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: z.date(),
    lastSeenAt: z.date(),
    expiresAt: z.date(),
    isCurrent: z.boolean(),
  })
  .meta({ id: 'Session', description: 'Being signed in somewhere.' })
const changes = z.strictObject({ name: line(120) })
const passwords = z.strictObject({ current: secret(256), next: secret(256) })
const ended = z.object({ endedSessions: z.number().int() }).describe('How many sessions that ended.')
const one = ids.pick({ sessionId: true })

/** The account of the one who asks: its name, its password, and where it is signed in. */
export function accountRoutes(app: App, { database, costly }: House): void {
  const read = { ...about('account', 'readAccount', 'Your account'), response: { 200: account } }
  app.get('/v1/account', { schema: read }, (request) =>
    outsideTenants(database, accountContext(request), (tx) => readAccount(tx)),
  )

  const rename = {
    ...about('account', 'renameAccount', 'Rename yourself'),
    body: changes,
    response: { 200: account },
  }
  app.patch('/v1/account', { schema: rename }, (request) =>
    outsideTenants(database, accountContext(request), (tx) => renameAccount(tx, request.body)),
  )

  const password = {
    ...about('account', 'changePassword', 'Change your password, and end your other sessions'),
    body: passwords,
    response: { 200: ended },
  }
  app.put('/v1/account/password', { ...costly, schema: password }, async (request) => {
    const { accountId, sessionId } = request.session!
    const change = { accountId, sessionId, ...request.body }
    return { endedSessions: await changePassword(database, change, strangerOf(request)) }
  })

  const list = {
    ...about('account', 'listSessions', 'Where you are signed in'),
    response: { 200: allOf(openSession) },
  }
  app.get('/v1/account/sessions', { schema: list }, async (request) => {
    const current = request.session!.sessionId
    const sessions = await outsideTenants(database, accountContext(request), (tx) => listSessions(tx))
    return {
      items: sessions.map((session) => ({ ...session, isCurrent: session.id === current })),
      nextCursor: null,
    }
  })

  const others = {
    ...about('account', 'revokeOtherSessions', 'Sign out everywhere else'),
    response: { 200: ended },
  }
  app.delete('/v1/account/sessions', { schema: others }, async (request) => {
    const { sessionId } = request.session!
    const context = accountContext(request)
    return {
      endedSessions: await outsideTenants(database, context, (tx) => revokeOtherSessions(tx, { sessionId })),
    }
  })

  const revoke = {
    ...about('account', 'revokeSession', 'Sign out in one place'),
    params: one,
    response: { 204: done },
  }
  app.delete('/v1/account/sessions/:sessionId', { schema: revoke }, async (request, reply) => {
    await outsideTenants(database, accountContext(request), (tx) => revokeSession(tx, request.params))
    return reply.code(204).send(null)
  })
}
