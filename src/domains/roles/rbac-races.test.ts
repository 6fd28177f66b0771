import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { asOperator, openDatabase, type Transaction } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { addToSet, takeFromSet } from '../separation/members.ts'
import { createSet, deleteSet, updateSet } from '../separation/sets.ts'
import { assignRole, unassignRole } from './assign.ts'
import { createRole } from './create.ts'
import { disinheritRole, inheritRole } from './inherit.ts'

/*
 * Sixty-four writers give and take roles, lay them above each other, make and change sets and take away owners, all at
 * once, at read committed. Whatever came of each, no rule is broken at any moment that somebody could see.
 */

const writers = 64
const eachWrites = 5
const { access, admin } = await testDatabase()
const database = openDatabase({ ...access, poolSize: 16, acquireTimeoutMs: 60_000 })
const tenant = await aTenant(database)
const { tenantId, owner } = tenant
/** The operator, who may go on whatever happens to the owners. */
const act = <T>(work: (tx: Transaction) => Promise<T>) =>
  asOperator(database, { name: 'ops', requestId: 'races', tenantId }, work)

const roles: string[] = []
for (let i = 0; i < 6; i++) roles.push((await act((tx) => createRole(tx, { name: `role ${i}` }))).id)
const people: string[] = []
for (let i = 0; i < 5; i++)
  people.push((await aUser(database, tenant, { name: `User ${i}`, roles: [] })).userId)
const { rows } = await admin.query<{ id: string }>(
  `select id from roles where tenant_id = $1 and name = 'owner'`,
  [tenantId],
)
const ownerRole = rows[0]!.id
const sets: string[] = []
for (let i = 0; i < 2; i++) {
  const roleIds = roles.slice(i * 3, i * 3 + 3)
  sets.push((await act((tx) => createSet(tx, { name: `set ${i}`, roleIds }))).id)
}

/** What is broken in what is committed: circles, a closure that is not that of the edges, sets, the last owner. */
async function broken(): Promise<unknown[]> {
  const { rows } = await admin.query(
    `with recursive reached (role_id, reaches_id) as (
       select id, id from roles where tenant_id = $1
       union
       select r.role_id, i.junior_id from reached r
       join role_inheritance i on i.tenant_id = $1 and i.role_id = r.reaches_id
     ), closure as (
       select role_id, reaches_id from role_closure where tenant_id = $1
     )
     select 'closure' as what from ((table reached except table closure) union all (table closure except table reached)) x
     union all
     select 'circle' from reached a join reached b on a.role_id = b.reaches_id and a.reaches_id = b.role_id and a.role_id <> a.reaches_id
     union all
     select 'set too small' from separation_sets s
     where s.tenant_id = $1
       and s.cardinality > (select count(*) from separation_set_roles m where m.tenant_id = $1 and m.set_id = s.id)
     union all
     select 'duties' from separation_sets s
     join separation_set_roles m on m.tenant_id = $1 and m.set_id = s.id
     join reached r on r.reaches_id = m.role_id
     join user_roles ur on ur.tenant_id = $1 and ur.role_id = r.role_id
     where s.tenant_id = $1
     group by s.id, s.cardinality, ur.user_id having count(distinct m.role_id) >= s.cardinality
     union all
     select 'no owner' where not exists (
       select from user_roles ur join users u on u.tenant_id = $1 and u.id = ur.user_id
       where ur.tenant_id = $1 and ur.role_id = $2 and u.is_active and u.account_id is not null and ur.valid_until is null)`,
    [tenantId, ownerRole],
  )
  return rows
}

const any = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!
const deeds: ((tx: Transaction) => Promise<unknown>)[] = [
  (tx) => assignRole(tx, { userId: any(people), roleId: any(roles) }),
  (tx) => assignRole(tx, { userId: any(people), roleId: any(roles) }),
  (tx) => unassignRole(tx, { userId: any(people), roleId: any(roles) }),
  (tx) => inheritRole(tx, { roleId: any(roles), juniorId: any(roles) }),
  (tx) => inheritRole(tx, { roleId: any(roles), juniorId: any(roles) }),
  (tx) => disinheritRole(tx, { roleId: any(roles), juniorId: any(roles) }),
  (tx) => updateSet(tx, any(sets), { cardinality: any([2, 3]) }),
  (tx) => addToSet(tx, { setId: any(sets), roleId: any(roles) }),
  (tx) => takeFromSet(tx, { setId: any(sets), roleId: any(roles) }),
  async (tx) => {
    const { id } = await createSet(tx, {
      name: `brief ${Math.random()}`,
      roleIds: [any(roles), any(roles), any(roles)],
    })
    await deleteSet(tx, id)
  },
  (tx) => assignRole(tx, { userId: any(people), roleId: ownerRole }),
  (tx) => unassignRole(tx, { userId: any([owner.userId, ...people]), roleId: ownerRole }),
]
const expected =
  /^(not_found|not_allowed|role_circle|duties_separated|invalid_request|last_owner|transaction_conflict|database_busy|database_timeout)$/

test('no rule is broken while sixty-four write at once', { timeout: 180_000 }, async () => {
  const codes: Record<string, number> = {}
  const state = { writing: true }
  const write = async () => {
    for (let n = 0; n < eachWrites; n++) {
      const code = await act(any(deeds)).then(
        () => 'done',
        (error: { code?: string }) => error.code ?? String(error),
      )
      codes[code] = (codes[code] ?? 0) + 1
    }
  }
  const watch = async () => {
    const seen: unknown[] = []
    while (state.writing) seen.push(...(await broken()))
    return seen
  }
  const watching = watch()
  await Promise.all(Array.from({ length: writers }, write))
  state.writing = false

  expect(await watching).toEqual([])
  expect(await broken()).toEqual([])
  expect(Object.keys(codes).filter((code) => code !== 'done' && !expected.test(code))).toEqual([])
  expect(codes['done'], JSON.stringify(codes)).toBeGreaterThan(writers)
})

/** Somebody, and two roles that do not go together; `first` is under way, and not committed, while `second` is asked for. */
async function atOnce(
  first: (tx: Transaction, left: string, right: string, userId: string) => Promise<unknown>,
  second: (tx: Transaction, left: string, right: string, userId: string) => Promise<unknown>,
  before: (tx: Transaction, left: string, right: string, userId: string) => Promise<unknown>,
): Promise<string> {
  const { userId } = await aUser(database, tenant, { roles: [] })
  const [left, right] = [
    (await act((tx) => createRole(tx, { name: `left of ${userId}` }))).id,
    (await act((tx) => createRole(tx, { name: `right of ${userId}` }))).id,
  ]
  await act((tx) => before(tx, left, right, userId))
  let answer: Promise<string> | undefined
  await act(async (tx) => {
    await first(tx, left, right, userId)
    answer ??= act((other) => second(other, left, right, userId)).then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
    await pause(300)
  })
  return answer!
}

test('of two who give somebody two separated roles at once, the second is refused', async () => {
  const answer = await atOnce(
    (tx, left, _, userId) => assignRole(tx, { userId, roleId: left }),
    (tx, _, right, userId) => assignRole(tx, { userId, roleId: right }),
    (tx, left, right, userId) => createSet(tx, { name: `of ${userId}`, roleIds: [left, right] }),
  )
  expect(answer).toBe('duties_separated')
})

test('who separates two roles waits for whoever is just giving the second, and is refused', async () => {
  await admin.query('delete from separation_sets where tenant_id = $1', [tenantId]) // it would be the first
  const answer = await atOnce(
    (tx, _, right, userId) => assignRole(tx, { userId, roleId: right }),
    (tx, left, right, userId) => createSet(tx, { name: `of ${userId}`, roleIds: [left, right] }),
    (tx, left, _, userId) => assignRole(tx, { userId, roleId: left }),
  )
  expect(answer).toBe('duties_separated')
})
