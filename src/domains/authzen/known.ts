import type { Transaction } from '../../database/database.ts'
import { json, sql } from '../../database/sql.ts'
import { peopleCalled, type Person } from './people.ts'
import { keyOf, type Name, type Properties } from './question.ts'

/** What is known of a thing or of whoever asks: what the tenant stored of it, and the user of Reeve who it is. */
export type Knowledge = { attributes: Properties | undefined; person: Person | undefined }
/** What is known of each of those that were looked up. */
export type Known = (name: Name) => Knowledge

const findEntities = sql(
  'authzen.entities',
  { type: 'text', id: 'text', attributes: json<Properties>() },
  `select e.type, e.id, e.attributes
   from (select distinct type, id from unnest($2::text[], $3::text[]) as asked (type, id)) asked
   join entities e on e.tenant_id = $1 and e.type = asked.type and e.id = asked.id`,
)

/** Looks up what is known of all of these. Of a user of Reeve attributes may be stored under the id and the address. */
export async function lookUp(tx: Transaction, names: readonly Name[]): Promise<Known> {
  const asked = names.filter(({ type, id }) => isStorable(type) && isStorable(id))
  const users = asked.filter(({ type }) => type === 'user').map(({ id }) => id)
  const personOf = users.length === 0 ? () => undefined : await peopleCalled(tx, users)
  const wanted = asked.flatMap((name) => [name, ...otherNames(name, personOf(name.id))])
  const stored = new Map<string, Properties>()
  if (wanted.length > 0) {
    const lists = [wanted.map(({ type }) => type), wanted.map(({ id }) => id)]
    for (const { attributes, ...name } of await tx.rows(findEntities, [tx.context.tenantId, ...lists]))
      stored.set(keyOf(name), attributes)
  }
  return (name) => {
    const person = name.type === 'user' ? personOf(name.id) : undefined
    const parts = [name, ...otherNames(name, person)].map((one) => stored.get(keyOf(one)))
    const found = parts.filter((part) => part !== undefined)
    return { person, attributes: found.length === 0 ? undefined : Object.assign({}, ...found.toReversed()) }
  }
}

function otherNames({ type, id }: Name, person: Person | undefined): Name[] {
  if (type !== 'user' || person === undefined) return []
  return [person.id, person.email].filter((other) => other !== id).map((other) => ({ type, id: other }))
}

/** What no row can hold is nowhere; PostgreSQL would refuse to look for it. */
function isStorable(text: string): boolean {
  return text.length <= 1000 && !/[\0\p{Cs}]/u.test(text)
}
