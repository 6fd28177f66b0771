import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { createRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { listRoles } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
import { readRole } from '../domains/roles/read.ts'
import { updateRole } from '../domains/roles/update.ts'
import { tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, line, pageOf, pageQuery, permissionGrant, prose } from './schemas.ts'

const role = z
  .object({
    id,
    name: z.string(),
    description: z.string().nullable(),
    isSystem: z.boolean(),
    permissions: z.array(z.string()),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Role', description: 'A named set of permissions.' })
const grants = z.array(permissionGrant).max(500)
const newRole = z.strictObject({
  name: line(50),
  description: prose(500).nullable().optional(),
  permissions: grants.optional().describe('No more than one has oneself.'),
})
const changes = newRole.omit({ permissions: true }).partial()
const whole = z.strictObject({ permissions: grants })
const page = z.strictObject(pageQuery)
const one = ids.pick({ tenantId: true, roleId: true })

/** The roles of a tenant and what they permit. */
export function roleRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('roles', 'listRoles', 'The roles, the oldest first', 'roles:read'),
    querystring: page,
    response: { 200: pageOf(role) },
  }
  app.get('/roles', { schema: list }, async (request) => {
    const { limit, cursor } = request.query
    const after = pages.after('roles', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) =>
      listRoles(tx, { limit, after }),
    )
    return pages.page('roles', found)
  })

  const create = {
    ...about('roles', 'createRole', 'Make a role', 'roles:create'),
    body: newRole,
    response: { 201: role },
  }
  app.post('/roles', { schema: create }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createRole(tx, request.body))
    return created(request, reply, made).send(made)
  })

  const read = {
    ...about('roles', 'readRole', 'One role', 'roles:read'),
    params: one,
    response: { 200: role },
  }
  app.get('/roles/:roleId', { schema: read }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readRole(tx, request.params.roleId)),
  )

  const update = {
    ...about('roles', 'updateRole', 'Rename or describe a role', 'roles:update'),
    params: one,
    body: changes,
    response: { 200: role },
  }
  app.patch('/roles/:roleId', { schema: update }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateRole(tx, request.params.roleId, request.body)),
  )

  const remove = {
    ...about('roles', 'deleteRole', 'Delete a role that nobody has', 'roles:delete'),
    params: one,
    response: { 204: done },
  }
  app.delete('/roles/:roleId', { schema: remove }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteRole(tx, request.params.roleId))
    return reply.code(204).send(null)
  })

  const replace = {
    ...about('roles', 'setRolePermissions', 'Say all that a role permits', 'roles:update'),
    params: one,
    body: whole,
    response: { 200: role },
  }
  app.put('/roles/:roleId/permissions', { schema: replace }, (request) => {
    const { roleId } = request.params
    const { permissions } = request.body
    return inTenant(database, tenantContext(request), (tx) => setRolePermissions(tx, roleId, permissions))
  })
}
