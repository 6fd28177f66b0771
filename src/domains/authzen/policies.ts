import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { authorize } from '../access/access.ts'
import { pageOf, type Page, type PageRequest } from '../page.ts'
import { isOwnType, readDefinition, type Definition, type Policy } from './policy.ts'
import { ownActions } from './rulebook.ts'

/** A policy in a list, without what it says. */
export type PolicyLine = Pick<Policy, 'type' | 'createdAt' | 'updatedAt'> & {
  description: string | null
  actions: string[]
}

const columns = {
  type: 'text',
  definition: json<Definition>(),
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
} as const
const fields = 'type, definition, created_at, updated_at'

const findPolicy = sql(
  'policies.find',
  columns,
  `select ${fields} from policies where tenant_id = $1 and type = $2`,
)
const listOfPolicies = sql(
  'policies.list',
  {
    type: 'text',
    description: 'text?',
    actions: json<string[]>(),
    createdAt: 'timestamptz',
    updatedAt: 'timestamptz',
  },
  `select type, definition ->> 'description' as description, definition -> 'actions' as actions, created_at, updated_at
   from policies
   where tenant_id = $1 and type > $2
   order by type limit $3`,
)
// What says the same as before is no change, and keeps its time.
const putPolicy = sql(
  'policies.put',
  {},
  `insert into policies as p (tenant_id, type, definition) values ($1, $2, $3)
   on conflict (tenant_id, type) do update set definition = excluded.definition
   where p.definition <> excluded.definition`,
)
const removePolicy = sql('policies.delete', {}, 'delete from policies where tenant_id = $1 and type = $2')

/** The policies of the declared tenant, in the order of their types. */
export async function listPolicies(
  tx: Transaction,
  { limit, after }: PageRequest,
): Promise<Page<PolicyLine>> {
  authorize(tx, 'policies:read')
  const found = await tx.rows(listOfPolicies, [tx.context.tenantId, after ?? '', limit + 1])
  return pageOf(found, limit, (policy) => policy.type)
}

/** What the tenant declared of a type. */
export async function readPolicy(tx: Transaction, type: string): Promise<Policy> {
  authorize(tx, 'policies:read')
  return (await tx.row(findPolicy, [tx.context.tenantId, type])) ?? noSuchPolicy()
}

/** The same for whoever is about to change it. */
export async function readPolicyToChange(tx: Transaction, type: string): Promise<Policy> {
  authorize(tx, 'policies:update')
  return (await tx.row(findPolicy, [tx.context.tenantId, type])) ?? noSuchPolicy()
}

/** Declares all that is said of a type from now on. Refuses what cannot be evaluated, and what roles decide (`invalid_request`). */
export async function setPolicy(tx: Transaction, type: string, given: unknown): Promise<Policy> {
  authorize(tx, 'policies:update')
  const definition = readDefinition(given)
  if (isOwnType(type)) {
    const ours = (await ownActions(tx, [type])).get(type)!
    refuseForRoles(
      type,
      definition.actions.find((action) => ours.includes(action)),
    )
  }
  tx.queue(putPolicy, [tx.context.tenantId, type, JSON.stringify(definition)])
  return (await tx.row(findPolicy, [tx.context.tenantId, type]))!
}

/** Takes a policy back: things of that type are unknown then, and nobody may do anything to them. */
export async function deletePolicy(tx: Transaction, type: string): Promise<void> {
  authorize(tx, 'policies:delete')
  if ((await tx.run(removePolicy, [tx.context.tenantId, type])) === 0) noSuchPolicy()
}

function refuseForRoles(type: string, action: string | undefined): void {
  if (action === undefined) return
  throw new Refusal(
    'invalid_request',
    `definition.actions: who may ${action} a ${type} is for roles to say`,
    'give people a role that permits it, or call the action something else',
  )
}

function noSuchPolicy(): never {
  throw new Refusal('not_found', 'there is no policy for this type', 'list the policies of the tenant')
}
