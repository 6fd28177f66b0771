import { z } from 'zod'
import { readInTenant } from '../database/database.ts'
import { listPermissions } from '../domains/permissions/list.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'

const permission = z.object({ name: z.string(), resource: z.string(), action: z.string(), description: z.string() })

/** The catalogue of what there is to be allowed. */
export function permissionRoutes(app: App, { database }: House): void {
  const catalogue = z.object({ items: z.array(permission), nextCursor: z.null() })
  app.get('/permissions', { schema: { tags: ['roles'], response: { 200: catalogue } } }, async (request) => {
    const items = await readInTenant(database, tenantContext(request), listPermissions)
    return { items, nextCursor: null }
  })
}
