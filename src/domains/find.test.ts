/** Things are found by the names that people have for them: everything by what it is called, and by its id. */
import { expect, test } from 'vitest'
import { asOperator, inTenant } from '../database/database.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { findAccount } from './accounts/find.ts'
import { findInvitation } from './invitations/find.ts'
import { invite } from './invitations/invite.ts'
import { revokeInvitation } from './invitations/revoke.ts'
import { createRole } from './roles/create.ts'
import { findRole } from './roles/find.ts'
import { findTenant } from './tenants/find.ts'
import { findUser } from './users/find.ts'

const { database } = await testDatabase()
const acme = await aTenant(database)
const other = await aTenant(database, 'Other')
const kim = await aUser(database, acme, { name: 'Kim' })
const { context } = acme.owner
const slug = `acme-${acme.tenantId.slice(-12)}`
const operator = { name: 'test', requestId: 'test' }

test('people are found by address in any spelling, and by id, in their own tenant alone', async () => {
  const find = (named: string) => inTenant(database, context, (tx) => findUser(tx, named))
  expect(await find(` ${kim.email.toUpperCase()} `)).toBe(kim.userId)
  expect(await find(kim.userId)).toBe(kim.userId)
  expect(await find(other.owner.email)).toBeUndefined()
  expect(await find(other.owner.userId)).toBeUndefined()
})

test('a role is found by its name as it is written', async () => {
  const { id } = await inTenant(database, context, (tx) =>
    createRole(tx, { name: 'Rédacteur', permissions: [] }),
  )
  const find = (named: string) => inTenant(database, context, (tx) => findRole(tx, named))
  expect(await find('Rédacteur'.normalize('NFD'))).toBe(id)
  expect(await find(id)).toBe(id)
  expect(await find('rédacteur')).toBeUndefined()
})

test('an invitation is found by address for as long as it waits for an answer', async () => {
  const find = (named: string) => inTenant(database, context, (tx) => findInvitation(tx, named))
  const { id } = await inTenant(database, context, (tx) => invite(tx, { email: 'new@example.com' }))
  expect(await find('New@Example.com')).toBe(id)
  await inTenant(database, context, (tx) => revokeInvitation(tx, { invitationId: id }))
  expect(await find('new@example.com')).toBeUndefined()
})

test('tenants and accounts are found by the operator alone', async () => {
  const find = (named: string) => asOperator(database, operator, (tx) => findTenant(tx, named))
  expect(await find(slug.toUpperCase())).toEqual({ id: acme.tenantId, closed: false })
  expect(await find(acme.tenantId)).toEqual({ id: acme.tenantId, closed: false })
  expect(await find('nowhere')).toBeUndefined()
  expect(await asOperator(database, operator, (tx) => findAccount(tx, kim.email.toUpperCase()))).toBe(
    kim.accountId,
  )

  const refused = { code: 'not_allowed' }
  await expect(inTenant(database, context, (tx) => findTenant(tx, slug))).rejects.toMatchObject(refused)
  await expect(inTenant(database, context, (tx) => findAccount(tx, kim.email))).rejects.toMatchObject(refused)
})

test('who may not see people finds none by their address', async () => {
  const guest = await aUser(database, acme, { roles: [] })
  const refused = { code: 'not_allowed' }
  const find = inTenant(database, guest.context, (tx) => findUser(tx, kim.email))
  await expect(find).rejects.toMatchObject(refused)
  await expect(inTenant(database, guest.context, (tx) => findRole(tx, 'owner'))).rejects.toMatchObject(
    refused,
  )
  const invitation = inTenant(database, guest.context, (tx) => findInvitation(tx, 'new@example.com'))
  await expect(invitation).rejects.toMatchObject(refused)
})
