import type { Transaction } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { operatorOnly } from '../access/operator.ts'
import { ownAccount } from '../sessions/own-account.ts'
import { spelledName } from '../spelling.ts'

/** How a human signs in. `email` is the one address that we write to. */
export type Account = {
  id: string
  email: string
  name: string
  isVerified: boolean
  isDisabled: boolean
  createdAt: Date
  updatedAt: Date
}

const find = sql(
  'accounts.find',
  {
    id: 'uuid',
    email: 'text',
    name: 'text',
    isVerified: 'bool',
    isDisabled: 'bool',
    createdAt: 'timestamptz',
    updatedAt: 'timestamptz',
  },
  `select account_id as id, email, name, verified as is_verified, disabled as is_disabled, created_at, updated_at
   from reeve.account_by_id($1)`,
)

/** The actor's own account; the operator names one. */
export async function readAccount(
  tx: Transaction,
  whose: { accountId?: string | undefined } = {},
): Promise<Account> {
  const account = await tx.row(find, [ownAccount(tx, whose.accountId)])
  return account ?? noSuchAccount()
}

const rename = sql('accounts.rename', {}, 'select from reeve.account_rename($1, $2)')

/** What the human calls themself. Their name in a tenant is that tenant's affair. */
export async function renameAccount(
  tx: Transaction,
  { accountId, name }: { accountId?: string | undefined; name: string },
): Promise<Account> {
  tx.queue(rename, [ownAccount(tx, accountId), spelledName(name)])
  return readAccount(tx, { accountId })
}

const disable = sql('accounts.disable', {}, 'select from reeve.account_disable($1, $2)')

/** Shuts an account out of every tenant; its sessions end at once. For the operator alone. */
export async function disableAccount(
  tx: Transaction,
  { accountId, reason }: { accountId: string; reason: string },
): Promise<Account> {
  operatorOnly(tx)
  tx.queue(disable, [accountId, reason])
  return readAccount(tx, { accountId })
}

const enable = sql('accounts.enable', {}, 'select from reeve.account_enable($1)')

/** Lets a disabled account sign in again; the sessions that it had stay ended. For the operator alone. */
export async function enableAccount(tx: Transaction, { accountId }: { accountId: string }): Promise<Account> {
  operatorOnly(tx)
  tx.queue(enable, [accountId])
  return readAccount(tx, { accountId })
}

/** Refuses, in the words that everybody gets whose id is not known here. */
export function noSuchAccount(): never {
  throw new Refusal('not_found', 'there is no such account', 'check its id')
}
