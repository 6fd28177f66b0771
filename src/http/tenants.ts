import { z } from 'zod'
import { inTenant, outsideTenants, readInTenant } from '../database/database.ts'
import { foundOwnTenant, listOwnTenants } from '../domains/accounts/tenants.ts'
import { deleteTenant } from '../domains/tenants/delete.ts'
import { readTenant } from '../domains/tenants/read.ts'
import { updateTenant } from '../domains/tenants/update.ts'
import { accountContext, tenantContext } from './authenticate.ts'
import { ifMatch, tagged } from './conditional.ts'
import { created } from './created.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { allOf, done, id, line, slug } from './schemas.ts'

const tenant = z
  .object({
    id,
    slug: z.string().describe('Its short name, for addresses: unique.'),
    name: z.string(),
    isOperator: z.boolean().describe('It runs the installation.'),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Tenant', description: 'Whose data it is.' })
const ownTenant = z.object({ id, slug: z.string(), name: z.string(), userId: id, roles: z.array(z.string()) })
export const newTenant = z.strictObject({ name: line(120), slug: slug.optional() })
export const changes = newTenant.partial()

/** The tenants of the one who asks. */
export function tenantsRoutes(app: App, { database }: House): void {
  const list = {
    ...about('tenants', 'listTenants', 'Your tenants', {
      more: 'Where your account is an active user; a hundred at most.',
    }),
    querystring: z.strictObject({ fields: fieldsOf(ownTenant) }),
    response: { 200: allOf(ownTenant) },
  }
  app.get('/v1/tenants', { schema: list }, async (request) => {
    const items = await outsideTenants(database, accountContext(request), listOwnTenants)
    return { items, nextCursor: null }
  })

  const create = {
    ...about('tenants', 'createTenant', 'Found a tenant, as its owner', {
      refuses: ['name_taken', 'too_many_tenants'],
      more: 'Without `slug` the short name is made from the name.',
      example: { name: 'Difference Engines', slug: 'difference-engines' },
    }),
    body: newTenant,
    response: { 201: tenant },
  }
  app.post('/v1/tenants', { schema: create, ...tagged }, async (request, reply) => {
    const made = await foundOwnTenant(database, accountContext(request), request.body)
    return created(request, reply, made).send(made)
  })
}

/** The tenant in the path. */
export function tenantRoutes(app: App, { database }: House): void {
  const read = {
    ...about('tenants', 'readTenant', 'The tenant', { needs: ['tenant:read'] }),
    querystring: z.strictObject({ fields: fieldsOf(tenant) }),
    response: { 200: tenant },
  }
  app.get('', { schema: read, ...tagged }, (request) =>
    readInTenant(database, tenantContext(request), readTenant),
  )

  const update = {
    ...about('tenants', 'updateTenant', 'Rename the tenant', {
      needs: ['tenant:update'],
      refuses: ['name_taken'],
      more: 'What is left out stays.',
      example: { name: 'Analytical Engines & Co' },
    }),
    body: changes,
    response: { 200: tenant },
  }
  app.patch('', { schema: update, ...tagged }, (request) => {
    const changed = ifMatch(request, readTenant, (tx) => updateTenant(tx, request.body))
    return inTenant(database, tenantContext(request), changed)
  })

  const remove = {
    ...about('tenants', 'deleteTenant', 'Close the tenant to everybody', {
      needs: ['tenant:delete'],
      more: 'At once, for its owner too. Its rows and its short name remain until it is purged. The operator tenant stays.',
    }),
    response: { 204: done },
  }
  app.delete('', { schema: remove, ...tagged }, async (request, reply) => {
    await inTenant(database, tenantContext(request), ifMatch(request, readTenant, deleteTenant))
    return reply.code(204).send(null)
  })
}
