import { expect, test } from 'vitest'
import { inTenant, readInTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import type { PageRequest } from '../page.ts'
import { createUser } from './create.ts'
import { listUsers, type UserFilter } from './list.ts'
import { suspendUser } from './suspend.ts'

const { database, admin } = await testDatabase()
const list = ({ context }: Person, wanted: Partial<PageRequest> & UserFilter = {}) =>
  readInTenant(database, context, (tx) => listUsers(tx, { limit: 100, ...wanted }))
const names = async (person: Person, wanted: UserFilter) =>
  (await list(person, wanted)).items.map((user) => user.name)

test('people are listed newest first with their roles, for whoever may see them', async () => {
  const acme = await aTenant(database)
  const viewer = await aUser(database, acme, { name: 'Vera', roles: ['viewer'] })
  const nobody = await aUser(database, acme, { name: 'Nora', roles: [] })

  const { items, next } = await list(viewer)
  expect(next).toBeNull()
  expect(items.map((user) => [user.name, user.roles.map((role) => role.name)])).toEqual([
    ['Nora', []],
    ['Vera', ['viewer']],
    ['Olive Owner', ['owner']],
  ])
  await expect(list(nobody)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(
    list({
      ...(await aTenant(database)).owner,
      context: { ...viewer.context, tenantId: (await aTenant(database)).tenantId },
    }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('pages join without gap or repetition, also when somebody comes in between', async () => {
  const acme = await aTenant(database)
  for (let n = 0; n < 10; n++) await aUser(database, acme, { name: `Person ${n}` })
  const all = (await list(acme.owner)).items.map((user) => user.id)

  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await list(acme.owner, { limit: 4, after })
    seen.push(...page.items.map((user) => user.id))
    after = page.next ?? undefined
    await aUser(database, acme, { name: 'Late' })
  } while (after !== undefined)
  expect(seen).toEqual(all)
})

test('a page that is exactly full has no next one', async () => {
  const acme = await aTenant(database)
  await aUser(database, acme)
  expect((await list(acme.owner, { limit: 2 })).next).toBeNull()
  expect((await list(acme.owner, { limit: 1 })).next).not.toBeNull()
})

test('people are found by being active or suspended, by a role, and by both', async () => {
  const acme = await aTenant(database)
  await aUser(database, acme, { name: 'Ann', roles: ['viewer'] })
  const ben = await aUser(database, acme, { name: 'Ben', roles: ['viewer', 'member'] })
  const col = await aUser(database, acme, { name: 'Col' })
  for (const { userId } of [ben, col]) {
    await inTenant(database, acme.owner.context, (tx) => suspendUser(tx, userId))
  }
  const roleId = await roleCalled(acme, 'viewer')

  expect(await names(acme.owner, { isActive: true })).toEqual(['Ann', 'Olive Owner'])
  expect(await names(acme.owner, { isActive: false })).toEqual(['Col', 'Ben'])
  expect(await names(acme.owner, { roleId })).toEqual(['Ben', 'Ann'])
  expect(await names(acme.owner, { roleId, isActive: true })).toEqual(['Ann'])
  expect(await names(acme.owner, { roleId, isActive: false })).toEqual(['Ben'])
  expect(await names(acme.owner, { roleId, isActive: false, q: 'ann' })).toEqual([])
  expect(await names(acme.owner, { roleId, isActive: false, q: 'ben' })).toEqual(['Ben'])
  const elsewhere = await roleCalled(await aTenant(database), 'viewer')
  expect(await names(acme.owner, { roleId: elsewhere })).toEqual([])
})

const everybody = [
  'Ольга Петрова',
  'Ελένη Παπαδοπούλου',
  '王小明',
  'Émile Łukasiewicz',
  'ÅSA LINDQVIST',
  'محمد العلي',
  'שרה כהן',
  'สมชาย ใจดี',
  'प्रिया शर्मा',
  'Ann_Marie 100%',
  'AnnXMarie',
  'back\\slash',
]
test.each([
  ['петр', ['Ольга Петрова']],
  ['ПЕТР', ['Ольга Петрова']],
  ['ольга п', ['Ольга Петрова']],
  ['ΈΝΗ', ['Ελένη Παπαδοπούλου']],
  ['ελ', ['Ελένη Παπαδοπούλου']],
  ['小明', ['王小明']],
  ['王小', ['王小明']],
  ['王小明', ['王小明']],
  ['łukas', ['Émile Łukasiewicz']],
  ['E\u0301mile', ['Émile Łukasiewicz']],
  ['ÉMI', ['Émile Łukasiewicz']],
  ['åsa', ['ÅSA LINDQVIST']],
  ['Lindq', ['ÅSA LINDQVIST']],
  ['علي', ['محمد العلي']],
  ['כהן', ['שרה כהן']],
  ['ใจดี', ['สมชาย ใจดี']],
  ['शर्मा', ['प्रिया शर्मा']],
  ['ann_m', ['Ann_Marie 100%']],
  ['100%', ['Ann_Marie 100%']],
  ['ck\\sl', ['back\\slash']],
  ['an', ['AnnXMarie', 'Ann_Marie 100%']],
  ['xm', []],
  ['nxm', ['AnnXMarie']],
  ['"; drop table users; --', []],
])('somebody looks for %s', async (q, found) => {
  const acme = await theTenantOfEverybody()
  expect(await names(acme.owner, { q })).toEqual(found)
})

test('people are found by address and user name too', async () => {
  const acme = await theTenantOfEverybody()
  const kim = { name: 'Kim', email: 'painter@studio.example', username: 'brush' }
  await inTenant(database, acme.owner.context, (tx) => createUser(tx, kim))

  expect(await names(acme.owner, { q: 'Studio.Ex' })).toEqual(['Kim'])
  expect(await names(acme.owner, { q: 'rus' })).toEqual(['Kim'])
})

test.each(['', 'a', ' a ', '..', '@e', '%%', '🙂🙂', 'x'.repeat(256)])(
  '%j is too little or too much to look for',
  async (q) => {
    const acme = await theTenantOfEverybody()
    await expect(list(acme.owner, { q })).rejects.toMatchObject({ code: 'invalid_request' })
  },
)

test('a search walks its pages like a list, through a tenant of more people than it reads at once', async () => {
  const acme = await aTenant(database)
  await admin.query(
    `insert into users (tenant_id, id, email, name)
     select $1, reeve.uuid_v7(), 'n' || n || '@example.com', case when n % 300 = 7 then 'Rare ' else 'Usual ' end || n
     from generate_series(1, 5000) n`,
    [acme.tenantId],
  )
  const { rows } = await admin.query(
    `select id from users where tenant_id = $1 and name like 'Rare %' order by id desc`,
    [acme.tenantId],
  )
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await list(acme.owner, { limit: 5, after, q: 'rare' })
    seen.push(...page.items.map((user) => user.id))
    after = page.next ?? undefined
  } while (after !== undefined)

  expect(seen).toHaveLength(17)
  expect(seen).toEqual(rows.map((row) => row.id))
  expect((await list(acme.owner, { limit: 5, q: 'usual' })).items).toHaveLength(5)
})

test('a search ends at the tenant, and finds nothing where none is declared', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  await aUser(database, other, { name: 'Unmistakable' })

  expect(await names(acme.owner, { q: 'unmistak' })).toEqual([])
  expect(await names(other.owner, { q: 'unmistak' })).toEqual(['Unmistakable'])
  const { rows } = await database.pool.query(
    `select reeve.users_search('unmistak', null, null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 10)`,
  )
  expect(rows).toEqual([])
})

let crowd: Promise<Tenant> | undefined

function theTenantOfEverybody(): Promise<Tenant> {
  crowd ??= aTenant(database).then(async (acme) => {
    for (const name of everybody) await aUser(database, acme, { name })
    return acme
  })
  return crowd
}

async function roleCalled({ tenantId }: Tenant, name: string): Promise<string> {
  const { rows } = await admin.query('select id from roles where tenant_id = $1 and name = $2', [
    tenantId,
    name,
  ])
  return rows[0].id
}
