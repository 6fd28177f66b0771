import { z } from 'zod'
import { outsideTenants, type Transaction } from '../database/database.ts'
import { readAccount, renameAccount } from '../domains/accounts/accounts.ts'
import { changePassword } from '../domains/accounts/change-password.ts'
import { listSessions, revokeOtherSessions, revokeSession } from '../domains/sessions/sessions.ts'
import { accountContext, visitorOf } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { costly } from './limits.ts'
import { about } from './openapi.ts'
import { allOf, done, id, ids, line, secret } from './schemas.ts'

const account = z
  .object({
    id,
    email: z.string(),
    name: z.string(),
    isVerified: z.boolean().describe('Somebody proved that the address is theirs.'),
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
    lastSeenAt: z.date().describe('To within a minute.'),
    expiresAt: z.date().describe('Its end, if it is not used before.'),
    isCurrent: z.boolean().describe('It is the one that asks.'),
  })
  .meta({ id: 'Session', description: 'Being signed in somewhere.' })
export const changes = z.strictObject({ name: line(120) })
export const passwords = z.strictObject({
  current: secret(256).describe('The one that you sign in with now.'),
  next: secret(256).describe('At least 8 characters, and not easy to guess.'),
})
const ended = z.object({ endedSessions: z.number().int() }).describe('How many sessions that ended.')
const one = ids.pick({ sessionId: true })

/** The account of the one who asks: its name, its password, and where it is signed in. */
export function accountRoutes(app: App, { database }: House): void {
  const read = {
    ...about('account', 'readAccount', 'Your account', {
      more: 'How you sign in. Who you are in a tenant is a user there.',
    }),
    querystring: z.strictObject({ fields: fieldsOf(account) }),
    response: { 200: account },
  }
  app.get('/v1/account', { schema: read, ...tagged }, (request) =>
    outsideTenants(database, accountContext(request), (tx) => readAccount(tx)),
  )

  const rename = {
    ...about('account', 'renameAccount', 'Rename yourself', {
      more: 'Your name in a tenant is that tenant’s affair, and stays.',
      example: { name: 'Ada King' },
    }),
    body: changes,
    response: { 200: account },
  }
  app.patch('/v1/account', { schema: rename, ...tagged }, (request) => {
    const changed = ifMatch(
      request,
      (tx: Transaction) => readAccount(tx),
      (tx) => renameAccount(tx, request.body),
    )
    return outsideTenants(database, accountContext(request), changed)
  })

  const password = {
    ...about('account', 'changePassword', 'Change your password, and end your other sessions', {
      refuses: ['wrong_password'],
      more: 'Of two changes from the same password one wins.',
      example: { current: 'correct horse battery', next: 'battery staple horse' },
    }),
    body: passwords,
    response: { 200: ended },
  }
  app.put('/v1/account/password', { ...costly, schema: password }, async (request) => {
    const { accountId, sessionId } = request.session!
    const change = { accountId, sessionId, ...request.body }
    return { endedSessions: await changePassword(database, change, visitorOf(request, accountId)) }
  })

  const list = {
    ...about('account', 'listSessions', 'Where you are signed in', {
      more: 'A hundred at most, the newest first.',
    }),
    querystring: z.strictObject({ fields: fieldsOf(openSession) }),
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
    ...about('account', 'revokeOtherSessions', 'Sign out everywhere else', {
      more: 'All sessions but this one end at once.',
    }),
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
    ...about('account', 'revokeSession', 'Sign out in one place', {
      refuses: ['not_found'],
      more: 'A session of somebody else is not there.',
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/v1/account/sessions/:sessionId', { schema: revoke }, async (request, reply) => {
    await outsideTenants(database, accountContext(request), (tx) => revokeSession(tx, request.params))
    return reply.code(204).send(null)
  })
}
