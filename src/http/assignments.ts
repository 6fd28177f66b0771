import { z } from 'zod'
import { inTenant, type Transaction } from '../database/database.ts'
import { assignRole, unassignRole } from '../domains/roles/assign.ts'
import { readUserToChange } from '../domains/users/read.ts'
import { tenantContext } from './authenticate.ts'
import { guarded, ifMatch } from './conditional.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { done, id, ids, moment } from './schemas.ts'

const assignment = z
  .object({
    userId: id,
    roleId: id,
    assignedAt: z.date(),
    assignedBy: id.nullable().describe('null for the first owner, the operator, and who was deleted since.'),
    validFrom: z.date(),
    validUntil: z.date().nullable().describe('null: for good.'),
  })
  .meta({ id: 'Assignment', description: 'Somebody has a role, from when until when.' })
export const period = z
  .strictObject({
    validFrom: moment.optional().describe('From now on, if left out.'),
    validUntil: moment.nullable().optional().describe('For good, if left out or null.'),
  })
  .refine(
    ({ validFrom, validUntil }) => !validUntil || validUntil > (validFrom ?? new Date()),
    'must end after it begins',
  )
  .nullish()
const held = ids.pick({ tenantId: true, userId: true, roleId: true })

/** Who has which role. */
export function assignmentRoutes(app: App, { database }: House): void {
  const assign = {
    ...about('roles', 'assignRole', 'Give somebody a role, for good or for a time', {
      needs: ['roles:assign'],
      refuses: ['last_owner', 'duties_separated'],
      more: 'Without a body from now on and for good; who has the role already has it for this time from now on. Nobody gives more than they have themselves.',
      example: { validUntil: '2030-01-01T00:00:00Z' },
    }),
    params: held,
    body: period,
    response: { 200: assignment },
  }
  app.put('/users/:userId/roles/:roleId', { schema: assign, ...guarded }, (request) => {
    const { userId, roleId } = request.params
    const read = (tx: Transaction) => readUserToChange(tx, userId)
    const changed = ifMatch(request, read, (tx) => assignRole(tx, { userId, roleId, ...request.body }))
    return inTenant(database, tenantContext(request), changed)
  })

  const unassign = {
    ...about('roles', 'unassignRole', 'Take a role away from somebody', {
      needs: ['roles:assign'],
      refuses: ['last_owner'],
    }),
    params: held,
    response: { 204: done },
  }
  app.delete('/users/:userId/roles/:roleId', { schema: unassign, ...guarded }, async (request, reply) => {
    const { userId } = request.params
    const read = (tx: Transaction) => readUserToChange(tx, userId)
    const changed = ifMatch(request, read, (tx) => unassignRole(tx, request.params))
    await inTenant(database, tenantContext(request), changed)
    return reply.code(204).send(null)
  })
}
