import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { createUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import { updateUser } from '../domains/users/update.ts'
import { verifyUser } from '../domains/users/verify.ts'
import { tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { address, done, id, ids, line, pageOf, pageQuery, prose, webAddress, yesOrNo } from './schemas.ts'

const userFields = z.object({
  id,
  accountId: id.nullable(),
  email: z.string(),
  username: z.string().nullable(),
  name: z.string(),
  phone: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  isActive: z.boolean(),
  isVerified: z.boolean(),
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
      inForce: z.boolean(),
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
  username: line(60).nullable().optional(),
  phone: line(20).nullable().optional(),
  avatarUrl: webAddress(500).nullable().optional(),
  profile: z
    .strictObject({
      bio: prose(2000).nullable().optional(),
      locale: line(35).nullable().optional(),
      timeZone: line(64).nullable().optional(),
    })
    .optional(),
}
const newUser = z.strictObject({
  email: address,
  name: line(120),
  ...details,
  roleIds: z.array(id).max(50).optional().describe('Needs `roles:assign`, and all that these roles permit.'),
})
const changes = z.strictObject({ email: address.optional(), name: line(120).optional(), ...details })
const filters = z.strictObject({
  ...pageQuery,
  q: line(255).optional().describe('Part of a name, user name or address.'),
  isActive: yesOrNo.optional().describe('false: only the suspended.'),
  roleId: id.optional().describe('Only those who have this role.'),
})
const why = z.strictObject({ reason: line(200).optional() }).nullish()
const one = ids.pick({ tenantId: true, userId: true })

/** The people of a tenant. */
export function userRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('users', 'listUsers', 'The people, the newest first', 'users:read'),
    querystring: filters,
    response: { 200: pageOf(user) },
  }
  app.get('/users', { schema: list }, async (request) => {
    const { cursor, ...wanted } = request.query
    const after = pages.after('users', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) =>
      listUsers(tx, { ...wanted, after }),
    )
    return pages.page('users', found)
  })

  const create = {
    ...about('users', 'createUser', 'Add somebody', 'users:create'),
    body: newUser,
    response: { 201: wholeUser },
  }
  app.post('/users', { schema: create }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createUser(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('users', 'readUser', 'One of the people', 'users:read'),
    params: one,
    response: { 200: wholeUser },
  }
  app.get('/users/:userId', { schema: read }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readUser(tx, request.params.userId)),
  )

  const update = {
    ...about('users', 'updateUser', 'Change somebody’s details', 'users:update'),
    params: one,
    body: changes,
    response: { 200: wholeUser },
  }
  app.patch('/users/:userId', { schema: update }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateUser(tx, request.params.userId, request.body)),
  )

  const remove = {
    ...about('users', 'deleteUser', 'Delete somebody for good', 'users:delete'),
    params: one,
    response: { 204: done },
  }
  app.delete('/users/:userId', { schema: remove }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteUser(tx, request.params.userId))
    return reply.code(204).send(null)
  })

  const suspend = {
    ...about('users', 'suspendUser', 'Shut somebody out', 'users:suspend'),
    params: one,
    body: why,
    response: { 200: wholeUser },
  }
  app.put('/users/:userId/suspension', { schema: suspend }, (request) =>
    inTenant(database, tenantContext(request), (tx) =>
      suspendUser(tx, request.params.userId, request.body?.reason),
    ),
  )

  const resume = {
    ...about('users', 'resumeUser', 'Let somebody back in', 'users:suspend'),
    params: one,
    response: { 200: wholeUser },
  }
  app.delete('/users/:userId/suspension', { schema: resume }, (request) =>
    inTenant(database, tenantContext(request), (tx) => resumeUser(tx, request.params.userId)),
  )

  const verify = {
    ...about('users', 'verifyUser', 'Vouch for somebody’s address', 'users:update'),
    params: one,
    response: { 200: wholeUser },
  }
  app.put('/users/:userId/verification', { schema: verify }, (request) =>
    inTenant(database, tenantContext(request), (tx) => verifyUser(tx, request.params.userId)),
  )
}
