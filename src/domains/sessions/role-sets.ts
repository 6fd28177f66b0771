import { LRUCache } from 'lru-cache'
import { ask } from '../../database/ask.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/** Roles of one tenant by their ids, as they are at a count of its changes. */
export type Held = { tenantId: string; policyVersion: number; roleIds: string | null }

/** What roles are called, and all that they permit together: sorted, each once. */
export type RoleSet = { readonly roles: readonly string[]; readonly permissions: readonly string[] }

/** Few people have roles that nobody else has: a million of them share about a thousand sets. */
const setsMost = 20_000

const known = new WeakMap<Database, LRUCache<string, RoleSet>>()
const none: RoleSet = { roles: Object.freeze([]), permissions: Object.freeze([]) }

/**
 * What each of these permits. Known sets cost no question: a set belongs to the count at which it was read, and the
 * caller has just read the count; so what is told is never older than the caller's look-up.
 */
export async function roleSets(database: Database, held: readonly Held[]): Promise<(of: Held) => RoleSet> {
  const sets = known.get(database) ?? new LRUCache<string, RoleSet>({ max: setsMost })
  known.set(database, sets)
  // what was found here is kept for this answer, whatever the cache makes room for meanwhile
  const found = new Map<string, RoleSet>()
  const missing = new Map<string, Held>()
  for (const one of held) {
    if (one.roleIds === null) continue
    const key = keyOf(one)
    const set = sets.get(key)
    if (set) found.set(key, set)
    else missing.set(key, one)
  }
  if (missing.size > 0) {
    const rolesOf = await tell(database, [...missing.values()])
    for (const [key, one] of missing) {
      const roles = rolesOf(one)
      const set = setOf(roles)
      found.set(key, set)
      // told at another count, it is right for this answer and not for that count
      if (roles.every(({ policyVersion }) => policyVersion === one.policyVersion)) sets.set(key, set)
    }
  }
  return (of) => (of.roleIds === null ? none : found.get(keyOf(of))!)
}

function keyOf({ tenantId, policyVersion, roleIds }: Held): string {
  return `${tenantId} ${policyVersion} ${roleIds}`
}

type Told = { policyVersion: number; name: string; permissions: string | null }

const rolesTold = sql(
  'sessions.roles_told',
  { tenantId: 'uuid', roleId: 'uuid', policyVersion: 'int8', name: 'text', permissions: 'text?' },
  'select tenant_id, role_id, policy_version, name, permissions from reeve.roles_told($1, $2)',
)

/** Each role once, however many sets it is in. A role that is gone by now is told nowhere. */
async function tell(database: Database, held: readonly Held[]): Promise<(of: Held) => Told[]> {
  const tenantOf = new Map(
    held.flatMap(({ tenantId, roleIds }) => idsIn(roleIds).map((id) => [id, tenantId])),
  )
  const rows = await ask(database, rolesTold, [[...tenantOf.values()], [...tenantOf.keys()]])
  const told = new Map(rows.map((row) => [row.roleId, row]))
  return ({ roleIds }) => idsIn(roleIds).flatMap((id) => told.get(id) ?? [])
}

function idsIn(roleIds: string | null): string[] {
  return roleIds?.split(' ') ?? []
}

function setOf(roles: readonly Told[]): RoleSet {
  const permissions = roles.flatMap(({ permissions }) => permissions?.split(' ') ?? [])
  return { roles: sorted(roles.map(({ name }) => name)), permissions: sorted(permissions) }
}

/** Shared by many answers, so nobody may change them. */
function sorted(texts: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(texts)].toSorted())
}
