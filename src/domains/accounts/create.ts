import { asOperator, type Database } from '../../database/database.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { spelledName } from '../spelling.ts'
import { createAccount } from './account.ts'
import { readAccount, type Account } from './accounts.ts'
import { refuseWeakPassword } from './password-rules.ts'
import { hashPassword } from './passwords.ts'

/** An account for somebody else, in no tenant yet; for the operator alone. A taken address is refused (`email_taken`). */
export async function createAccountFor(
  database: Database,
  operator: { name: string; requestId: string },
  wanted: { email: string; name: string; password: string },
): Promise<Account> {
  const { password } = wanted
  const name = spelledName(wanted.name)
  const email = normalizeEmail(wanted.email)
  refuseWeakPassword(password, [email, name])
  const hash = await hashPassword(password)
  const id = uuidV7()
  return asOperator(database, operator, async (tx) => {
    await createAccount(tx, { id, email, name }, hash)
    return readAccount(tx, { accountId: id })
  })
}
