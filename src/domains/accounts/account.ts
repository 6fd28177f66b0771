import { ask } from '../../database/ask.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'

/** What is needed to judge a password; it never leaves this process. */
export type Credential = RowOf<typeof byEmail>

const credentialColumns = {
  accountId: 'uuid',
  email: 'text',
  name: 'text',
  hash: 'text?',
  disabled: 'bool',
} as const

const byEmail = sql(
  'accounts.credential_by_email',
  credentialColumns,
  'select account_id, email, name, hash, disabled from reeve.account_by_email($1)',
)

/** Of the account that an address belongs to; the address in its normal form. */
export async function credentialByEmail(database: Database, email: string): Promise<Credential | undefined> {
  const [credential] = await ask(database, byEmail, [email])
  return credential
}

const byId = sql(
  'accounts.credential_by_id',
  credentialColumns,
  'select account_id, email, name, hash, disabled from reeve.account_by_id($1)',
)

export async function credentialById(database: Database, accountId: string): Promise<Credential | undefined> {
  const [credential] = await ask(database, byId, [accountId])
  return credential
}

const create = sql('accounts.create', {}, 'select from reeve.account_create($1, $2, $3, $4)')

/** An account with its address and password. An address that has an account already is refused (`email_taken`). */
export async function createAccount(
  tx: Transaction,
  account: { id: string; email: string; name: string },
  hash: string,
): Promise<void> {
  await tx.run(create, [account.id, account.email, account.name, hash])
}

const replace = sql(
  'accounts.replace_password',
  { replaced: 'bool' },
  'select reeve.password_replace($1, $2, $3) as replaced',
)

/** The hash that is in place now, as this transaction sees it; null where there is none. */
export async function currentHash(tx: Transaction, accountId: string): Promise<string | null> {
  const credential = await tx.row(byId, [accountId])
  return credential?.hash ?? null
}

/** Sets a password's hash where the old one (null: none) is still in place; false where it no longer is. */
export async function replaceHash(
  tx: Transaction,
  accountId: string,
  hash: { old: string | null; new: string },
): Promise<boolean> {
  const answer = await tx.row(replace, [accountId, hash.old, hash.new])
  return answer!.replaced
}
