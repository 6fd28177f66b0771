import { Fault, type Heard } from './judge.ts'
import type { Spoken } from './speak.ts'
import type { Sight } from './witness.ts'

export type Exchange = { spoken: Spoken; heard: Heard }

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const mark = /zq[0-9a-f]{10}/gi
// Begun where a word begins and bounded, for a post of 100,000 letters is read in one go.
const markedAddress = /(?<![^\s"<>:,/?&=])[^\s"<>:,/?&=]{0,255}zq[0-9a-f]{10}@example\.com/gi

/** Whose everything is, as the database saw it made; and who was ever let in where. */
export class Truth {
  /** Of an id: its tenant, or the account that alone may know of it. */
  readonly #owners = new Map<string, { tenant: string } | { account: string }>()
  /** The tenants of an account. */
  readonly #reach = new Map<string, Set<string>>()
  /** The tenant that a mark stands for, by the end of its id. */
  readonly #marks = new Map<string, string>()
  /** Addresses with the mark of one tenant that somebody wrote into another: they belong there, too, from then on. */
  readonly #carried = new Map<string, Set<string>>()
  readonly #entities: Map<string, string>

  constructor(auditedTables: Map<string, string>) {
    this.#entities = auditedTables
  }

  learn(sights: readonly Sight[]): void {
    for (const { what, op, tenant, id, account } of sights) {
      if (what === 'tenants' && id) {
        this.#owners.set(id, { tenant: id })
        this.#marks.set(id.slice(-10), id)
      }
      if (what === 'accounts' && id) this.#owners.set(id, { account: id })
      if (what === 'sessions' && id && account) this.#owners.set(id, { account })
      if (tenant && id && what !== 'audit_logs' && op === 'INSERT') this.#owners.set(id, { tenant })
      if (what === 'users' && tenant && account) {
        const reach = this.#reach.get(account) ?? new Set()
        this.#reach.set(account, reach.add(tenant))
      }
    }
  }

  /** Throws where an answer speaks of a tenant to somebody who never was in it, unless they spoke of it first. */
  noOtherTenantIn({ spoken, heard }: Exchange): void {
    this.#seeCarried(spoken, heard)
    const told = this.#withoutCarried(`${heard.text} ${JSON.stringify(heard.headers)}`, spoken)
    const ids = told.match(uuid)
    const marks = told.match(mark)
    if (!ids && !marks) return
    const who = accountOf(spoken, heard)
    const asked =
      `${spoken.url} ${JSON.stringify(spoken.headers)} ${saidIn(spoken.body)} ${spoken.person?.email}`.toLowerCase()
    for (const id of new Set(ids ?? [])) {
      const owner = this.#owners.get(id.toLowerCase())
      if (!owner || asked.includes(id.toLowerCase())) continue
      const mayKnow = 'tenant' in owner ? this.#isIn(who, owner.tenant) : this.#meets(who, owner.account)
      if (!mayKnow) throw new Fault(`tells of ${id} of ${JSON.stringify(owner)}`, spoken, heard)
    }
    for (const one of new Set(marks ?? [])) {
      const tenant = this.#marks.get(one.toLowerCase().slice(2))
      if (!tenant || asked.includes(one.toLowerCase())) continue
      if (this.#isIn(who, tenant)) continue
      const at = told.indexOf(one)
      const words = told.slice(Math.max(at - 100, 0), at + 100)
      throw new Fault(`has text of tenant ${tenant} in it: …${words}…`, spoken, heard)
    }
  }

  /** Throws where something was done that should not have been, or was done by half. */
  asAnswered(exchanges: readonly Exchange[], sights: readonly Sight[]): void {
    const byRequest = new Map<string, Sight[]>()
    for (const sight of sights) {
      if (sight.request === null) continue
      const those = byRequest.get(sight.request)
      if (those) those.push(sight)
      else byRequest.set(sight.request, [sight])
    }
    for (const { spoken, heard } of exchanges) {
      const seen = byRequest.get(spoken.requestId) ?? []
      const { status } = heard
      const looksOnly = /^(GET|HEAD|OPTIONS|TRACE)$/.test(spoken.method)
      if (seen.length > 0 && (status >= 400 || looksOnly))
        throw new Fault(`changed ${whatIn(seen)}, and answered ${status}`, spoken, heard)
      if (seen.length === 0 && status === 201 && !('idempotency-replayed' in heard.headers))
        throw new Fault('answered 201, and made nothing', spoken, heard)
      if (seen.length > 0 && 'idempotency-replayed' in heard.headers)
        throw new Fault('was done before, and is done again', spoken, heard)
      this.#isLogged(seen, { spoken, heard })
    }
  }

  /** Every row that was made or deleted is a line in the log. */
  #isLogged(seen: readonly Sight[], { spoken, heard }: Exchange): void {
    for (const [table, entity] of this.#entities) {
      for (const [op, verb] of [
        ['INSERT', 'created'],
        ['DELETE', 'deleted'],
      ] as const) {
        const done = seen.filter((one) => one.what === table && one.op === op).length
        const told = seen.filter(
          ({ what, action }) => what === 'audit_logs' && action === `${entity}.${verb}`,
        )
        if (done !== told.length)
          throw new Fault(`${verb} ${done} ${table}, and the log tells of ${told.length}`, spoken, heard)
      }
    }
  }

  #seeCarried({ ids, method, body }: Spoken, { status }: Heard): void {
    const tenant = ids['tenantId']
    if (tenant === undefined || method === 'GET' || status >= 300) return
    const carried = this.#carried.get(tenant) ?? new Set()
    this.#carried.set(tenant, carried)
    for (const address of saidIn(body).match(markedAddress) ?? []) carried.add(address.toLowerCase())
  }

  #withoutCarried(told: string, { ids }: Spoken): string {
    const carried = this.#carried.get(ids['tenantId'] ?? '')
    if (!carried || carried.size === 0) return told
    return told.replace(markedAddress, (address) => (carried.has(address.toLowerCase()) ? '' : address))
  }

  #isIn(who: string | undefined, tenant: string): boolean {
    return who !== undefined && (this.#reach.get(who)?.has(tenant) ?? false)
  }

  #meets(who: string | undefined, account: string): boolean {
    if (who === account) return true
    const theirs = this.#reach.get(account) ?? new Set()
    return [...(this.#reach.get(who ?? '') ?? [])].some((tenant) => theirs.has(tenant))
  }
}

/** Who has seen an answer: whoever asked, or became known by asking. */
function accountOf({ person, ids }: Spoken, { status, text }: Heard): string | undefined {
  const [, account] = /"account":\{"id":"([^"]+)"/.exec(text) ?? []
  return status === 201 && ids['tenantId'] === undefined && account ? account : person?.accountId
}

function saidIn(body: Spoken['body']): string {
  return typeof body === 'string' ? body : ''
}

function whatIn(seen: readonly Sight[]): string {
  return [...new Set(seen.map(({ what, op }) => `${what} (${op})`))].join(', ')
}
