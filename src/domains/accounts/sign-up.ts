import { inTenant, type Database } from '../../database/database.ts'
import { orReplay } from '../../database/replay.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { openSession, type Lifetime, type OpenedSession, type Visit } from '../sessions/open.ts'
import { spelledName } from '../spelling.ts'
import { foundTenant } from '../tenants/create.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { createAccount } from './account.ts'
import { refuseWeakPassword } from './password-rules.ts'
import { hashPassword } from './passwords.ts'

export type NewAccount = {
  email: string
  password: string
  name: string
  /** `Kim's team` where none is given. */
  tenantName?: string | undefined
  slug?: string | undefined
}

export type SignedUp = {
  account: { id: string; email: string; name: string }
  tenant: Tenant
  user: { id: string; email: string; name: string }
  session: OpenedSession
}

/**
 * A human's first visit: an account, a tenant of their own with them as its owner, and a session; all of it or
 * nothing. An address that has an account already is refused (`email_taken`).
 */
export function signUp(
  database: Database,
  wanted: NewAccount,
  visit: Visit,
  lifetime?: Lifetime,
): Promise<SignedUp> {
  return orReplay(database, visit, () => makeAccount(database, wanted, visit, lifetime))
}

async function makeAccount(
  database: Database,
  wanted: NewAccount,
  visit: Visit,
  lifetime: Lifetime | undefined,
): Promise<SignedUp> {
  const { password, slug } = wanted
  const name = spelledName(wanted.name)
  const tenantName = wanted.tenantName ?? teamOf(name)
  const email = normalizeEmail(wanted.email)
  refuseWeakPassword(password, [email, name, tenantName])
  const hash = await hashPassword(password)

  const [accountId, tenantId, userId] = [uuidV7(), uuidV7(), uuidV7()]
  const { requestId, ip, once } = visit
  const actor = { kind: 'account', accountId } as const
  return inTenant(database, { tenantId, actor, requestId, ip, once }, async (tx) => {
    const account = { id: accountId, email, name }
    await createAccount(tx, account, hash)
    const tenant = await foundTenant(tx, {
      tenantId,
      name: tenantName,
      slug,
      owner: { userId, accountId, email, name },
    })
    const session = await openSession(tx, { accountId, hash }, visit, lifetime)
    return {
      account,
      tenant,
      user: { id: userId, email, name },
      session: session!,
    }
  })
}

/** Fits where names fit, however long the person's is. */
function teamOf(name: string): string {
  return `${[...name].slice(0, 113).join('')}'s team`
}
