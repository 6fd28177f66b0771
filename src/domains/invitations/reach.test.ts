import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { assignRole, unassignRole } from '../roles/assign.ts'
import { createUser } from '../users/create.ts'
import { deleteUser } from '../users/delete.ts'
import { suspendUser } from '../users/suspend.ts'
import { updateUser } from '../users/update.ts'
import { acceptInvitation } from './accept.ts'
import { invite } from './invite.ts'
import { listInvitations } from './list.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database, 'Acme')
const visit = { requestId: 'reach-test' }
const newcomer = { name: 'Nia Newcomer', password: 'tvqk zmwp hxrd' }
const unusable = { code: 'invitation_unusable' }

const { rows } = await admin.query('select name, id from roles where tenant_id = $1', [acme.tenantId])
const roles = Object.fromEntries(rows.map(({ name, id }) => [name, id])) as Record<string, string>

let guests = 0
const aGuest = () => `guest-${++guests}@example.com`
const anAdmin = () => aUser(database, acme, { name: 'Adam Admin', roles: ['admin'] })
const ask = ({ context }: Person, email: string, role?: string) =>
  inTenant(database, context, (tx) => invite(tx, { email, roleId: role && roles[role] }))
const accept = (token: string) => acceptInvitation(database, { token, ...newcomer }, visit)
const asOwner = <T>(work: Parameters<typeof inTenant<T>>[2]) => inTenant(database, acme.owner.context, work)
const waiting = (email: string, role: string) =>
  asOwner((tx) => createUser(tx, { email, name: 'Wanda Waiting', roleIds: [roles[role]!] }))

test('an admin cannot come in as an owner who waits for an account; another owner can ask them in', async () => {
  const email = aGuest()
  const wanda = await waiting(email, 'owner')

  await expect(ask(await anAdmin(), email)).rejects.toMatchObject({ code: 'not_allowed' })

  const { token } = await ask(acme.owner, email)
  expect(await accept(token)).toMatchObject({ userId: wanda.id })
})

test('an admin asks in whoever waits with no more than they have', async () => {
  const email = aGuest()
  const wanda = await waiting(email, 'member')
  const { token } = await ask(await anAdmin(), email)
  expect(await accept(token)).toMatchObject({ userId: wanda.id })
})

test('an invitation does not serve when the one who waits was given more than the inviter has', async () => {
  const email = aGuest()
  const { token } = await ask(await anAdmin(), email)
  const wanda = await waiting(email, 'member')
  await asOwner((tx) => assignRole(tx, { userId: wanda.id, roleId: roles['owner']! }))

  await expect(accept(token)).rejects.toMatchObject(unusable)
  await asOwner((tx) => unassignRole(tx, { userId: wanda.id, roleId: roles['owner']! }))
  await expect(accept(token)).resolves.toMatchObject({ userId: wanda.id })
})

test('an admin who moves a waiting owner to an invited address does not come in as them', async () => {
  const adam = await anAdmin()
  const email = aGuest()
  const { token } = await ask(adam, email)
  const wanda = await waiting(aGuest(), 'owner')
  await inTenant(database, adam.context, (tx) => updateUser(tx, wanda.id, { email })).catch(() => undefined)

  const who = await accept(token).catch(() => undefined)
  expect(who?.userId).not.toBe(wanda.id)
})

test('what somebody sent does not let them back in: not deleted, not suspended, not without their role', async () => {
  const [gone, shutOut, lesser] = [await anAdmin(), await anAdmin(), await anAdmin()]
  const sent = [
    await ask(gone, aGuest(), 'admin'),
    await ask(shutOut, aGuest(), 'admin'),
    await ask(lesser, aGuest(), 'admin'),
    await ask(lesser, aGuest()),
  ]

  await asOwner((tx) => deleteUser(tx, gone.userId))
  await asOwner((tx) => suspendUser(tx, shutOut.userId))
  await asOwner((tx) => unassignRole(tx, { userId: lesser.userId, roleId: roles['admin']! }))

  for (const { token } of sent) await expect(accept(token)).rejects.toMatchObject(unusable)
  const { items } = await asOwner((tx) => listInvitations(tx, { limit: 100 }))
  expect(items.find(({ id }) => id === sent[0]!.id)).toMatchObject({ state: 'revoked' })
})
