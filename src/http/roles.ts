import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { inTenant, readInTenant, type Transaction } from '../database/database.ts'
import { createRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { listRoles, roleSorts } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
import { readRole } from '../domains/roles/read.ts'
import { updateRole } from '../domains/roles/update.ts'
import { tenantContext } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, line, pageOf, pageQuery, permissionGrant, prose } from './schemas.ts'

export const role = z
  .object({
    id,
    name: z.string(),
    description: z.string().nullable(),
    isSystem: z.boolean().describe('Every tenant is born with it.'),
    permissions: z.array(z.string()),
    inherits: z.array(id).describe('The roles immediately below it.'),
    inheritedPermissions: z.array(z.string()).describe('What they permit, and all below them.'),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Role', description: 'A named set of permissions.' })
const grants = z.array(permissionGrant).max(500)
export const newRole = z.strictObject({
  name: line(50).describe('Unique in the tenant.'),
  description: prose(500).nullable().optional(),
  permissions: grants.optional().describe('No more than one has oneself.'),
})
export const changes = newRole.omit({ permissions: true }).partial()
export const whole = z.strictObject({ permissions: grants.describe('All that it permits from now on.') })
export const page = z.strictObject({
  ...pageQuery,
  sort: z.enum(roleSorts).optional().describe('What comes first.'),
  fields: fieldsOf(role),
})
const one = ids.pick({ tenantId: true, roleId: true })
const part = z.strictObject({ fields: fieldsOf(role) })

/** The roles of a tenant and what they permit. */
export function roleRoutes(app: App, { database, pages }: House): void {
  const change = <T>(
    request: FastifyRequest,
    work: (tx: Transaction, roleId: string) => Promise<T>,
  ): Promise<T> => {
    const { roleId } = request.params as z.infer<typeof one>
    const read = (tx: Transaction) => readRole(tx, roleId)
    return inTenant(
      database,
      tenantContext(request),
      ifMatch(request, read, (tx) => work(tx, roleId)),
    )
  }

  const list = {
    ...about('roles', 'listRoles', 'The roles, the oldest first', {
      needs: ['roles:read'],
      more: 'Those that every tenant is born with lead.',
    }),
    querystring: page,
    response: { 200: pageOf(role) },
  }
  app.get('/roles', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('roles', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listRoles(tx, wanted)))
  })

  const create = {
    ...about('roles', 'createRole', 'Make a role', {
      needs: ['roles:create'],
      refuses: ['name_taken'],
      more: 'Nobody puts more into a role than they have themselves. `:own` behind a permission limits it to what one made.',
      example: {
        name: 'editor',
        description: 'Writes and publishes.',
        permissions: ['posts:*', 'comments:read', 'users:update:own'],
      },
    }),
    body: newRole,
    response: { 201: role },
  }
  app.post('/roles', { schema: create, ...tagged }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createRole(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('roles', 'readRole', 'One role', { needs: ['roles:read'] }),
    params: one,
    querystring: part,
    response: { 200: role },
  }
  app.get('/roles/:roleId', { schema: read, ...tagged }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readRole(tx, request.params.roleId)),
  )

  const update = {
    ...about('roles', 'updateRole', 'Rename or describe a role', {
      needs: ['roles:update'],
      refuses: ['name_taken', 'system_role'],
      more: 'What is left out stays, and `null` clears.',
      example: { name: 'author', description: null },
    }),
    params: one,
    body: changes,
    response: { 200: role },
  }
  app.patch('/roles/:roleId', { schema: update, ...tagged }, (request) =>
    change(request, (tx, roleId) => updateRole(tx, roleId, request.body)),
  )

  const remove = {
    ...about('roles', 'deleteRole', 'Delete a role that nobody has and no other inherits from', {
      needs: ['roles:delete'],
      refuses: ['still_in_use', 'system_role'],
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/roles/:roleId', { schema: remove, ...tagged }, async (request, reply) => {
    await change(request, deleteRole)
    return reply.code(204).send(null)
  })

  const replace = {
    ...about('roles', 'setRolePermissions', 'Say all that a role permits', {
      needs: ['roles:update'],
      refuses: ['system_role'],
      more: 'What is not named is taken away. Nobody adds more than they have themselves.',
      example: { permissions: ['posts:read', 'posts:create', 'posts:update:own'] },
    }),
    params: one,
    body: whole,
    response: { 200: role },
  }
  app.put('/roles/:roleId/permissions', { schema: replace, ...tagged }, (request) =>
    change(request, (tx, roleId) => setRolePermissions(tx, roleId, request.body.permissions)),
  )
}
