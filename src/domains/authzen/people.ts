import type { Transaction } from '../../database/database.ts'
import { sql, type RowOf } from '../../database/sql.ts'
import { longestEmail } from '../../foundation/email.ts'
import { isId } from '../../foundation/id.ts'

/** A user of Reeve, as rules may speak of them: `subject.user.roles`. */
export type Person = RowOf<typeof findPeople>

const columns = {
  id: 'uuid',
  email: 'text',
  name: 'text',
  username: 'text?',
  isActive: 'bool',
  isVerified: 'bool',
  roles: 'text[]',
} as const

// Those in force at this moment, with all that they inherit from; a role that has ended says nothing.
const fields = `u.id, u.email, u.name, u.username, u.is_active, u.is_verified,
  array(
    select distinct r.name from user_roles held
    join role_closure rc on rc.tenant_id = $1 and rc.role_id = held.role_id
    join roles r on r.tenant_id = $1 and r.id = rc.reaches_id
    where held.tenant_id = $1 and held.user_id = u.id
      and held.valid_from <= now() and (held.valid_until is null or held.valid_until > now())
    order by r.name
  ) as roles`

const findPeople = sql(
  'authzen.people',
  columns,
  `select ${fields} from users u
   where u.tenant_id = $1 and (u.id = any ($2::uuid[]) or u.email = any ($3::text[]))`,
)
const listPeople = sql(
  'authzen.people_after',
  columns,
  `select ${fields} from users u
   where u.tenant_id = $1 and u.id > $2
   order by u.id limit $3`,
)

/** Users of Reeve by what they may be called, which is their id or their address. */
export async function peopleCalled(
  tx: Transaction,
  names: Iterable<string>,
): Promise<(name: string) => Person | undefined> {
  const wanted = [...new Set(names)]
  const ids = wanted.filter(isId)
  const addresses = wanted.map(addressOf).filter((address) => address !== undefined)
  if (ids.length === 0 && addresses.length === 0) return () => undefined
  const found = await tx.rows(findPeople, [tx.context.tenantId, ids, addresses])
  const byName = new Map(found.flatMap((one) => [[one.id, one] as const, [one.email, one] as const]))
  return (name) => byName.get(isId(name) ? name.toLowerCase() : (addressOf(name) ?? ''))
}

/** So many at most, in the order of their ids, behind one. */
export function peopleAfter(tx: Transaction, after: string, limit: number): Promise<Person[]> {
  return tx.rows(listPeople, [tx.context.tenantId, after, limit])
}

/** A name that cannot be an address is nobody's. */
function addressOf(name: string): string | undefined {
  const address = name.normalize('NFC').toLowerCase().normalize('NFC')
  return /^[^@\s\p{Cc}\p{Cs}]+@[^@\s\p{Cc}\p{Cs}]+$/u.test(address) && address.length <= longestEmail
    ? address
    : undefined
}
