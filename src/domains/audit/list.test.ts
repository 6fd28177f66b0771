import { expect, test } from 'vitest'
import { asOperator, inTenant, readInTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person, type Tenant } from '../../testing/people.ts'
import type { PageRequest } from '../page.ts'
import { deleteUser } from '../users/delete.ts'
import { suspendUser } from '../users/suspend.ts'
import { updateUser } from '../users/update.ts'
import { listAudit, type AuditFilter } from './list.ts'

const { database, admin } = await testDatabase()
const list = ({ context }: Person, wanted: Partial<PageRequest> & AuditFilter = {}) =>
  readInTenant(database, context, (tx) => listAudit(tx, { limit: 100, ...wanted }))
const rename = ({ context }: Person, userId: string, name: string) =>
  inTenant(database, context, (tx) => updateUser(tx, userId, { name }))

test('an admin reads who did what, the latest first; a member may not', async () => {
  const acme = await aTenant(database)
  const boss = await aUser(database, acme, { name: 'Bea Boss', roles: ['admin'] })
  const mia = await aUser(database, acme)
  await rename(boss, mia.userId, 'Mia Other')

  const { items } = await list(boss)
  expect(items[0]).toMatchObject({
    ...{ action: 'user.updated', entityType: 'user', entityId: mia.userId },
    ...{ userId: boss.userId, userName: 'Bea Boss', accountId: boss.accountId, operator: null },
    ...{ dbRole: 'reeve_app', requestId: 'test', ipAddress: null },
    ...{ oldValues: { name: 'Mia Member' }, newValues: { name: 'Mia Other' } },
  })
  expect(items[0]).not.toHaveProperty('key')
  expect(items.map((entry) => entry.action)).toContain('tenant.created')
  expect(items.map((entry) => entry.id)).toEqual(items.map((entry) => entry.id).toSorted((a, b) => b - a))
  await expect(list(mia)).rejects.toMatchObject({ code: 'not_allowed' })
})

test('nobody reads another tenant’s log', async () => {
  const [acme, other] = [await aTenant(database), await aTenant(database)]
  const spy = { ...acme.owner, context: { ...acme.owner.context, tenantId: other.tenantId } }

  await expect(list(spy)).rejects.toMatchObject({ code: 'not_found' })
  expect((await list(acme.owner, { entityType: 'user', entityId: other.owner.userId })).items).toEqual([])
})

test('lines of one transaction, all of the same moment, are paged without gap or repetition', async () => {
  const acme = await aTenant(database)
  await admin.query(
    `insert into users (tenant_id, email, name) select $1, 'n' || n || '@example.com', 'N' from generate_series(1, 23) n`,
    [acme.tenantId],
  )
  const all = (await list(acme.owner)).items.map((entry) => entry.id)

  expect(await walk(acme, { limit: 4 })).toEqual(all)
  expect(await walk(acme, { limit: 1 })).toEqual(all)
})

test('moments that differ by a microsecond are told apart', async () => {
  const acme = await aTenant(database)
  const client = await admin.connect()
  await client.query('begin; set local session_replication_role = replica')
  for (let n = 0; n < 9; n++) {
    await client.query(
      `insert into audit_logs (tenant_id, created_at, action, entity_type, db_role)
       values ($1, '2020-05-05 12:00:00.123456Z'::timestamptz + make_interval(secs => $2 / 1000000.0), 'old.thing', 'old', 'x')`,
      [acme.tenantId, n % 3],
    )
  }
  await client.query('commit')
  client.release()

  const all = (await list(acme.owner, { entityType: 'old' })).items.map((entry) => entry.id)
  expect(all).toHaveLength(9)
  expect(await walk(acme, { limit: 2, entityType: 'old' })).toEqual(all)
})

test('the log is searched by who, by what, by what happened, and by when', async () => {
  const acme = await aTenant(database)
  const [boss, mia] = [await aUser(database, acme, { roles: ['admin'] }), await aUser(database, acme)]
  await rename(boss, mia.userId, 'One')
  await rename(acme.owner, mia.userId, 'Two')
  await inTenant(database, boss.context, (tx) => suspendUser(tx, mia.userId))
  const found = async (filter: AuditFilter) =>
    (await list(acme.owner, filter)).items.map((entry) => Object.values(entry.newValues ?? {})[0])

  expect(await found({ userId: acme.owner.userId })).toEqual(['Two'])
  expect(await found({ userId: boss.userId, action: 'user.updated' })).toEqual([false, 'One'])
  expect(await found({ entityType: 'user', entityId: mia.userId, action: 'user.updated' })).toEqual([
    false,
    'Two',
    'One',
  ])
  expect(await found({ entityType: 'user', entityId: mia.userId, userId: acme.owner.userId })).toEqual([
    'Two',
  ])
  expect(await found({ userId: boss.userId, entityType: 'role' })).toEqual([])
  expect(await found({ action: 'user.deleted' })).toEqual([])
  await expect(list(acme.owner, { entityId: mia.userId })).rejects.toMatchObject({ code: 'invalid_request' })

  const { items } = await list(acme.owner, { action: 'user.updated' })
  const [latest, , first] = items.map((entry) => entry.createdAt)
  const later = new Date(latest!.getTime() + 1)
  expect((await list(acme.owner, { action: 'user.updated', from: first!, to: later })).items).toHaveLength(3)
  expect((await list(acme.owner, { from: later })).items).toEqual([])
  expect((await list(acme.owner, { to: new Date(0) })).items).toEqual([])
  expect((await list(acme.owner, { from: later, to: first! })).items).toEqual([])
})

test('what a person did stays when they are deleted, without their name', async () => {
  const acme = await aTenant(database)
  const [boss, mia] = [await aUser(database, acme, { roles: ['admin'] }), await aUser(database, acme)]
  await rename(boss, mia.userId, 'One')
  await inTenant(database, acme.owner.context, (tx) => deleteUser(tx, boss.userId))

  const { items } = await list(acme.owner, { userId: boss.userId })
  expect(items).toMatchObject([{ action: 'user.updated', userId: boss.userId, userName: null }])
})

test('what was done in psql and by the operator is there too', async () => {
  const acme = await aTenant(database)
  await admin.query(`update users set name = 'By hand' where id = $1`, [acme.owner.userId])
  const operator = { name: 'root', requestId: 'r-1', tenantId: acme.tenantId }
  await asOperator(database, operator, (tx) => updateUser(tx, acme.owner.userId, { name: 'By root' }))

  const { items } = await list(acme.owner, { action: 'user.updated' })
  expect(items).toMatchObject([
    { operator: 'root', requestId: 'r-1', userId: null, dbRole: 'reeve_app' },
    { operator: null, requestId: null, userId: null, dbRole: 'postgres' },
  ])
})

test.each([
  '',
  'x',
  '2026-01-01T00:00:00.000000Z',
  '2026-99-01T00:00:00.000000Z/1',
  '2026-01-01T00:00:00.000000Z/-1',
  '/1',
])('%j is no key', async (after) => {
  const { owner } = await aTenant(database)
  await expect(list(owner, { after })).rejects.toMatchObject({ code: 'invalid_cursor' })
})

async function walk(acme: Tenant, wanted: { limit: number } & AuditFilter): Promise<number[]> {
  const seen: number[] = []
  let after: string | undefined
  do {
    const page = await list(acme.owner, { ...wanted, after })
    seen.push(...page.items.map((entry) => entry.id))
    after = page.next ?? undefined
  } while (after !== undefined)
  return seen
}
