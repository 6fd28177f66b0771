import { z } from 'zod'
import { inTenant } from '../database/database.ts'
import { assignRole, unassignRole } from '../domains/roles/assign.ts'
import { tenantContext } from './authenticate.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, moment } from './schemas.ts'

const assignment = z
  .object({
    userId: id,
    roleId: id,
    assignedAt: z.date(),
    assignedBy: id.nullable(),
    validFrom: z.date(),
    validUntil: z.date().nullable(),
  })
  .meta({ id: 'Assignment', description: 'Somebody has a role, from when until when.' })
const period = z
  .strictObject({ validFrom: moment.optional(), validUntil: moment.nullable().optional() })
  .refine(
    ({ validFrom, validUntil }) => !validUntil || validUntil > (validFrom ?? new Date()),
    'must end after it begins',
  )
  .nullish()
const held = ids.pick({ tenantId: true, userId: true, roleId: true })

/** Who has which role. */
export function assignmentRoutes(app: App, { database }: House): void {
  const assign = {
    ...about('roles', 'assignRole', 'Give somebody a role, for good or for a time', 'roles:assign'),
    params: held,
    body: period,
    response: { 200: assignment },
  }
  app.put('/users/:userId/roles/:roleId', { schema: assign }, (request) => {
    const { userId, roleId } = request.params
    return inTenant(database, tenantContext(request), (tx) =>
      assignRole(tx, { userId, roleId, ...request.body }),
    )
  })

  const unassign = {
    ...about('roles', 'unassignRole', 'Take a role away from somebody', 'roles:assign'),
    params: held,
    response: { 204: done },
  }
  app.delete('/users/:userId/roles/:roleId', { schema: unassign }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => unassignRole(tx, request.params))
    return reply.code(204).send(null)
  })
}
