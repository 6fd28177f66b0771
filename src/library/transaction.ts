import type { Transaction } from '../database/database.ts'
import { toFailure } from '../database/failure.ts'
import type { Pages } from '../http/page.ts'
import { Nouns } from './nouns.ts'

/** Several verbs and own SQL that happen together or not at all. */
export class TenantTransaction extends Nouns {
  readonly tenantId: string
  readonly #tx: Transaction

  constructor(tx: Transaction, pages: Pages) {
    super({
      tenantId: tx.context.tenantId,
      pages,
      read: (work) => work(tx),
      write: (work) => work(tx),
    })
    this.tenantId = tx.context.tenantId
    this.#tx = tx
  }

  /**
   * The rows of a statement of one's own, with `$1`, `$2`… for the values and the names of columns as they are in the
   * database. Row-level security shows it the one tenant, and the audit log knows who acts.
   */
  async query<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    await this.#tx.start()
    try {
      const { rows } = await this.#tx.client.query<Row & Record<string, unknown>>(text, [...values])
      return rows
    } catch (error) {
      throw toFailure(error, 'statement')
    }
  }
}
