import { z } from 'zod'
import { inTenant, outsideTenants, readInTenant } from '../database/database.ts'
import { foundOwnTenant, listOwnTenants } from '../domains/accounts/tenants.ts'
import { deleteTenant } from '../domains/tenants/delete.ts'
import { readTenant } from '../domains/tenants/read.ts'
import { updateTenant } from '../domains/tenants/update.ts'
import { accountContext, tenantContext } from './authenticate.ts'
import { created } from './created.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { allOf, done, id, line, slug } from './schemas.ts'

const tenant = z
  .object({
    id,
    slug: z.string(),
    name: z.string(),
    isOperator: z.boolean(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Tenant', description: 'Whose data it is.' })
const ownTenant = z.object({ id, slug: z.string(), name: z.string(), userId: id, roles: z.array(z.string()) })
const newTenant = z.strictObject({ name: line(120), slug: slug.optional() })
const changes = newTenant.partial()

/** The tenants of the one who asks. */
export function tenantsRoutes(app: App, { database }: House): void {
  const list = { ...about('tenants', 'listTenants', 'Your tenants'), response: { 200: allOf(ownTenant) } }
  app.get('/v1/tenants', { schema: list }, async (request) => {
    const items = await outsideTenants(database, accountContext(request), listOwnTenants)
    return { items, nextCursor: null }
  })

  const create = {
    ...about('tenants', 'createTenant', 'Found a tenant, as its owner'),
    body: newTenant,
    response: { 201: tenant },
  }
  app.post('/v1/tenants', { schema: create }, async (request, reply) => {
    const made = await foundOwnTenant(database, accountContext(request), request.body)
    return created(request, reply, made).send(made)
  })
}

/** The tenant in the path. */
export function tenantRoutes(app: App, { database }: House): void {
  const read = { ...about('tenants', 'readTenant', 'The tenant', 'tenant:read'), response: { 200: tenant } }
  app.get('', { schema: read }, (request) => readInTenant(database, tenantContext(request), readTenant))

  const update = {
    ...about('tenants', 'updateTenant', 'Rename the tenant', 'tenant:update'),
    body: changes,
    response: { 200: tenant },
  }
  app.patch('', { schema: update }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateTenant(tx, request.body)),
  )

  const remove = {
    ...about('tenants', 'deleteTenant', 'Close the tenant to everybody', 'tenant:delete'),
    response: { 204: done },
  }
  app.delete('', { schema: remove }, async (request, reply) => {
    await inTenant(database, tenantContext(request), deleteTenant)
    return reply.code(204).send(null)
  })
}
