import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { acceptInvitation } from '../domains/invitations/accept.ts'
import { invite } from '../domains/invitations/invite.ts'
import { listInvitations } from '../domains/invitations/list.ts'
import { revokeInvitation } from '../domains/invitations/revoke.ts'
import type { App, House } from './app.ts'
import { sessionIfAny, strangerOf, tenantContext } from './authenticate.ts'
import { address, id, line, pageOf, pageQuery, secret } from './schemas.ts'

const invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  state: z.enum(['pending', 'accepted', 'revoked', 'expired']),
  invitedBy: z.uuid().nullable(),
  expiresAt: z.date(),
  createdAt: z.date(),
})
const tags = ['invitations']

/** Asking people into a tenant. */
export function invitationRoutes(app: App, { database, pages }: House): void {
  const query = z.strictObject(pageQuery)
  app.get('/invitations', { schema: { tags, querystring: query, response: { 200: pageOf(invitation) } } }, async (request) => {
    const { limit, cursor } = request.query
    const after = pages.after('invitations', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) => listInvitations(tx, { limit, after }))
    return pages.page('invitations', found)
  })

  const wanted = z.strictObject({ email: address, roleId: id.optional() })
  const invited = invitation.extend({ token: z.string().describe('Shown this once. Whoever has it may come in.') })
  app.post('/invitations', { schema: { tags, body: wanted, response: { 201: invited } } }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => invite(tx, request.body))
    return reply.code(201).send(made)
  })

  const one = z.strictObject({ tenantId: id, invitationId: id })
  app.delete('/invitations/:invitationId', { schema: { tags, params: one, response: { 200: invitation } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => revokeInvitation(tx, request.params)),
  )
}

/** Coming in: with the token, and either a session or the name and password of a new account. */
export function acceptInvitationRoute(app: App, { database }: House, limited: { config: object }): void {
  const given = z.strictObject({ token: secret(200), name: line(120).optional(), password: secret(256).optional() })
  const accepted = z.object({
    tenantId: z.uuid(),
    userId: z.uuid(),
    account: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
    session: z.object({ token: z.string(), expiresAt: z.date() }).optional(),
  })
  app.post(
    '/v1/invitations/accept',
    { ...limited, schema: { tags, body: given, response: { 201: accepted } } },
    async (request, reply) => {
      const session = await sessionIfAny(request, database)
      const made = await acceptInvitation(database, { ...request.body, accountId: session?.accountId }, strangerOf(request))
      return reply.code(201).send(made)
    },
  )
}
