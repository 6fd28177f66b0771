import { expect, test } from 'vitest'
import { withClient } from '../../database/client.ts'
import { inTenant, readInTenant } from '../../database/database.ts'
import { statements } from '../../database/sql.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { listUsers } from './list.ts'
import { userSorts, type UserSort } from './sort.ts'
import { suspendUser } from './suspend.ts'

const { database, admin, adminUrl } = await testDatabase()
const acme = await aTenant(database)
const names = ['Bo', 'Ann', 'Zoë', 'Ann', 'Émile', '金', 'Cy', 'Bo']
const people = [acme.owner]
for (const name of names) people.push(await aUser(database, acme, { name }))
for (const one of [people[2]!, people[5]!])
  await inTenant(database, acme.owner.context, (tx) => suspendUser(tx, one.userId))

const list = (wanted: Omit<Parameters<typeof listUsers>[1], 'limit'> & { limit?: number }) =>
  readInTenant(database, acme.owner.context, (tx) => listUsers(tx, { limit: 100, ...wanted }))

/** In pages of two, all of them. */
async function inPages(wanted: { sort: UserSort; isActive?: boolean | undefined }) {
  const seen: { id: string }[] = []
  let after: string | undefined
  do {
    const page = await list({ ...wanted, limit: 2, after })
    seen.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined)
  return seen.map(({ id }) => id)
}

const column = { createdAt: 'created_at', name: 'name', email: 'email' }

for (const sort of userSorts) {
  for (const isActive of [undefined, true, false]) {
    const who = isActive === undefined ? 'everybody' : isActive ? 'the active' : 'the suspended'
    test(`${who} sorted by ${sort}, page by page, is what PostgreSQL makes of it at once`, async () => {
      const by = column[sort.replace('-', '') as keyof typeof column]
      const way = sort.startsWith('-') ? 'desc' : 'asc'
      const { rows } = await admin.query<{ id: string }>(
        `select id from users where tenant_id = $1 and ($2::boolean is null or is_active = $2)
         order by ${by} ${way}, id ${way}`,
        [acme.tenantId, isActive],
      )
      expect(await inPages({ sort, isActive })).toEqual(rows.map(({ id }) => id))
    })
  }
}

test('a later page begins at its place in the index, also when planned for any place', async () => {
  await withClient({ connectionString: adminUrl }, async (client) => {
    await client.query('set role reeve_app; set plan_cache_mode = force_generic_plan')
    await client.query('set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off')
    for (const sort of userSorts) {
      const by = sort.replace('-', '') as keyof typeof column
      const name = `all_by_${by.toLowerCase()}_${sort === by ? 'up' : 'down'}`
      await client.query(`prepare ${name} as ${statements.get(`users.${name}`)!.text}`)
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain execute ${name} (null, null, null, 21)`,
      )
      expect(rows.map((row) => row['QUERY PLAN'])).toContainEqual(
        expect.stringMatching(new RegExp(`Index Cond: .*${column[by]}\\W.*\\$2`)),
      )
    }
  })
})

test('what is shown of somebody is the same in every order', async () => {
  const [usual, byName] = [await list({}), await list({ sort: 'name' })]
  expect(new Set(byName.items.map((user) => JSON.stringify(user)))).toEqual(
    new Set(usual.items.map((user) => JSON.stringify(user))),
  )
})

test('one person is found by a whole address, however it is written, with the other filters holding', async () => {
  const [owner, , suspended] = people
  const found = async (wanted: Parameters<typeof list>[0]) => (await list(wanted)).items.map(({ id }) => id)

  expect(await found({ email: owner!.email.toUpperCase() })).toEqual([owner!.userId])
  expect(await found({ email: 'nobody@example.com' })).toEqual([])
  expect(await found({ email: suspended!.email, isActive: true })).toEqual([])
  expect(await found({ email: suspended!.email, isActive: false })).toEqual([suspended!.userId])
})

test.each([
  { sort: 'name', roleId: acme.owner.userId },
  { sort: 'name', q: 'ann' },
  { sort: 'name', email: 'ann@example.com' },
  { q: 'ann', email: 'ann@example.com' },
] as const)('what no index knows is refused, with what can be asked instead: %o', async (wanted) => {
  await expect(list(wanted)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('cannot be asked for together'),
  })
})

test('a place in another list is no place in this one', async () => {
  await expect(list({ sort: 'name', after: acme.owner.userId })).rejects.toMatchObject({
    code: 'invalid_cursor',
  })
})
