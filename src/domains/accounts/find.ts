import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { operatorOnly } from '../access/operator.ts'
import { spelledName } from '../spelling.ts'

const byEmail = sql(
  'accounts.by_email',
  { accountId: 'uuid' },
  'select account_id from reeve.account_by_email(lower($1))',
)

/** The id of the account that signs in with an address. For the operator alone. */
export async function findAccount(tx: Transaction, email: string): Promise<string | undefined> {
  operatorOnly(tx)
  return (await tx.row(byEmail, [spelledName(email)]))?.accountId
}
