import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { inTenant, readInTenant, type Transaction } from '../../database/database.ts'
import {
  deletePolicy,
  listPolicies,
  readPolicy,
  readPolicyToChange,
  setPolicy,
} from '../../domains/authzen/policies.ts'
import { definition, typeName } from '../../domains/authzen/policy.ts'
import { tenantContext } from '../authenticate.ts'
import { ifMatch, tagged } from '../conditional.ts'
import { fieldsOf } from '../fields.ts'
import type { App, House } from '../house.ts'
import { about } from '../openapi.ts'
import { done, id, pageOf, pageQuery } from '../schemas.ts'

const policy = z
  .object({ type: z.string(), definition, createdAt: z.date(), updatedAt: z.date() })
  .meta({ id: 'Policy', description: 'What a tenant declared of a type of things.' })
const line = z
  .object({
    type: z.string(),
    description: z.string().nullable(),
    actions: z.array(z.string()),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .meta({ id: 'PolicyLine', description: 'A policy in a list, without what it says.' })
const one = z.strictObject({
  tenantId: id.describe('The tenant.'),
  policyType: typeName.describe('The type of things that the policy is about.'),
})
const part = z.strictObject({ fields: fieldsOf(policy) })

/** The policies of a tenant. */
export function policyRoutes(app: App, { database, pages }: House): void {
  const change = <T>(request: FastifyRequest, work: (tx: Transaction, type: string) => Promise<T>) => {
    const { policyType } = request.params as z.infer<typeof one>
    const read = (tx: Transaction) => readPolicyToChange(tx, policyType)
    return inTenant(
      database,
      tenantContext(request),
      ifMatch(request, read, (tx) => work(tx, policyType)),
    )
  }

  const list = {
    ...about('access', 'listPolicies', 'The policies, by type', { needs: ['policies:read'] }),
    querystring: z.strictObject({ ...pageQuery, fields: fieldsOf(line) }),
    response: { 200: pageOf(line) },
  }
  app.get('/policies', { schema: list }, async (request) => {
    const { wanted, answer } = pages.of('policies', request)
    return answer(await readInTenant(database, tenantContext(request), (tx) => listPolicies(tx, wanted)))
  })

  const read = {
    ...about('access', 'readPolicy', 'One policy', { needs: ['policies:read'] }),
    params: one,
    querystring: part,
    response: { 200: policy },
  }
  app.get('/policies/:policyType', { schema: read, ...tagged }, (request) =>
    readInTenant(database, tenantContext(request), (tx) => readPolicy(tx, request.params.policyType)),
  )

  const set = {
    ...about('access', 'setPolicy', 'Declare who may do what to things of a type', {
      needs: ['policies:update'],
      more: 'All that is said of the type from now on. Conditions are described in docs/authzen.md; what cannot be evaluated is refused.',
      example: {
        description: 'Records: seen in one’s department, changed by whoever owns them.',
        actions: ['view', 'edit'],
        subjects: { user: {} },
        scopes: { own: { eq: [{ ref: 'resource.properties.owner' }, { ref: 'subject.id' }] } },
        rules: [
          {
            actions: ['view'],
            when: {
              eq: [{ ref: 'resource.properties.department' }, { ref: 'subject.properties.department' }],
            },
          },
          { actions: ['*'], scope: 'own' },
        ],
      },
    }),
    params: one,
    body: definition,
    response: { 200: policy },
  }
  app.put('/policies/:policyType', { schema: set, ...tagged }, (request) =>
    change(request, (tx, type) => setPolicy(tx, type, request.body)),
  )

  const remove = {
    ...about('access', 'deletePolicy', 'Take a policy back', {
      needs: ['policies:delete'],
      more: 'Nobody may do anything to things of that type then. What is stored of them stays.',
    }),
    params: one,
    response: { 204: done },
  }
  app.delete('/policies/:policyType', { schema: remove }, async (request, reply) => {
    const { policyType } = request.params
    await inTenant(database, tenantContext(request), (tx) => deletePolicy(tx, policyType))
    return reply.code(204).send(null)
  })
}
