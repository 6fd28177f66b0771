import type { Pool } from 'pg'
import type { Home } from './homes.ts'

/** How often the audit log must have heard of an act. */
export type Outcome = 'once' | 'never' | 'unknown'

type Line = {
  request: number
  sentinel: string
  tenant: string
  user: string | null
  account: string | null
  words: string
}

/**
 * What the audit log says of all acts, and should not: something of a tenant by somebody else, or with somebody else's
 * words; an act that was undone, or twice the same; and acts that were done of which it says nothing.
 */
export async function wrongInLog(
  admin: Pool,
  homes: readonly Home[],
  outcomes: ReadonlyMap<number, Outcome>,
): Promise<string[]> {
  const first = Math.min(...outcomes.keys())
  const { rows } = await admin.query<Line>(
    `select request, sentinel, tenant_id as tenant, user_id as user, account_id as account,
            concat_ws(' ', old_values, new_values) as words
     from audit_logs
     cross join lateral (select split_part(request_id, '.', 1), split_part(request_id, '.', 2)::integer)
       as named (sentinel, request)
     where request_id ~ '^sentinel-[0-9]{4}[.][0-9]+$' and request >= $1`,
    [first],
  )
  const heard = new Map<number, number>()
  const wrong: string[] = []
  const bySentinel = new Map(homes.map((home) => [home.sentinel, home]))
  for (const line of rows) {
    heard.set(line.request, (heard.get(line.request) ?? 0) + 1)
    const home = bySentinel.get(line.sentinel)
    const isTheirs =
      home?.tenantId === line.tenant &&
      home.owner.userId === line.user &&
      home.owner.accountId === line.account
    const strange = [...line.words.matchAll(/sentinel-\d{4}/g)].some(([word]) => word !== line.sentinel)
    if (!isTheirs || strange) wrong.push(`the audit log attributes wrongly: ${JSON.stringify(line)}`)
  }
  for (const [request, outcome] of outcomes) {
    const times = heard.get(request) ?? 0
    const right = outcome === 'unknown' ? times <= 1 : times === (outcome === 'once' ? 1 : 0)
    if (!right) wrong.push(`act ${request - first} is in the audit log ${times} times; ${outcome} was right`)
  }
  return wrong
}
