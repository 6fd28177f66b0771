import { z } from 'zod'
import { readInTenant } from '../database/database.ts'
import { listAudit } from '../domains/audit/list.ts'
import type { App, House } from './app.ts'
import { tenantContext } from './authenticate.ts'
import { id, line, pageOf, pageQuery } from './schemas.ts'

const values = z.record(z.string(), z.unknown()).nullable()
const entry = z.object({
  id: z.number().int(),
  createdAt: z.date(),
  action: z.string(),
  entityType: z.string(),
  entityId: z.uuid().nullable(),
  userId: z.uuid().nullable(),
  userName: z.string().nullable(),
  accountId: z.uuid().nullable(),
  operator: z.string().nullable(),
  dbRole: z.string(),
  requestId: z.string().nullable(),
  ipAddress: z.string().nullable(),
  oldValues: values,
  newValues: values,
})
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const filters = z.strictObject({
  ...pageQuery,
  userId: id.optional(),
  entityType: line(50).optional(),
  entityId: id.optional(),
  action: line(50).optional(),
  from: moment.optional(),
  to: moment.optional(),
})

/** Who did what. */
export function auditRoutes(app: App, { database, pages }: House): void {
  app.get(
    '/audit-logs',
    { schema: { tags: ['audit'], querystring: filters, response: { 200: pageOf(entry) } } },
    async (request) => {
      const { cursor, ...wanted } = request.query
      const after = pages.after('audit', cursor)
      const found = await readInTenant(database, tenantContext(request), (tx) => listAudit(tx, { ...wanted, after }))
      return pages.page('audit', found)
    },
  )
}
