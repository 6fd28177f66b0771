import type { Database } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { credentialByEmail } from '../accounts/account.ts'
import { refuseWeakPassword } from '../accounts/password-rules.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { spelledName } from '../spelling.ts'

/** What a stranger says of themself, or the account that is signed in. */
export type GivenAtAcceptance = {
  name?: string | undefined
  password?: string | undefined
  accountId?: string | undefined
}

/** The account that comes in; `hash` where it is still to be made. */
export type Arrival = { account: { id: string; email: string; name: string }; hash?: string }

/** Who comes in by an invitation of this address: the account that it belongs to and nobody else, or somebody new. */
export async function arrivalOf(
  database: Database,
  email: string,
  { name, password, accountId }: GivenAtAcceptance,
): Promise<Arrival> {
  const known = await credentialByEmail(database, email)
  if (known && accountId === undefined) {
    throw new Refusal(
      'not_signed_in',
      'the invited address has an account',
      'sign in with that address, then accept the invitation again',
    )
  }
  if (accountId !== undefined) {
    if (known?.accountId === accountId) return { account: { id: accountId, email, name: known.name } }
    throw new Refusal(
      'not_allowed',
      'this invitation is for another address than yours',
      'sign in with the invited address, or ask to be invited under your own',
    )
  }
  if (name === undefined || password === undefined) {
    throw new Refusal(
      'invalid_request',
      'whoever is new needs a name and a password',
      'send name and password, or sign in first',
    )
  }
  const spelled = spelledName(name)
  refuseWeakPassword(password, [email, spelled])
  return { account: { id: uuidV7(), email, name: spelled }, hash: await hashPassword(password) }
}
