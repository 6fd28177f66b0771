import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../house.ts'
import { about } from '../openapi.ts'
import { tenantName } from './door.ts'

const address = z.string()
const metadata = z
  .object({
    policy_decision_point: address.describe('The identifier of this decision point.'),
    access_evaluation_endpoint: address,
    access_evaluations_endpoint: address,
    search_subject_endpoint: address,
    search_resource_endpoint: address,
    search_action_endpoint: address,
  })
  .meta({ id: 'AuthZenConfiguration', description: 'Where what can be asked.' })

/** Where decisions are asked for: for everybody, and of every tenant alike, whether it is there or not. */
export function metadataRoutes(app: App, publicUrl: string | undefined): void {
  const at = (request: FastifyRequest, tenant?: string) => {
    const point = [publicUrl ?? hereOf(request), tenant].filter(Boolean).join('/')
    return {
      policy_decision_point: point,
      access_evaluation_endpoint: `${point}/access/v1/evaluation`,
      access_evaluations_endpoint: `${point}/access/v1/evaluations`,
      search_subject_endpoint: `${point}/access/v1/search/subject`,
      search_resource_endpoint: `${point}/access/v1/search/resource`,
      search_action_endpoint: `${point}/access/v1/search/action`,
    }
  }
  const whole = {
    ...about('access', 'readAuthzenConfiguration', 'Where decisions are asked for (AuthZEN)', {
      more: 'The addresses by their names in section 9 of the standard.',
    }),
    response: { 200: metadata },
  }
  app.get('/.well-known/authzen-configuration', { schema: whole }, (request, reply) => {
    void reply.header('cache-control', cache)
    return at(request)
  })
  const one = {
    ...about(
      'access',
      'readTenantAuthzenConfiguration',
      'Where decisions of one tenant are asked for (AuthZEN)',
      { more: 'The addresses by their names in section 9 of the standard; each has the tenant in it.' },
    ),
    params: z.strictObject({ tenantId: tenantName }),
    response: { 200: metadata },
  }
  app.get('/.well-known/authzen-configuration/:tenantId', { schema: one }, (request, reply) => {
    void reply.header('cache-control', cache)
    return at(request, request.params.tenantId)
  })
}

const cache = 'public, max-age=3600'

/** Without PUBLIC_URL: where the request went. Only on the machine itself that is not https. */
function hereOf({ host, hostname, protocol }: FastifyRequest): string {
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return `${isHere ? protocol : 'https'}://${host}`
}
