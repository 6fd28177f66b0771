import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { isOwnType, type Definition, type OwnType } from './policy.ts'
import type { Question } from './question.ts'

/** What decides: for Reeve's own things the actions of the catalogue, for all else what the tenant declared. */
export type Rulebook = {
  actions: ReadonlyMap<string, readonly string[]>
  policies: ReadonlyMap<string, Definition>
}

/** What the catalogue calls the things of a type. */
export const nouns: Record<OwnType, string> = {
  user: 'users',
  role: 'roles',
  post: 'posts',
  comment: 'comments',
  invitation: 'invitations',
  audit_log: 'audit',
  tenant: 'tenant',
}

const findActions = sql(
  'authzen.actions',
  { resource: 'text', action: 'text' },
  `select resource, action from permissions
   where resource = any ($1::text[]) and action <> '*'
   order by resource, action limit 1000`,
)
const findPolicies = sql(
  'authzen.policies',
  { type: 'text', definition: json<Definition>() },
  'select type, definition from policies where tenant_id = $1 and type = any ($2::text[])',
)

/** All that is needed to decide about things of these types. */
export async function rulebookFor(tx: Transaction, types: Iterable<string>): Promise<Rulebook> {
  const wanted = [...new Set(types)].filter((type) => type.length <= 1000 && !/[\0\p{Cs}]/u.test(type))
  const own = wanted.filter(isOwnType)
  return {
    actions: await ownActions(tx, own),
    policies: new Map(
      wanted.length === 0
        ? []
        : (await tx.rows(findPolicies, [tx.context.tenantId, wanted])).map((one) => [
            one.type,
            one.definition,
          ]),
    ),
  }
}

/** What can be done to Reeve's own things of these types, in alphabetical order. */
export async function ownActions(
  tx: Transaction,
  types: readonly OwnType[],
): Promise<Map<string, readonly string[]>> {
  if (types.length === 0) return new Map()
  const rows = await tx.rows(findActions, [types.map((type) => nouns[type])])
  return new Map(
    types.map((type) => [
      type,
      rows.filter(({ resource }) => resource === nouns[type]).map(({ action }) => action),
    ]),
  )
}

/** Whether roles decide it. Of Reeve's own things a policy may speak too, about actions that the catalogue has not. */
export function isOwn(
  { actions }: Rulebook,
  { resource, action }: Pick<Question, 'action'> & { resource: { type: string } },
): boolean {
  return actions.get(resource.type)?.includes(action.name) ?? false
}
