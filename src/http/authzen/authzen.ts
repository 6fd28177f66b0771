import { z } from 'zod'
import type { KeyRing } from '../../foundation/secret.ts'
import { guardDoor } from '../door.ts'
import type { App, House } from '../house.ts'
import { requirePep, tenantHeader, tenantName } from './door.ts'
import { evaluationRoutes } from './evaluation.ts'
import { metadataRoutes } from './metadata.ts'
import { searchRoutes } from './search.ts'

/** AuthZEN says `/access/v1`; of a tenant that stands behind the tenant's name, as its metadata says. */
const paths = [
  {
    prefix: '/access/v1',
    name: '',
    params: {
      headers: z.looseObject({
        [tenantHeader]: tenantName
          .optional()
          .describe('The tenant: its id or short name. May be left out by whoever belongs to one alone.'),
      }),
    },
  },
  {
    prefix: '/:tenantId/access/v1',
    name: 'InTenant',
    params: { params: z.strictObject({ tenantId: tenantName }) },
  },
]

/** Decisions for programs that guard something: OpenID AuthZEN 1.0. */
export async function authzenRoutes(
  app: App,
  house: House,
  options: {
    keys: KeyRing
    publicUrl?: string | undefined
    draining: () => boolean
    limits: { all: number; costly: number }
  },
): Promise<void> {
  metadataRoutes(app, options.publicUrl)
  await app.register(async (door: App) => {
    guardDoor(door, options)
    for (const { prefix, ...path } of paths) {
      await door.register(
        async (pep: App) => {
          requirePep(pep, house.database)
          evaluationRoutes(pep, house, path)
          searchRoutes(pep, house, options.keys, path)
        },
        { prefix },
      )
    }
  })
}
