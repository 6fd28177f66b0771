import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { inTenant, readInTenant, type Transaction } from '../database/database.ts'
import { createUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser, readUserToChange } from '../domains/users/read.ts'
import { userSorts } from '../domains/users/sort.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import { updateUser } from '../domains/users/update.ts'
import { verifyUser } from '../domains/users/verify.ts'
import { tenantContext } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { address, done, id, ids, line, pageOf, pageQuery, prose, webAddress, yesOrNo } from './schemas.ts'

const userFields = z.object({
  id,
  accountId: id.nullable().describe('How they sign in; null until they accept an invitation.'),
  email: z.string().describe('How the tenant knows them; the address that they sign in with may be another.'),
  username: z.string().nullable(),
  name: z.string(),
  phone: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  isActive: z.boolean().describe('Not suspended.'),
  isVerified: z.boolean().describe('Somebody vouched for the address.'),
  suspendedAt: z.date().nullable(),
  suspensionReason: z.string().nullable(),
  lastLoginAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  roles: z.array(
    z.object({
      id,
      name: z.string(),
      validFrom: z.iso.datetime(),
      validUntil: z.iso.datetime().nullable(),
      inForce: z.boolean().describe('It counts at this moment.'),
    }),
  ),
})
const profile = z.object({
  bio: z.string().nullable(),
  locale: z.string().nullable(),
  timeZone: z.string().nullable(),
})
const user = userFields.meta({ id: 'User', description: 'A human in one tenant.' })
const wholeUser = userFields
  .extend({ profile })
  .meta({ id: 'UserWithProfile', description: 'A human in one tenant.' })

const details = {
  username: line(60).nullable().optional().describe('Unique in the tenant; without capitals, spaces and @.'),
  phone: line(20).nullable().optional().describe('Such as `+44 20 7946 0000`.'),
  avatarUrl: webAddress(500).nullable().optional().describe('A picture of them.'),
  profile: z
    .strictObject({
      bio: prose(2000).nullable().optional().describe('What they say of themselves.'),
      locale: line(35).nullable().optional().describe('Such as `de-CH`.'),
      timeZone: line(64).nullable().optional().describe('Such as `Europe/Berlin`.'),
    })
    .optional(),
}
export const newUser = z.strictObject({
  email: address,
  name: line(120),
  ...details,
  roleIds: z.array(id).max(50).optional().describe('Needs `roles:assign`, and all that these roles permit.'),
})
export const changes = z.strictObject({ email: address.optional(), name: line(120).optional(), ...details })
export const filters = z.strictObject({
  ...pageQuery,
  q: line(255).optional().describe('Part of a name, user name or address.'),
  isActive: yesOrNo.optional().describe('false: only the suspended.'),
  roleId: id.optional().describe('Only those who have this role.'),
  email: address.optional().describe('Only whoever has exactly this address.'),
  sort: z
    .enum(userSorts)
    .optional()
    .describe('What comes first; a minus turns it round. Not together with `q`, `email` or `roleId`.'),
  fields: fieldsOf(user),
})
export const why = z
  .strictObject({ reason: line(200).optional().describe('Told with the user, and kept in the audit log.') })
  .nullish()
const one = ids.pick({ tenantId: true, userId: true })
const part = z.strictObject({ fields: fieldsOf(wholeUser) })

/** The people of a tenant. */
export function userRoutes(app: App, { database, pages }: House): void {
  const change = <T>(
    request: FastifyRequest,
    work: (tx: Transaction, userId: string) => Promise<T>,
  ): Promise<T> => {
    const { userId } = request.params as z.infer<typeof one>
    const read = (tx: Transaction) => readUserToChange(tx, userId)
    return inTenant(
      database,
      tenantContext(request),
      ifMatch(request, read, (tx) => work(tx, userId)),
    )
  }

  const list = {
    ...about('users', 'listUsers', 'The people, the newest first', {
      needs: ['users:read'],
      more: 'Two letters of `q` are looked for at the beginning and end of words, three or more anywhere.',
    }),
    querystring: filters,
    response: { 200: pageOf(user) },
  }
  app.get('/users', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('users', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listUsers(tx, wanted)))
  })

  const create = {
    ...about('users', 'createUser', 'Add somebody', {
      needs: ['users:create'],
      refuses: ['email_taken', 'name_taken', 'duties_separated'],
      more: 'They are sent nothing and have no way in yet: for that, invite them.',
      example: {
        email: 'kim@example.net',
        name: 'Kim Ünal',
        profile: { locale: 'de', timeZone: 'Europe/Berlin' },
      },
    }),
    body: newUser,
    response: { 201: wholeUser },
  }
  app.post('/users', { schema: create, ...tagged }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createUser(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('users', 'readUser', 'One of the people', { needs: ['users:read'] }),
    params: one,
    querystring: part,
    response: { 200: wholeUser },
  }
  app.get('/users/:userId', { schema: read, ...tagged }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readUser(tx, request.params.userId)),
  )

  const update = {
    ...about('users', 'updateUser', 'Change somebody’s details', {
      needs: ['users:update'],
      refuses: ['email_taken', 'name_taken'],
      more: 'What is left out stays, and `null` clears. The address here is how the tenant knows them; the one that they sign in with belongs to their account.',
      example: { name: 'Kim Lee', phone: '+44 20 7946 0000' },
    }),
    params: one,
    body: changes,
    response: { 200: wholeUser },
  }
  app.patch('/users/:userId', { schema: update, ...tagged }, (request) =>
    change(request, (tx, userId) => updateUser(tx, userId, request.body)),
  )

  const remove = {
    ...about('users', 'deleteUser', 'Delete somebody for good', {
      needs: ['users:delete'],
      refuses: ['last_owner'],
      more: 'What they wrote stays, without their name on it; what they did stays in the audit log. To shut somebody out for a time, suspend them.',
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/users/:userId', { schema: remove, ...tagged }, async (request, reply) => {
    await change(request, deleteUser)
    return reply.code(204).send(null)
  })

  const suspend = {
    ...about('users', 'suspendUser', 'Shut somebody out', {
      needs: ['users:suspend'],
      refuses: ['last_owner'],
      more: 'Their next request finds no tenant. Who was suspended already stays so, for the first reason.',
      example: { reason: 'left the company' },
    }),
    params: one,
    body: why,
    response: { 200: wholeUser },
  }
  app.put('/users/:userId/suspension', { schema: suspend, ...tagged }, (request) =>
    change(request, (tx, userId) => suspendUser(tx, userId, request.body?.reason)),
  )

  const resume = {
    ...about('users', 'resumeUser', 'Let somebody back in', {
      needs: ['users:suspend'],
      more: 'With the roles that they had.',
    }),
    params: one,
    response: { 200: wholeUser },
  }
  app.delete('/users/:userId/suspension', { schema: resume, ...tagged }, (request) =>
    change(request, resumeUser),
  )

  const verify = {
    ...about('users', 'verifyUser', 'Vouch for somebody’s address', { needs: ['users:update'] }),
    params: one,
    response: { 200: wholeUser },
  }
  app.put('/users/:userId/verification', { schema: verify, ...tagged }, (request) =>
    change(request, verifyUser),
  )
}
