import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { acceptInvitation } from '../domains/invitations/accept.ts'
import { invite } from '../domains/invitations/invite.ts'
import { listInvitations } from '../domains/invitations/list.ts'
import { revokeInvitation } from '../domains/invitations/revoke.ts'
import { sessionIfAny, tenantContext, visitorOf } from './authenticate.ts'
import { giveCookie, toldSession, wantsCookie } from './cookie.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { costly } from './limits.ts'
import { about, signedIn } from './openapi.ts'
import { address, id, ids, line, pageOf, pageQuery, secret } from './schemas.ts'

const invitation = z
  .object({
    id,
    email: z.string(),
    role: z.object({ id, name: z.string() }).nullable(),
    state: z.enum(['pending', 'accepted', 'revoked', 'expired']),
    invitedBy: id.nullable().describe('null where the operator did, or somebody who was deleted since.'),
    expiresAt: z.date(),
    createdAt: z.date(),
  })
  .meta({ id: 'Invitation', description: 'Somebody was asked in, and what became of it.' })
export const wanted = z.strictObject({
  email: address,
  roleId: id.optional().describe('The role they will have: no more than one has oneself.'),
})
const invited = invitation
  .extend({
    token: z.string().describe('Shown this once. Whoever has it may come in.'),
  })
  .meta({ id: 'InvitationWithToken', description: 'The invitation, and the token to hand over.' })
export const page = z.strictObject({ ...pageQuery, fields: fieldsOf(invitation) })
const one = ids.pick({ tenantId: true, invitationId: true })

/** Asking people into a tenant. */
export function invitationRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('invitations', 'listInvitations', 'The invitations, the newest first', {
      needs: ['invitations:read'],
    }),
    querystring: page,
    response: { 200: pageOf(invitation) },
  }
  app.get('/invitations', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('invitations', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listInvitations(tx, wanted)))
  })

  const create = {
    ...about('invitations', 'invite', 'Ask somebody in', {
      needs: ['invitations:create'],
      refuses: ['already_exists'],
      more: 'The token is shown this once: hand it over. An earlier invitation of the same address that is still pending is revoked.',
      example: { email: 'lee@example.net' },
    }),
    body: wanted,
    response: { 201: invited },
  }
  app.post('/invitations', { schema: create }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => invite(tx, request.body))
    return reply.code(201).send(made)
  })

  const revoke = {
    ...about('invitations', 'revokeInvitation', 'Take an invitation back', {
      needs: ['invitations:revoke'],
      more: 'One that was accepted or revoked before stays as it is.',
    }),
    params: one,
    response: { 200: invitation },
  }
  app.delete('/invitations/:invitationId', { schema: revoke }, (request) =>
    inTenant(database, tenantContext(request), (tx) => revokeInvitation(tx, request.params)),
  )
}

export const acceptance = z.strictObject({
  token: secret(200).describe('What `invite` answered with.'),
  name: line(120).optional().describe('For whoever has no account yet.'),
  password: secret(256).optional().describe('For whoever has no account yet.'),
  cookie: wantsCookie,
})
const accepted = z
  .object({
    tenantId: id,
    userId: id,
    account: z.object({ id, email: z.string(), name: z.string() }),
    session: toldSession.optional().describe('For whoever got their account just now.'),
  })
  .describe('Who came in, and where.')

/** Coming in: with the token, and either a session or the name and password of a new account. */
export function acceptInvitationRoute(app: App, { database }: House): void {
  const accept = {
    ...about('invitations', 'acceptInvitation', 'Accept an invitation', {
      cookie: true,
      refuses: [
        'invitation_unusable',
        'not_signed_in',
        'not_allowed',
        'email_taken',
        'already_exists',
        'duties_separated',
      ],
      more: 'Whoever has an account under the invited address is signed in with it; whoever has none sends a name and a password, and gets an account and a session.',
      example: { token: 'rv_i_…', name: 'Lee', password: 'battery staple horse' },
    }),
    security: [{}, ...signedIn],
    body: acceptance,
    response: { 201: accepted },
  }
  app.post('/v1/invitations/accept', { ...costly, schema: accept }, async (request, reply) => {
    const { cookie, ...given } = request.body
    const accountId = (await sessionIfAny(request, database))?.accountId
    const { session, ...made } = await acceptInvitation(
      database,
      { ...given, accountId },
      visitorOf(request, accountId),
    )
    if (!session) return reply.code(201).send(made)
    return reply.code(201).send({ ...made, session: cookie ? giveCookie(reply, session) : session })
  })
}
