import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { assignRole, unassignRole } from '../domains/roles/assign.ts'
import { createUser } from '../domains/users/create.ts'
import { deleteUser } from '../domains/users/delete.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import { resumeUser, suspendUser } from '../domains/users/suspend.ts'
import { updateUser } from '../domains/users/update.ts'
import { verifyUser } from '../domains/users/verify.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'
import { address, done, id, line, pageOf, pageQuery, prose, yesOrNo } from './schemas.ts'

const user = z.object({
  id: z.uuid(),
  accountId: z.uuid().nullable(),
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
      id: z.uuid(),
      name: z.string(),
      validFrom: z.string(),
      validUntil: z.string().nullable(),
      inForce: z.boolean(),
    }),
  ),
})
const profile = z.object({ bio: z.string().nullable(), locale: z.string().nullable(), timeZone: z.string().nullable() })
const wholeUser = user.extend({ profile })

const details = {
  username: line(60).nullable().optional(),
  phone: line(20).nullable().optional(),
  avatarUrl: z.url({ protocol: /^https?$/ }).max(500).nullable().optional(),
  profile: z
    .strictObject({
      bio: prose(2000).nullable().optional(),
      locale: line(35).nullable().optional(),
      timeZone: line(64).nullable().optional(),
    })
    .optional(),
}
const newUser = z.strictObject({ email: address, name: line(120), ...details, roleIds: z.array(id).max(50).optional() })
const userChanges = z.strictObject({ email: address.optional(), name: line(120).optional(), ...details })
const filters = z.strictObject({
  ...pageQuery,
  q: line(255).optional(),
  isActive: yesOrNo.optional(),
  roleId: id.optional(),
})
const assignment = z.object({
  userId: z.uuid(),
  roleId: z.uuid(),
  assignedAt: z.date(),
  assignedBy: z.uuid().nullable(),
  validFrom: z.date(),
  validUntil: z.date().nullable(),
})
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const period = z
  .strictObject({ validFrom: moment.optional(), validUntil: moment.nullable().optional() })
  .refine(({ validFrom, validUntil }) => !validUntil || validUntil > (validFrom ?? new Date()), 'must end after it begins')
  .nullish()

const one = z.strictObject({ tenantId: id, userId: id })
const held = z.strictObject({ tenantId: id, userId: id, roleId: id })
const tags = ['users']

/** The people of a tenant. */
export function userRoutes(app: App, { database, pages }: House): void {
  app.get('/users', { schema: { tags, querystring: filters, response: { 200: pageOf(user) } } }, async (request) => {
    const { cursor, ...wanted } = request.query
    const after = pages.after('users', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) => listUsers(tx, { ...wanted, after }))
    return pages.page('users', found)
  })

  app.post('/users', { schema: { tags, body: newUser, response: { 201: wholeUser } } }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createUser(tx, request.body))
    return reply.code(201).send(made)
  })

  app.get('/users/:userId', { schema: { tags, params: one, response: { 200: wholeUser } } }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readUser(tx, request.params.userId)),
  )

  app.patch('/users/:userId', { schema: { tags, params: one, body: userChanges, response: { 200: wholeUser } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateUser(tx, request.params.userId, request.body)),
  )

  app.delete('/users/:userId', { schema: { tags, params: one, response: { 204: done } } }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteUser(tx, request.params.userId))
    return reply.code(204).send(null)
  })

  const why = z.strictObject({ reason: line(200).optional() }).nullish()
  app.put('/users/:userId/suspension', { schema: { tags, params: one, body: why, response: { 200: wholeUser } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => suspendUser(tx, request.params.userId, request.body?.reason)),
  )

  app.delete('/users/:userId/suspension', { schema: { tags, params: one, response: { 200: wholeUser } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => resumeUser(tx, request.params.userId)),
  )

  app.put('/users/:userId/verification', { schema: { tags, params: one, response: { 200: wholeUser } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => verifyUser(tx, request.params.userId)),
  )

  app.put(
    '/users/:userId/roles/:roleId',
    { schema: { tags, params: held, body: period, response: { 200: assignment } } },
    (request) => {
      const { userId, roleId } = request.params
      return inTenant(database, tenantContext(request), (tx) => assignRole(tx, { userId, roleId, ...request.body }))
    },
  )

  app.delete('/users/:userId/roles/:roleId', { schema: { tags, params: held, response: { 204: done } } }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => unassignRole(tx, request.params))
    return reply.code(204).send(null)
  })
}
