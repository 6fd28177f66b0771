import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import {
  asOperator,
  closeDatabase,
  inTenant,
  openDatabase,
  type Database,
  type Transaction,
} from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import { deleteUser } from '../users/delete.ts'
import { suspendUser } from '../users/suspend.ts'
import { assignRole, unassignRole } from './assign.ts'

type World = { database: Database; admin: pg.Pool }
type Removal = (tx: Transaction, userId: string, roleId: string) => Promise<unknown>

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
const removals: Record<string, Removal> = {
  'taking the role away': (tx, userId, roleId) => unassignRole(tx, { userId, roleId }),
  suspending: (tx, userId) => suspendUser(tx, userId),
  deleting: (tx, userId) => deleteUser(tx, userId),
  'giving the role an end': (tx, userId, roleId) => assignRole(tx, { userId, roleId, validUntil: inDays(1) }),
  'putting the role off': (tx, userId, roleId) => assignRole(tx, { userId, roleId, validFrom: inDays(1) }),
}
const kinds = Object.keys(removals)
const pairs = kinds.flatMap((first) => kinds.map((second) => [first, second] as const))
const worlds = {
  'read committed': await aWorld('read committed'),
  'repeatable read': await aWorld('repeatable read'),
}
const { database } = worlds['read committed']

test.each(kinds)('%s is refused to the last owner, and done to one of two', async (kind) => {
  const acme = await aTenant(database)
  const second = await aUser(database, acme, { roles: ['owner'] })
  const roleId = await ownerRole(worlds['read committed'], acme)

  await operate(database, acme, (tx) => removals[kind]!(tx, second.userId, roleId))
  const last = operate(database, acme, (tx) => removals[kind]!(tx, acme.owner.userId, roleId))
  await expect(last).rejects.toMatchObject({ code: 'last_owner' })
  expect(await ownersOf(worlds['read committed'], acme)).toBe(1)
})

test('an owner who is suspended, or only one for a time, does not make up for the last', async () => {
  const acme = await aTenant(database)
  const roleId = await ownerRole(worlds['read committed'], acme)
  const [out, temporary, future] = [
    await aUser(database, acme),
    await aUser(database, acme),
    await aUser(database, acme),
  ]
  await operate(database, acme, (tx) => assignRole(tx, { userId: out.userId, roleId }))
  await operate(database, acme, (tx) => suspendUser(tx, out.userId))
  await operate(database, acme, (tx) =>
    assignRole(tx, { userId: temporary.userId, roleId, validUntil: inDays(9) }),
  )
  await operate(database, acme, (tx) =>
    assignRole(tx, { userId: future.userId, roleId, validFrom: inDays(9) }),
  )

  for (const kind of kinds) {
    const last = operate(database, acme, (tx) => removals[kind]!(tx, acme.owner.userId, roleId))
    await expect(last).rejects.toMatchObject({ code: 'last_owner' })
  }
})

for (const [level, world] of Object.entries(worlds)) {
  // What may be tried again is: then it is the last owner who cannot go.
  const refused = level === 'read committed' ? 'last_owner' : 'transaction_conflict'
  const either = /^(last_owner|transaction_conflict)$/

  test.each(pairs)(
    `under ${level}, %s one of two owners and %s the other at once: the first wins`,
    async (one, other) => {
      const acme = await aTenant(world.database)
      const second = await aUser(world.database, acme, { roles: ['owner'] })
      const roleId = await ownerRole(world, acme)

      const gate = aGate()
      const first = operate(world.database, acme, async (tx) => {
        await removals[one]!(tx, acme.owner.userId, roleId)
        await gate.opened
      })
      await somebodyHoldsTheGuard(world, acme)
      const refusals: string[] = []
      const late = operate(world.database, acme, (tx) =>
        removals[other]!(tx, second.userId, roleId).catch((error) => {
          refusals.push(error.code)
          throw error
        }),
      )
      await Promise.race([somebodyWaits(world), late.catch(() => {})])
      gate.open()

      await first
      await expect(late).rejects.toMatchObject({ code: expect.stringMatching(either) })
      expect(refusals[0]).toBe(refused)
      expect(await ownersOf(world, acme)).toBe(1)
    },
  )

  test(`under ${level}, two owners who remove each other at once do not both succeed`, async () => {
    for (const [mine, theirs] of pairs) {
      const acme = await aTenant(world.database)
      const rival = await aUser(world.database, acme, { roles: ['owner'] })
      const roleId = await ownerRole(world, acme)
      const act = (who: Person, kind: string, whom: Person) =>
        inTenant(world.database, who.context, (tx) => removals[kind]!(tx, whom.userId, roleId))

      const ends = await Promise.allSettled([act(acme.owner, mine, rival), act(rival, theirs, acme.owner)])
      expect(ends.filter((end) => end.status === 'fulfilled').length).toBeLessThanOrEqual(1)
      expect(await ownersOf(world, acme)).toBeGreaterThanOrEqual(1)
    }
  })

  test(`under ${level}, a tenant whose six owners are all removed at once keeps one`, async () => {
    for (let round = 0; round < 8; round++) {
      const acme = await aTenant(world.database)
      const owners: Person[] = [acme.owner]
      for (let n = 1; n < 6; n++) owners.push(await aUser(world.database, acme, { roles: ['owner'] }))
      const roleId = await ownerRole(world, acme)
      await eachAppointedTheNext(world, acme, owners)

      const ends = await Promise.allSettled(
        owners.map(({ userId }, n) => {
          const removal = removals[kinds[(n + round) % kinds.length]!]!
          return operate(world.database, acme, (tx) => removal(tx, userId, roleId))
        }),
      )
      const refusals = ends.filter((end) => end.status === 'rejected').map((end) => end.reason.code)
      expect(refusals.length).toBeGreaterThanOrEqual(1)
      expect(new Set([...refusals, 'last_owner', 'transaction_conflict']).size).toBe(2)
      expect(await ownersOf(world, acme)).toBe(refusals.length)
    }
  })
}

test('a tenant cannot be made without an owner', async () => {
  const { admin } = worlds['read committed']
  const orphan = admin.query(`insert into tenants (slug, name) values ('orphan', 'Orphan')`)
  await expect(orphan).rejects.toMatchObject({ code: 'RV001' })
})

/** A database in which every transaction has this isolation level. */
async function aWorld(level: string): Promise<World> {
  const { access, admin } = await testDatabase()
  await admin.query(`alter database ${access.database} set default_transaction_isolation = '${level}'`)
  const database = openDatabase(access)
  afterAll(() => closeDatabase(database))
  return { database, admin }
}

function operate<T>(database: Database, { tenantId }: Tenant, work: (tx: Transaction) => Promise<T>) {
  return asOperator(database, { name: 'root', requestId: 'test', tenantId }, work)
}

function aGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

/** Until the first has made its change and holds what the second will meet on. */
async function somebodyHoldsTheGuard({ admin }: World, { tenantId }: Tenant): Promise<void> {
  await until(async () => {
    const free = await admin.query('select from tenant_guards where tenant_id = $1 for update skip locked', [
      tenantId,
    ])
    return free.rowCount === 0
  })
}

async function somebodyWaits({ admin }: World): Promise<void> {
  await until(async () => {
    const waiting = await admin.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return waiting.rowCount! > 0
  })
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it never came to that')
}

/** So that deleting two of them changes what the other one holds. */
async function eachAppointedTheNext({ admin }: World, { tenantId }: Tenant, owners: Person[]): Promise<void> {
  for (const [n, { userId }] of owners.entries()) {
    await admin.query('update user_roles set assigned_by = $3 where tenant_id = $1 and user_id = $2', [
      ...[tenantId, userId, owners[(n + 1) % owners.length]!.userId],
    ])
  }
}

async function ownerRole({ admin }: World, { tenantId }: Tenant): Promise<string> {
  const { rows } = await admin.query(`select id from roles where tenant_id = $1 and name = 'owner'`, [
    tenantId,
  ])
  return rows[0].id
}

async function ownersOf({ admin }: World, { tenantId }: Tenant): Promise<number> {
  const { rows } = await admin.query(
    `select count(*)::int as owners from user_roles ur
     join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
     join users u on u.tenant_id = ur.tenant_id and u.id = ur.user_id
     where r.tenant_id = $1 and r.name = 'owner' and u.is_active
       and ur.valid_from <= now() and ur.valid_until is null`,
    [tenantId],
  )
  return rows[0].owners
}
