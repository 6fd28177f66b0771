import { ask } from '../../database/ask.ts'
import { coalesced } from '../../database/coalesce.ts'
import type { Context, Database } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { normalizeEmail } from '../../foundation/email.ts'
import { Refusal } from '../../foundation/refusal.ts'
import type { Person } from './user.ts'

/**
 * Who in a tenant has an address, however it is written; undefined: nobody. For a user with `users:read`, or the operator.
 * Questions of the same moment share one round trip, whoever asks them, so it takes the database and no transaction.
 */
export async function userByEmail(
  database: Database,
  { tenantId, actor }: Pick<Context, 'tenantId' | 'actor'>,
  address: string,
): Promise<Person | undefined> {
  const email = normalizeEmail(address)
  if (actor.kind !== 'user' && actor.kind !== 'operator') throw notAUser()
  const found = await lookUp(database, {
    tenantId,
    actor: actor.kind === 'user' ? actor.userId : null,
    email,
  })
  if (!found) return undefined
  const { ord: _, refused, ...person } = found
  if (refused !== null) throw refused === 'not_granted' || refused === 'not_own' ? mayNot() : notAUser()
  return person as Person
}

type Key = { tenantId: string; actor: string | null; email: string }
type Found = RowOf<typeof findAll> | undefined

const findAll = sql(
  'users.by_emails',
  {
    ord: 'int4',
    refused: 'text?',
    id: 'uuid?',
    accountId: 'uuid?',
    email: 'text?',
    username: 'text?',
    name: 'text?',
    phone: 'text?',
    avatarUrl: 'text?',
    isActive: 'bool?',
    isVerified: 'bool?',
    suspendedAt: 'timestamptz?',
    suspensionReason: 'text?',
    lastLoginAt: 'timestamptz?',
    createdAt: 'timestamptz?',
    updatedAt: 'timestamptz?',
  },
  `select ord, refused, id, account_id, email, username, name, phone, avatar_url, is_active, is_verified,
     suspended_at, suspension_reason, last_login_at, created_at, updated_at
   from reeve.users_by_email($1, $2, $3)`,
)

const lookUp = coalesced(async (database: Database, keys: readonly Key[]): Promise<Found[]> => {
  const found: Found[] = keys.map(() => undefined)
  const asked = [keys.map((key) => key.tenantId), keys.map((key) => key.actor), keys.map((key) => key.email)]
  for (const row of await ask(database, findAll, asked)) found[row.ord - 1] = row
  return found
})

function notAUser(): Refusal {
  return new Refusal('not_found', 'there is no such tenant', 'check the id, or ask to be invited')
}

function mayNot(): Refusal {
  return new Refusal(
    'not_allowed',
    'this needs the permission users:read',
    'ask somebody who may assign roles for one that permits users:read',
  )
}
