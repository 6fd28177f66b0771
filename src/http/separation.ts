import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { addToSet, takeFromSet } from '../domains/separation/members.ts'
import { createSet, deleteSet, listSets, readSet, updateSet } from '../domains/separation/sets.ts'
import { tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, line, pageOf, pageQuery } from './schemas.ts'

const separationSet = z
  .object({
    id,
    name: z.string(),
    cardinality: z.number().int().describe('So many of the roles are too many for one person.'),
    roleIds: z.array(id),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'SeparationSet', description: 'Roles that nobody may have together.' })
const cardinality = z.number().int().min(2).max(100)
export const newSet = z
  .strictObject({
    name: line(50).describe('Unique in the tenant.'),
    cardinality: cardinality.optional().describe('Two, if left out: no two of the roles go together.'),
    roleIds: z.array(id).min(2).max(500),
  })
  .refine(
    ({ cardinality = 2, roleIds }) => new Set(roleIds).size >= cardinality,
    'must have at least as many roles as would be too many',
  )
export const setChanges = z.strictObject({ name: line(50).optional(), cardinality: cardinality.optional() })
export const setPage = z.strictObject({ ...pageQuery, fields: fieldsOf(separationSet) })
const one = ids.pick({ tenantId: true, setId: true })
const part = z.strictObject({ fields: fieldsOf(separationSet) })
const member = ids.pick({ tenantId: true, setId: true, roleId: true })

/** Of a tenant of one's own: in examples that run, variables stand in their place. */
export const exampleRoles = [
  '0199d5c8-1f6a-7c31-9c3b-6d1a2f0e4b7c',
  '0199d5c8-1f6b-7a02-8e55-3b9c7d2e1f60',
] as const

/** Static separation of duty: which roles nobody may have together. */
export function separationRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('roles', 'listSeparationSets', 'The sets of roles that nobody may have together', {
      needs: ['roles:read'],
      more: 'The oldest first.',
    }),
    querystring: setPage,
    response: { 200: pageOf(separationSet) },
  }
  app.get('/separation-sets', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('separation-sets', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listSets(tx, wanted)))
  })

  const create = {
    ...about('roles', 'createSeparationSet', 'Say which roles nobody may have together', {
      needs: ['roles:separate'],
      refuses: ['name_taken', 'duties_separated'],
      more: 'Whoever inherits from a role has it, too. What somebody had once does not count, what they are to have does.',
      example: {
        name: 'payments',
        roleIds: [...exampleRoles],
      },
    }),
    body: newSet,
    response: { 201: separationSet },
  }
  app.post('/separation-sets', { schema: create }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createSet(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('roles', 'readSeparationSet', 'One of these sets', { needs: ['roles:read'] }),
    params: one,
    querystring: part,
    response: { 200: separationSet },
  }
  app.get('/separation-sets/:setId', { schema: read }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readSet(tx, request.params.setId)),
  )

  const update = {
    ...about('roles', 'updateSeparationSet', 'Rename a set, or say how many of its roles are too many', {
      needs: ['roles:separate'],
      refuses: ['name_taken', 'duties_separated'],
      example: { name: 'refunds', cardinality: 2 },
    }),
    params: one,
    body: setChanges,
    response: { 200: separationSet },
  }
  app.patch('/separation-sets/:setId', { schema: update }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateSet(tx, request.params.setId, request.body)),
  )

  const remove = {
    ...about('roles', 'deleteSeparationSet', 'Separate these roles no longer', { needs: ['roles:separate'] }),
    params: one,
    response: { 204: done },
  }
  app.delete('/separation-sets/:setId', { schema: remove }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteSet(tx, request.params.setId))
    return reply.code(204).send(null)
  })

  const add = {
    ...about('roles', 'addToSeparationSet', 'Put a role into a set', {
      needs: ['roles:separate'],
      refuses: ['duties_separated'],
    }),
    params: member,
    response: { 200: separationSet },
  }
  app.put('/separation-sets/:setId/roles/:roleId', { schema: add }, (request) =>
    inTenant(database, tenantContext(request), (tx) => addToSet(tx, request.params)),
  )

  const take = {
    ...about('roles', 'takeFromSeparationSet', 'Take a role out of a set', {
      needs: ['roles:separate'],
      more: 'A set keeps at least as many roles as would be too many.',
    }),
    params: member,
    response: { 200: separationSet },
  }
  app.delete('/separation-sets/:setId/roles/:roleId', { schema: take }, (request) =>
    inTenant(database, tenantContext(request), (tx) => takeFromSet(tx, request.params)),
  )
}
