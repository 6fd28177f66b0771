import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { identifier, literal, type Attack, type Scene } from './attack.ts'
import { judge, type Judged, type Outcome } from './judge.ts'
import { tenantTables } from './plant.ts'

const nil = '00000000-0000-0000-0000-000000000000'

/**
 * Where attacks are carried out: in one transaction, each behind a savepoint, so that nothing remains of any. Whoever is
 * a superuser becomes the role altogether; others act as it.
 */
export class Stage {
  readonly #client: pg.ClientBase
  readonly #superuser: boolean
  readonly #scene: Scene
  readonly #digest: string
  #before = ''

  constructor(client: pg.ClientBase, scene: Scene, superuser: boolean) {
    this.#client = client
    this.#scene = scene
    this.#superuser = superuser
    this.#digest = digestOf(scene)
  }

  /** How the victim's rows look before anything happens. */
  async begin(): Promise<void> {
    this.#before = await this.#look()
  }

  async attempt(attack: Attack): Promise<Judged> {
    if ((attack.ownSession || attack.bare) && !this.#superuser)
      return { verdict: 'unproven', by: 'superuser', detail: 'only a superuser can set the stage for it' }
    const outcome = await this.#try(attack, attack.sql)
    const against = attack.against === undefined ? undefined : await this.#try(attack, attack.against)
    const judged = judge(attack, outcome, against, this.#scene)
    if (judged.verdict !== 'through' || attack.harm !== 'differs') return judged
    // What differs from itself, such as a new id, tells nothing by differing.
    const again = await this.#try(attack, attack.against!)
    return judge({ ...attack, sql: attack.against! }, against!, again, this.#scene).verdict === 'through'
      ? judge({ ...attack, harm: 'reads', most: Infinity }, outcome, undefined, this.#scene)
      : judged
  }

  /** What to type to see it. */
  replay(attack: Attack): string[] {
    return [...this.#opening(attack), attack.sql]
  }

  async #try(attack: Attack, text: string): Promise<Outcome> {
    try {
      const opening = ['savepoint attack', ...this.#opening(attack)].join('; ')
      let result: pg.QueryResult
      if (attack.input === undefined) {
        const all = (await this.#client.query(`${opening}; ${text}`)) as unknown as pg.QueryResult[]
        result = all.at(-1)!
      } else {
        await this.#client.query(opening)
        const stream = this.#client.query(copyFrom(text))
        await pipeline(Readable.from([attack.input]), stream)
        result = { rows: [], rowCount: stream.rowCount } as unknown as pg.QueryResult
      }
      const changed = attack.harm === 'writes' && (await this.#lookBehind()) !== this.#before
      return { rows: result.rows, count: result.rowCount ?? 0, changed }
    } catch (error) {
      return { error: error as pg.DatabaseError }
    } finally {
      await this.#client.query('rollback to savepoint attack; release savepoint attack')
    }
  }

  #opening({ role, context, bare }: Attack): string[] {
    const { own } = this.#scene
    const actor = literal(JSON.stringify({ user: own.userId, account: own.accountId, request: 'prover' }))
    const declared = {
      none: `select 'nothing is declared'`,
      empty: `select set_config('reeve.tenant_id', '', true)`,
      garbage: `select set_config('reeve.tenant_id', 'anybody', true)`,
      own: `select from reeve.set_context(${literal(own.tenantId)}, ${actor})`,
      stranger: `select from reeve.set_context(${literal(randomUUID())}, ${actor})`,
      nil: `select from reeve.set_context(${literal(nil)}, ${actor})`,
    }[context]
    if (role === 'catalogue') return ['select 1']
    const silence = bare ? ['set local session_replication_role = replica'] : []
    return [
      ...silence,
      this.#superuser ? `set local session authorization ${role}` : `set local role ${role}`,
      declared,
    ]
  }

  async #lookBehind(): Promise<string> {
    await this.#client.query(this.#superuser ? 'reset session authorization' : 'reset role')
    return this.#look()
  }

  async #look(): Promise<string> {
    const { rows } = await this.#client.query<{ digest: string }>(this.#digest)
    return rows[0]!.digest
  }
}

/** All rows of the victim, and those with which its owner signs in, as one word. */
function digestOf({ catalogue, other }: Scene): string {
  const of = (table: string, where: string) =>
    `(select md5(string_agg(md5(t::text), '' order by md5(t::text))) from ${table} t where ${where})`
  const tables = tenantTables(catalogue).map(({ name, tenant }) =>
    of(name, `${identifier(tenant!)} = ${literal(other.tenantId)}`),
  )
  const signIn = ['account_emails', 'credentials', 'sessions'].map((name) =>
    of(`public.${name}`, `account_id = ${literal(other.accountId)}`),
  )
  const account = of('public.accounts', `id in (${literal(other.accountId)}, ${literal(other.formerId)})`)
  return `select concat_ws(' ', ${[...tables, ...signIn, account].map((one) => `coalesce(${one}, '-')`).join(', ')}) as digest`
}
