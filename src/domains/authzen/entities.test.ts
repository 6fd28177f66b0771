import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { deleteUser } from '../users/delete.ts'
import { updateUser } from '../users/update.ts'
import { deleteEntity, listEntities, readEntity, setEntity } from './entities.ts'
import { deletePolicy, listPolicies, readPolicy, setPolicy } from './policies.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database)
const { owner } = acme
const as = <T>(work: Parameters<typeof inTenant<T>>[2]) => inTenant(database, owner.context, work)
const set = (type: string, id: string, attributes: Record<string, unknown>) =>
  as((tx) => setEntity(tx, { type, id }, { attributes }))
const ofUsers = async () =>
  (await as((tx) => listEntities(tx, 'user', { limit: 100 }))).items.map(({ id }) => id)
const definition = { actions: ['view'], subjects: { user: {} }, rules: [{ actions: ['view'] }] }

test('what is stored is read again, replaced, listed by id, and forgotten', async () => {
  await set('book', 'b', { title: 'B' })
  await set('book', 'a', { title: 'A' })
  expect((await set('book', 'b', { pages: 5 })).attributes).toEqual({ pages: 5 })
  const first = await as((tx) => listEntities(tx, 'book', { limit: 1 }))
  expect([first.items.map(({ id }) => id), first.next]).toEqual([['a'], 'a'])
  const second = await as((tx) => listEntities(tx, 'book', { limit: 1, after: 'a' }))
  expect([second.items.map(({ id }) => id), second.next]).toEqual([['b'], null])

  await as((tx) => deleteEntity(tx, { type: 'book', id: 'a' }))
  const gone = as((tx) => readEntity(tx, { type: 'book', id: 'a' }))
  await expect(gone).rejects.toMatchObject({ code: 'not_found' })
})

test('a policy is declared, replaced, listed by type, and taken back', async () => {
  await as((tx) => setPolicy(tx, 'book', definition))
  const { definition: changed } = await as((tx) =>
    setPolicy(tx, 'book', { ...definition, actions: ['view', 'lend'] }),
  )
  expect(changed.actions).toEqual(['view', 'lend'])
  const { items } = await as((tx) => listPolicies(tx, { limit: 10 }))
  expect(items.map(({ type, actions }) => [type, actions])).toEqual([['book', ['view', 'lend']]])
  await as((tx) => deletePolicy(tx, 'book'))
  await expect(as((tx) => readPolicy(tx, 'book'))).rejects.toMatchObject({ code: 'not_found' })
})

test('what says the same as before changes nothing, and stands in no log', async () => {
  await as((tx) => setPolicy(tx, 'page', definition))
  await set('page', '1', { a: 1 })
  const lines = () =>
    admin.query(`select from audit_logs where tenant_id = $1 and entity_type in ('policy', 'entity')`, [
      acme.tenantId,
    ])
  const before = (await lines()).rowCount
  await as((tx) => setPolicy(tx, 'page', definition))
  await set('page', '1', { a: 1 })
  expect((await lines()).rowCount).toBe(before)
  await set('page', '1', { a: 2 })
  expect((await lines()).rowCount).toBe(before! + 1)
})

test('what roles decide no policy decides, and what it may speak of beside that it may', async () => {
  const own = (actions: string[]) => as((tx) => setPolicy(tx, 'user', { ...definition, actions, rules: [] }))
  await expect(own(['read'])).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await own(['can_read_user'])).definition.actions).toEqual(['can_read_user'])
})

test('what is stored of a person follows their address, and goes when they are deleted', async () => {
  const kim = await aUser(database, acme)
  await set('user', kim.email.toUpperCase(), { by: 'address' })
  await set('user', kim.userId.toUpperCase(), { by: 'id' })
  await set('user', 'stranger', {})
  expect((await ofUsers()).toSorted()).toEqual([kim.email, kim.userId, 'stranger'].toSorted())

  const email = `new-${kim.email}`
  await set('user', email, { of: 'somebody who had this address before' })
  await as((tx) => updateUser(tx, kim.userId, { email }))
  expect((await ofUsers()).toSorted()).toEqual([email, kim.userId, 'stranger'].toSorted())
  const { attributes } = await as((tx) => readEntity(tx, { type: 'user', id: email }))
  expect(attributes).toEqual({ by: 'address' })

  await as((tx) => deleteUser(tx, kim.userId))
  expect(await ofUsers()).toEqual(['stranger'])
})

test('attributes have a bound, and text that can be kept', async () => {
  await expect(set('book', 'x', { text: 'x'.repeat(16_000) })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(set('book', 'x', { text: 'a\0' })).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await set('book', 'x', { text: String.raw`a\u0000` })).attributes).toEqual({
    text: String.raw`a\u0000`,
  })
})
