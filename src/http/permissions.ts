import { z } from 'zod'
import { readInTenant } from '../database/database.ts'
import { listPermissions } from '../domains/permissions/list.ts'
import { tenantContext } from './authenticate.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { allOf } from './schemas.ts'

const permission = z
  .object({
    name: z.string(),
    resource: z.string(),
    action: z.string(),
    description: z.string(),
  })
  .meta({ id: 'Permission', description: 'Something there is to be allowed.' })

/** The catalogue of what there is to be allowed. */
export function permissionRoutes(app: App, { database }: House): void {
  const list = {
    ...about('roles', 'listPermissions', 'The catalogue of permissions', {
      needs: ['roles:read'],
      more: 'These are what roles are made of; `posts:*` and `*:read` permit all that match.',
    }),
    querystring: z.strictObject({ fields: fieldsOf(permission) }),
    response: { 200: allOf(permission) },
  }
  app.get('/permissions', { schema: list }, async (request) => {
    const items = await readInTenant(database, tenantContext(request), listPermissions)
    return { items, nextCursor: null }
  })
}
