import { z } from 'zod'
import { inTenant, outsideTenants, readInTenant } from '../database/database.ts'
import { foundOwnTenant, listOwnTenants } from '../domains/accounts/tenants.ts'
import { deleteTenant } from '../domains/tenants/delete.ts'
import { readTenant } from '../domains/tenants/read.ts'
import { updateTenant } from '../domains/tenants/update.ts'
import type { App, House } from './app.ts'
import { accountContext, tenantContext } from './authenticate.ts'
import { done, line, slug } from './schemas.ts'

const tenant = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  isOperator: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
const ownTenant = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  userId: z.uuid(),
  roles: z.array(z.string()),
})

/** The tenants of the one who asks. */
export function tenantsRoutes(app: App, { database }: House): void {
  app.get(
    '/v1/tenants',
    { schema: { tags: ['tenants'], response: { 200: z.object({ items: z.array(ownTenant), nextCursor: z.null() }) } } },
    async (request) => {
      const items = await outsideTenants(database, accountContext(request), listOwnTenants)
      return { items, nextCursor: null }
    },
  )

  const wanted = z.strictObject({ name: line(120), slug: slug.optional() })
  app.post(
    '/v1/tenants',
    { schema: { tags: ['tenants'], body: wanted, response: { 201: tenant } } },
    async (request, reply) => {
      const { accountId } = request.session!
      const made = await foundOwnTenant(database, { ...accountContext(request), accountId }, request.body)
      return reply.code(201).send(made)
    },
  )
}

/** The tenant in the path. */
export function tenantRoutes(app: App, { database }: House): void {
  app.get('/', { schema: { tags: ['tenants'], response: { 200: tenant } } }, (request) =>
    readInTenant(database, tenantContext(request), readTenant),
  )

  const changes = z.strictObject({ name: line(120).optional(), slug: slug.optional() })
  app.patch('/', { schema: { tags: ['tenants'], body: changes, response: { 200: tenant } } }, (request) =>
    inTenant(database, tenantContext(request), (tx) => updateTenant(tx, request.body)),
  )

  app.delete('/', { schema: { tags: ['tenants'], response: { 204: done } } }, async (request, reply) => {
    await inTenant(database, tenantContext(request), deleteTenant)
    return reply.code(204).send(null)
  })
}
