import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { decide, type Permission } from './access.ts'

/**
 * The policy on one page. Whoever changes what a role may do, or adds a permission, changes `access.truth.txt` with it
 * (`npx vitest run src/domains/access/access.truth.test.ts -u`), and a review begins there.
 */
const legend = `Who may do what: decided by PostgreSQL (reeve.access_decision), for every permission of its catalogue.

  all   to every object of the tenant, whoever made it
  own   to what they made themselves (users: to themselves), and to nothing else
  -     to nothing

owner, admin, member and viewer are the roles that every tenant is born with. no role: a user of the tenant without any.
suspended: an owner who is. stranger: the owner of another tenant. "*" on either side of a permission is everything there;
invoices:read stands for what no catalogue knows yet, such as an application's own tables.
`

const { database, admin } = await testDatabase()

test('who may do what is what access.truth.txt says', async () => {
  const acme = await aTenant(database)
  const other = await aTenant(database)
  const people: Record<string, string> = { owner: acme.owner.userId }
  for (const role of ['admin', 'member', 'viewer'])
    people[role] = (await aUser(database, acme, { roles: [role] })).userId
  people['no role'] = (await aUser(database, acme, { roles: [] })).userId
  people['suspended'] = (await aUser(database, acme, { roles: ['owner'] })).userId
  people['stranger'] = other.owner.userId
  await admin.query('update users set suspended_at = now() where id = $1', [people['suspended']])

  const { rows } = await admin.query<{ name: Permission }>(
    'select name from permissions order by resource, action',
  )
  const asked: Permission[] = [...rows.map(({ name }) => name), 'invoices:read']
  const somebodyElse = (await aUser(database, acme)).userId
  const table = await inTenant(database, acme.owner.context, async (tx) => {
    const lines: string[][] = []
    for (const permission of asked) {
      const cells: string[] = []
      for (const userId of Object.values(people)) {
        const may = async (owner?: string) => (await decide(tx, { userId, permission, owner })).allowed
        const [theirs, others, nobodys] = [await may(userId), await may(somebodyElse), await may()]
        expect(nobodys, `${permission} without an owner is decided as for somebody else's`).toBe(others)
        expect(theirs || !others, `${permission} of others without that of one's own`).toBe(true)
        cells.push(others ? 'all' : theirs ? 'own' : '-')
      }
      lines.push([permission, ...cells])
    }
    return lines
  })
  // both answers, and one between them, or we have asked nobody anything
  expect(new Set(table.flatMap(([, ...cells]) => cells))).toEqual(new Set(['all', 'own', '-']))

  const text = `${legend}\n${drawn([['', ...Object.keys(people)], ...table])}`
  await expect(text).toMatchFileSnapshot('access.truth.txt')
})

/** A resource is a paragraph; columns stand below each other. */
function drawn(lines: string[][]): string {
  const width = Math.max(...lines.map(([permission]) => permission!.length)) + 3
  let last: string | undefined
  const drawnLines = lines.map(([permission, ...cells]) => {
    const resource = permission!.split(':')[0]
    const gap = last === undefined || resource === last ? '' : '\n'
    last = resource
    return `${gap}${permission!.padEnd(width)}${cells.map((cell) => cell.padEnd(11)).join('')}`.trimEnd()
  })
  return `${drawnLines.join('\n')}\n`
}
