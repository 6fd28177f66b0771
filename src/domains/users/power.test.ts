import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { unassignRole } from '../roles/assign.ts'
import { listRoles } from '../roles/list.ts'
import { deleteUser } from './delete.ts'
import { resumeUser, suspendUser } from './suspend.ts'

const { database } = await testDatabase()
const acme = await aTenant(database)
const admin = await aUser(database, acme, { name: 'Amir Admin', roles: ['admin'] })
const { items } = await inTenant(database, acme.owner.context, (tx) => listRoles(tx, { limit: 100 }))
const roleId = (name: string) => items.find((role) => role.name === name)!.id

const suspend = (by: Person, whom: Person) =>
  inTenant(database, by.context, (tx) => suspendUser(tx, whom.userId))
const resume = (by: Person, whom: Person) =>
  inTenant(database, by.context, (tx) => resumeUser(tx, whom.userId))
const remove = (by: Person, whom: Person) =>
  inTenant(database, by.context, (tx) => deleteUser(tx, whom.userId))
const takeOwnership = (by: Person, whom: Person) =>
  inTenant(database, by.context, (tx) => unassignRole(tx, { userId: whom.userId, roleId: roleId('owner') }))

test('an admin has no power over those who may do more: owners are not suspended, deleted or demoted by them', async () => {
  const second = await aUser(database, acme, { name: 'Otto Owner', roles: ['owner'] })

  for (const attempt of [suspend, remove, takeOwnership]) {
    await expect(attempt(admin, second)).rejects.toMatchObject({ code: 'not_allowed' })
  }
  await suspend(acme.owner, second)
  await expect(resume(admin, second)).rejects.toMatchObject({ code: 'not_allowed' })
  await resume(acme.owner, second)
  await takeOwnership(acme.owner, second)
})

test('over those who may do no more than they, an admin has it', async () => {
  const member = await aUser(database, acme, { name: 'Mia Member' })
  const peer = await aUser(database, acme, { name: 'Anna Admin', roles: ['admin'] })

  await suspend(admin, member)
  await resume(admin, member)
  await remove(admin, member)
  await remove(admin, peer)
})

test('everybody may give up what they have themselves', async () => {
  const third = await aUser(database, acme, { name: 'Ola Owner', roles: ['owner'] })
  await takeOwnership(third, third)
})
