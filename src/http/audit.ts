import { z } from 'zod'
import { readInTenant } from '../database/database.ts'
import { listAudit } from '../domains/audit/list.ts'
import { tenantContext } from './authenticate.ts'
import { fieldsOf } from './fields.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { id, line, moment, pageOf, pageQuery } from './schemas.ts'

const values = z.record(z.string(), z.unknown()).nullable()
const entry = z
  .object({
    id: z.number().int(),
    createdAt: z.date(),
    action: z.string().describe('Such as `user.updated`.'),
    entityType: z.string().describe('What it was done to: `user`, `role`, `post`…'),
    entityId: id.nullable(),
    userId: id.nullable(),
    userName: z.string().nullable().describe('What they are called now; null where they were deleted since.'),
    accountId: id.nullable(),
    operator: z.string().nullable().describe('Who did it on the command line.'),
    dbRole: z
      .string()
      .describe('Who was connected to PostgreSQL; all that there is to say where it was done in psql.'),
    requestId: z.string().nullable(),
    ipAddress: z.string().nullable(),
    oldValues: values.describe('What was there and changed; secrets are left out.'),
    newValues: values.describe('What is there since.'),
  })
  .meta({ id: 'AuditEntry', description: 'One line of the log.' })
export const filters = z.strictObject({
  ...pageQuery,
  userId: id.optional().describe('Who did it.'),
  entityType: line(50).optional().describe('The sort of thing it was done to: user, role, post…'),
  entityId: id.optional().describe('The very thing; together with its type.'),
  action: line(50).optional().describe('What was done: user.created…'),
  from: moment.optional().describe('From then on.'),
  to: moment.optional().describe('Before then.'),
  fields: fieldsOf(entry),
})

/** Who did what. */
export function auditRoutes(app: App, { database, pages }: House): void {
  const list = {
    ...about('audit', 'listAudit', 'Who did what, the latest first', {
      needs: ['audit:read'],
      more: 'Everything that was changed in the tenant, whoever did it and however: here, on the command line or in psql.',
    }),
    querystring: filters,
    response: { 200: pageOf(entry) },
  }
  app.get('/audit-logs', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('audit', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listAudit(tx, wanted)))
  })
}
