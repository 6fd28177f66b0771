import { asOperator, type Database } from '../../database/database.ts'
import { takePasswordTurn } from '../sessions/open.ts'
import { endSessions } from '../sessions/sessions.ts'
import { currentHash, credentialById, replaceHash } from './account.ts'
import { noSuchAccount } from './accounts.ts'
import { refuseWeakPassword } from './password-rules.ts'
import { hashPassword } from './passwords.ts'

/**
 * Gives an account a password, whatever it had: for somebody who forgot theirs, or never had one. Ends all their
 * sessions and returns how many. For the operator alone, who thereby could be anybody: the audit log names them.
 */
export async function setPassword(
  database: Database,
  operator: { name: string; requestId: string },
  { accountId, password }: { accountId: string; password: string },
): Promise<number> {
  const account = await credentialById(database, accountId)
  if (!account) return noSuchAccount()
  refuseWeakPassword(password, [account.email, account.name])
  const hash = await hashPassword(password)

  return asOperator(database, operator, async (tx) => {
    takePasswordTurn(tx, accountId)
    // A change and a better hash take the turn too, or not: whichever it is, this one is the last.
    while (!(await replaceHash(tx, accountId, { old: await currentHash(tx, accountId), new: hash })));
    return endSessions(tx, accountId, {}, 'password_changed')
  })
}
