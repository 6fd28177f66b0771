import { z } from 'zod'
import { inTenant, readInTenant } from '../database/database.ts'
import { createRole } from '../domains/roles/create.ts'
import { deleteRole } from '../domains/roles/delete.ts'
import { listRoles } from '../domains/roles/list.ts'
import { setRolePermissions } from '../domains/roles/permissions.ts'
import { readRole } from '../domains/roles/read.ts'
import { updateRole } from '../domains/roles/update.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'
import { done, id, line, pageOf, pageQuery, permissionGrant, prose } from './schemas.ts'

const role = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  isSystem: z.boolean(),
  permissions: z.array(z.string()),
  createdAt: z.date(),
  updatedAt: z.date(),
})
const grants = z.array(permissionGrant).max(500)
const newRole = z.strictObject({
  name: line(50),
  description: prose(500).nullable().optional(),
  permissions: grants.optional(),
})
const roleChanges = z.strictObject({ name: line(50).optional(), description: prose(500).nullable().optional() })
const one = z.strictObject({ tenantId: id, roleId: id })
const tags = ['roles']

/** The roles of a tenant and what they permit. */
export function roleRoutes(app: App, { database, pages }: House): void {
  const query = z.strictObject(pageQuery)
  app.get('/roles', { schema: { tags, querystring: query, response: { 200: pageOf(role) } } }, async (request) => {
    const { limit, cursor } = request.query
    const after = pages.after('roles', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) => listRoles(tx, { limit, after }))
    return pages.page('roles', found)
  })

  app.post('/roles', { schema: { tags, body: newRole, response: { 201: role } } }, async (request, reply) => {
    const made = await inTenant(database, tenantContext(request), (tx) => createRole(tx, request.body))
    return reply.code(201).send(made)
  })

  app.get('/roles/:roleId', { schema: { tags, params: one, response: { 200: role } } }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readRole(tx, request.params.roleId)),
  )

  app.patch('/roles/:roleId', { schema: { tags, params: one, body: roleChanges, response: { 200: role } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateRole(tx, request.params.roleId, request.body)),
  )

  app.delete('/roles/:roleId', { schema: { tags, params: one, response: { 204: done } } }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteRole(tx, request.params.roleId))
    return reply.code(204).send(null)
  })

  const whole = z.strictObject({ permissions: grants })
  app.put('/roles/:roleId/permissions', { schema: { tags, params: one, body: whole, response: { 200: role } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => setRolePermissions(tx, request.params.roleId, request.body.permissions)),
  )
}
