import { outsideTenants, type Database } from '../../database/database.ts'
import { orReplay } from '../../database/replay.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { takePasswordTurn, type Visit } from '../sessions/open.ts'
import { endSessions } from '../sessions/sessions.ts'
import { credentialById, replaceHash } from './account.ts'
import { refuseUnreadablePassword, refuseWeakPassword } from './password-rules.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

export type PasswordChange = { accountId: string; sessionId: string; current: string; next: string }

/**
 * Replaces the password of whoever is signed in and still knows it, and ends all their other sessions. Of two changes
 * from the same password one wins. Refuses a wrong current password (`wrong_password`); returns how many sessions ended.
 */
export function changePassword(database: Database, change: PasswordChange, visit: Visit): Promise<number> {
  return orReplay(database, visit, () => replacePassword(database, change, visit))
}

async function replacePassword(
  database: Database,
  { accountId, sessionId, current, next }: PasswordChange,
  { requestId, ip, once }: Visit,
): Promise<number> {
  refuseUnreadablePassword(current)
  const credential = await credentialById(database, accountId)
  refuseWeakPassword(next, credential ? [credential.email, credential.name] : [])
  const right = await verifyPassword(current, credential?.hash)
  if (!right || !credential?.hash || credential.disabled) throw wrongPassword()

  const hash = { old: credential.hash, new: await hashPassword(next) }
  const actor = { kind: 'account', accountId } as const
  return outsideTenants(database, { actor, requestId, ip, once }, async (tx) => {
    takePasswordTurn(tx, accountId)
    if (!(await replaceHash(tx, accountId, hash))) throw wrongPassword()
    return endSessions(tx, accountId, { allBut: sessionId }, 'password_changed')
  })
}

function wrongPassword(): Refusal {
  return new Refusal(
    'wrong_password',
    'the current password is not right',
    'give the password that you sign in with now',
  )
}
