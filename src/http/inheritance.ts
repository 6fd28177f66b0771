import { inTenant } from '../database/database.ts'
import { disinheritRole, inheritRole } from '../domains/roles/inherit.ts'
import { tenantContext } from './authenticate.ts'
import type { App, House } from './house.ts'
import { about } from './openapi.ts'
import { role } from './roles.ts'
import { ids } from './schemas.ts'

const edge = ids.pick({ tenantId: true, roleId: true, juniorId: true })

/** Which roles inherit from which. */
export function inheritanceRoutes(app: App, { database }: House): void {
  const inherit = {
    ...about('roles', 'inheritRole', 'Let a role have all that another permits', {
      needs: ['roles:update'],
      refuses: ['role_circle', 'duties_separated'],
      more: 'Roles inherit from several, and over several steps. Nobody gives more this way than they have themselves.',
    }),
    params: edge,
    response: { 200: role },
  }
  app.put('/roles/:roleId/inherits/:juniorId', { schema: inherit }, (request) =>
    inTenant(database, tenantContext(request), (tx) => inheritRole(tx, request.params)),
  )

  const disinherit = {
    ...about('roles', 'disinheritRole', 'Let a role inherit from another no longer', {
      needs: ['roles:update'],
      more: 'What it reaches another way it keeps.',
    }),
    params: edge,
    response: { 200: role },
  }
  app.delete('/roles/:roleId/inherits/:juniorId', { schema: disinherit }, (request) =>
    inTenant(database, tenantContext(request), (tx) => disinheritRole(tx, request.params)),
  )
}
