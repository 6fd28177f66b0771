import { asOperator, type Context } from '../database/database.ts'
import {
  disableAccount,
  enableAccount,
  readAccount,
  renameAccount,
  type Account,
} from '../domains/accounts/accounts.ts'
import { createAccountFor } from '../domains/accounts/create.ts'
import { setPassword } from '../domains/accounts/set-password.ts'
import { foundTenantFor } from '../domains/accounts/tenants.ts'
import { listSessions, revokeAllSessions, type OpenSession } from '../domains/sessions/sessions.ts'
import { listAllTenants } from '../domains/tenants/list.ts'
import { loadTenant, noSuchTenant } from '../domains/tenants/read.ts'
import type { Tenant } from '../domains/tenants/tenant.ts'
import { changes, passwords } from '../http/account.ts'
import { page } from '../http/roles.ts'
import { newAccount } from '../http/sign-in.ts'
import { newTenant } from '../http/tenants.ts'
import { why } from '../http/users.ts'
import { listed, type List, type ListRequest, type PrismaDoor } from './door.ts'
import { doorTo, together, type House } from './house.ts'
import { checked, checkedId } from './input.ts'
import { AllNouns } from './nouns.ts'
import type { TenantTransaction } from './transaction.ts'

/**
 * Trusted code of one's own that acts for no user: jobs, imports, support. It may do everything, in every tenant, and the
 * audit log says its name. Never hand it to a request of a user.
 */
export class Operator {
  readonly #house: House
  readonly #who: { name: string; requestId: string }

  constructor(house: House, who: { name: string; requestId: string }) {
    this.#house = house
    this.#who = who
  }

  /** The verbs of one tenant. One that is not there, or deleted, is refused at the first of them (`not_found`). */
  in(tenantId: string): OperatorInTenant {
    return new OperatorInTenant(this.#house, this.#who, checkedId(tenantId, 'tenantId'))
  }

  get tenants() {
    const [house, who] = [this.#house, this.#who]
    return {
      /** All tenants of the installation, the newest first, the deleted ones too. */
      list: async (wanted: ListRequest = {}): Promise<List<Tenant>> => {
        const scope = { tenantId: '', pages: house.pages }
        return listed(scope, { name: 'all-tenants', schema: page }, wanted, (page) =>
          asOperator(house.database, who, (tx) => listAllTenants(tx, page)),
        )
      },
      /** A tenant that an account will own. */
      create: async (tenant: {
        accountId: string
        name: string
        slug?: string | undefined
      }): Promise<Tenant> => {
        const { accountId, ...rest } = tenant
        const wanted = { accountId: checkedId(accountId, 'accountId'), ...checked(newTenant, rest) }
        return foundTenantFor(house.database, who, wanted)
      },
    }
  }

  get accounts() {
    const { database } = this.#house
    const who = this.#who
    const of = (accountId: string) => ({ accountId: checkedId(accountId, 'accountId') })
    return {
      /** An account for somebody, in no tenant yet. */
      create: async (account: { email: string; name: string; password: string }): Promise<Account> => {
        const wanted = checked(newAccount.pick({ email: true, name: true, password: true }), account)
        return createAccountFor(database, who, wanted)
      },
      read: async (accountId: string): Promise<Account> => {
        const one = of(accountId)
        return asOperator(database, who, (tx) => readAccount(tx, one))
      },
      rename: async (accountId: string, to: { name: string }): Promise<Account> => {
        const wanted = { ...of(accountId), ...checked(changes, to) }
        return asOperator(database, who, (tx) => renameAccount(tx, wanted))
      },
      /** Shuts an account out of every tenant; its sessions end at once. */
      disable: async (accountId: string, about: { reason: string }): Promise<Account> => {
        const wanted = { ...of(accountId), ...checked(why.unwrap().unwrap().required(), about) }
        return asOperator(database, who, (tx) => disableAccount(tx, wanted))
      },
      /** Lets a disabled account sign in again. */
      enable: async (accountId: string): Promise<Account> => {
        const one = of(accountId)
        return asOperator(database, who, (tx) => enableAccount(tx, one))
      },
      /** Gives an account another password, and ends all its sessions; returns how many. */
      setPassword: async (accountId: string, password: string): Promise<number> => {
        const { next } = checked(passwords.pick({ next: true }), { next: password })
        return setPassword(database, who, { ...of(accountId), password: next })
      },
      /** Where an account is signed in; a hundred at most. */
      listSessions: async (accountId: string): Promise<OpenSession[]> => {
        const one = of(accountId)
        return asOperator(database, who, (tx) => listSessions(tx, one))
      },
      /** Signs an account out everywhere; returns in how many places. */
      revokeSessions: async (accountId: string): Promise<number> => {
        const one = of(accountId)
        return asOperator(database, who, (tx) => revokeAllSessions(tx, one))
      },
    }
  }
}

/** The operator at work in one tenant. */
export class OperatorInTenant extends AllNouns {
  readonly tenantId: string
  /** For `withTenant()` of reeve/prisma. */
  readonly context: Context
  readonly #house: House
  readonly #isThere: () => Promise<void>

  constructor(house: House, { name, requestId }: { name: string; requestId: string }, tenantId: string) {
    const context: Context = { tenantId, actor: { kind: 'operator', name }, requestId }
    const isThere = checkOnce(house, { name, requestId, tenantId })
    super(behind(isThere, doorTo(house, context)))
    this.tenantId = tenantId
    this.context = context
    this.#house = house
    this.#isThere = isThere
  }

  /** Several verbs and statements of one's own in one transaction, as `User.transaction()`. */
  async transaction<T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    await this.#isThere()
    return together(this.#house, this.context, work)
  }
}

/** Row-level security shows an empty tenant where there is none; somebody who mistyped an id would never learn of it. */
function checkOnce({ database }: House, as: { name: string; requestId: string; tenantId: string }) {
  let known: Promise<void> | undefined
  return () => {
    known ??= asOperator(database, as, loadTenant).then(({ deletedAt }) => {
      if (deletedAt !== null) noSuchTenant()
    })
    known.catch(() => (known = undefined))
    return known
  }
}

function behind(check: () => Promise<void>, door: PrismaDoor): PrismaDoor {
  return {
    ...door,
    read: async (work) => check().then(() => door.read(work)),
    write: async (work) => check().then(() => door.write(work)),
    prisma: async (work) => check().then(() => door.prisma(work)),
  }
}
