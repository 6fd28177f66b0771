import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { inTenant, readInTenant, type Transaction } from '../../database/database.ts'
import {
  deleteEntity,
  listEntities,
  readEntity,
  readEntityToChange,
  setEntity,
} from '../../domains/authzen/entities.ts'
import { entityId, label, typeName } from '../../domains/authzen/policy.ts'
import type { Name } from '../../domains/authzen/question.ts'
import { tenantContext } from '../authenticate.ts'
import { ifMatch, tagged } from '../conditional.ts'
import { fieldsOf } from '../fields.ts'
import type { App, House } from '../house.ts'
import { about } from '../openapi.ts'
import { done, id, pageOf, pageQuery } from '../schemas.ts'

const entity = z
  .object({
    type: z.string(),
    id: z.string(),
    attributes: z.record(z.string(), z.unknown()),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'Entity', description: 'What policies know of a thing, or of whoever asks for things.' })
const whole = z.strictObject({
  attributes: z.record(label(100), z.unknown()).describe('All that is known of it from now on, by name.'),
})
const some = z.strictObject({
  tenantId: id.describe('The tenant.'),
  entityType: typeName.describe('The type of things, or `user`.'),
})
const one = some.extend({
  entityName: entityId.describe('What you call it; of a user of Reeve the id or address.'),
})
const part = z.strictObject({ fields: fieldsOf(entity) })

/** What policies know of things and people. */
export function entityRoutes(app: App, { database, pages }: House): void {
  const change = <T>(request: FastifyRequest, work: (tx: Transaction, name: Name) => Promise<T>) => {
    const name = nameIn(request.params as z.infer<typeof one>)
    const read = (tx: Transaction) => readEntityToChange(tx, name)
    return inTenant(
      database,
      tenantContext(request),
      ifMatch(request, read, (tx) => work(tx, name)),
    )
  }

  const list = {
    ...about('access', 'listEntities', 'What is known of all things of a type', { needs: ['entities:read'] }),
    params: some,
    querystring: z.strictObject({ ...pageQuery, fields: fieldsOf(entity) }),
    response: { 200: pageOf(entity) },
  }
  app.get('/entities/:entityType', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('entities', request)
    const { entityType } = request.params
    return answer(
      await readInTenant(database, tenantContext(request), (tx) => listEntities(tx, entityType, wanted)),
    )
  })

  const read = {
    ...about('access', 'readEntity', 'What is known of one thing', { needs: ['entities:read'] }),
    params: one,
    querystring: part,
    response: { 200: entity },
  }
  app.get('/entities/:entityType/:entityName', { schema: read, ...tagged }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readEntity(tx, nameIn(request.params))),
  )

  const set = {
    ...about('access', 'setEntity', 'Say what is known of a thing', {
      needs: ['entities:update'],
      more: 'All of it from now on, 16,000 bytes at most. Policies speak of it as `resource.properties` and `subject.properties`.',
      example: { attributes: { department: 'Sales', owner: 'kim@example.com' } },
    }),
    params: one,
    body: whole,
    response: { 200: entity },
  }
  app.put('/entities/:entityType/:entityName', { schema: set, ...tagged }, (request) =>
    change(request, (tx, name) => setEntity(tx, name, request.body)),
  )

  const remove = {
    ...about('access', 'deleteEntity', 'Forget what is known of a thing', { needs: ['entities:delete'] }),
    params: one,
    response: { 204: done },
  }
  app.delete('/entities/:entityType/:entityName', { schema: remove }, async (request, reply) => {
    await inTenant(database, tenantContext(request), (tx) => deleteEntity(tx, nameIn(request.params)))
    return reply.code(204).send(null)
  })
}

function nameIn({ entityType, entityName }: z.infer<typeof one>): Name {
  return { type: entityType, id: entityName }
}
