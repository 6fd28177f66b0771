import { z } from 'zod'
import { readInTenant } from '../database/database.ts'
import { listAudit } from '../domains/audit/list.ts'
import { tenantContext } from './authenticate.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { id, line, moment, pageOf, pageQuery } from './schemas.ts'

const values = z.record(z.string(), z.unknown()).nullable()
const entry = z
  .object({
    id: z.number().int(),
    createdAt: z.date(),
    action: z.string(),
    entityType: z.string(),
    entityId: id.nullable(),
    userId: id.nullable(),
    userName: z.string().nullable(),
    accountId: id.nullable(),
    operator: z.string().nullable(),
    dbRole: z.string(),
    requestId: z.string().nullable(),
    ipAddress: z.string().nullable(),
    oldValues: values,
    newValues: values,
  })
  .meta({ id: 'AuditEntry', description: 'One line of the log.' })
const filters = z.strictObject({
  ...pageQuery,
  userId: id.optional().describe('Who did it.'),
  entityType: line(50).optional().describe('The sort of thing it was done to: user, role, post…'),
  entityId: id.optional().describe('The very thing; together with its type.'),
  action: line(50).optional().describe('What was done: user.created…'),
  from: moment.optional().describe('From then on.'),
  to: moment.optional().describe('Before then.'),
})

/** Who did what. */
export function auditRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('audit', 'listAudit', 'Who did what, the latest first', 'audit:read'),
    querystring: filters,
    response: { 200: pageOf(entry) },
  }
  app.get('/audit-logs', { schema: list }, async (request) => {
    const { cursor, ...wanted } = request.query
    const after = pages.after('audit', cursor)
    const found = await readInTenant(database, tenantContext(request), (tx) =>
      listAudit(tx, { ...wanted, after }),
    )
    return pages.page('audit', found)
  })
}
