import { expect, test } from 'vitest'
import { asOperator, inTenant } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser, type Person } from '../../testing/people.ts'
import { invite } from './invite.ts'
import { listInvitations } from './list.ts'
import { revokeInvitation } from './revoke.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database, 'Acme')
const globex = await aTenant(database, 'Globex')

const roleOf = async (tenantId: string, name: string): Promise<string> => {
  const { rows } = await admin.query('select id from roles where tenant_id = $1 and name = $2', [
    tenantId,
    name,
  ])
  return rows[0].id
}
const ask = ({ context }: Person, email: string, roleId?: string) =>
  inTenant(database, context, (tx) => invite(tx, { email, roleId }))
const list = ({ context }: Person, limit = 20, after?: string) =>
  inTenant(database, context, (tx) => listInvitations(tx, { limit, after }))
const revoke = ({ context }: Person, invitationId: string) =>
  inTenant(database, context, (tx) => revokeInvitation(tx, { invitationId }))

let guests = 0
const aGuest = () => `guest-${++guests}@example.com`

test('an owner invites by address, with a role, for seven days; the token is shown once and kept as its hash', async () => {
  const roleId = await roleOf(acme.tenantId, 'member')
  const email = aGuest()

  const { token, ...invitation } = await ask(acme.owner, email.toUpperCase(), roleId)

  expect(token).toMatch(new RegExp(`^rv_i_${acme.tenantId.replaceAll('-', '')}_[\\w-]{43}$`))
  expect(invitation).toMatchObject({
    ...{ email, role: { id: roleId, name: 'member' }, state: 'pending', invitedBy: acme.owner.userId },
  })
  expect(Math.round((invitation.expiresAt.getTime() - Date.now()) / 86_400_000)).toBe(7)
  expect((await list(acme.owner)).items).toContainEqual(invitation)
  const { rows } = await admin.query('select row_to_json(i)::text as row from invitations i where id = $1', [
    invitation.id,
  ])
  expect(rows[0].row).not.toContain(token)
})

test('a second invitation of an address takes the place of the first', async () => {
  const email = aGuest()
  const first = await ask(acme.owner, email)
  const second = await ask(acme.owner, email)

  const { items } = await list(acme.owner)
  const states = items.filter((one) => one.email === email).map(({ id, state }) => ({ id, state }))
  expect(states).toEqual([
    { id: second.id, state: 'pending' },
    { id: first.id, state: 'revoked' },
  ])
})

test('two invitations of an address at once leave one pending', async () => {
  const email = aGuest()
  await Promise.allSettled([ask(acme.owner, email), ask(acme.owner, email)])

  const { items } = await list(acme.owner)
  expect(items.filter((one) => one.email === email && one.state === 'pending')).toHaveLength(1)
})

test('who may not invite is refused; neither may they look or revoke', async () => {
  const [mia, invitation] = [await aUser(database, acme), await ask(acme.owner, aGuest())]

  await expect(ask(mia, aGuest())).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(list(mia)).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(revoke(mia, invitation.id)).rejects.toMatchObject({ code: 'not_allowed' })
})

test('an admin invites members, but no owner: nobody gives away more than they have', async () => {
  const admin = await aUser(database, acme, { roles: ['admin'] })

  await expect(ask(admin, aGuest(), await roleOf(acme.tenantId, 'member'))).resolves.toHaveProperty('token')
  await expect(ask(admin, aGuest(), await roleOf(acme.tenantId, 'owner'))).rejects.toMatchObject({
    code: 'not_allowed',
  })
})

test('who belongs already is not invited; who is known without an account is', async () => {
  const mia = await aUser(database, acme)
  await expect(ask(acme.owner, mia.email)).rejects.toMatchObject({ code: 'already_exists' })

  const email = aGuest()
  await admin.query('insert into users (tenant_id, email, name) values ($1, $2, $3)', [
    acme.tenantId,
    email,
    'Ann',
  ])
  await expect(ask(acme.owner, email)).resolves.toHaveProperty('token')
})

test("a role that is not there, or is another tenant's, is refused and nothing is left", async () => {
  const email = aGuest()
  const first = await ask(acme.owner, email)

  for (const roleId of [uuidV7(), await roleOf(globex.tenantId, 'member')]) {
    await expect(ask(acme.owner, email, roleId)).rejects.toMatchObject({ code: 'not_found' })
  }
  await expect(ask(acme.owner, email, 'member')).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(ask(acme.owner, 'nowhere')).rejects.toMatchObject({ code: 'invalid_request' })

  const { items } = await list(acme.owner)
  expect(items.filter((one) => one.email === email)).toMatchObject([{ id: first.id, state: 'pending' }])
})

test('a revoked invitation stays in the list as revoked; revoking again changes nothing', async () => {
  const { id } = await ask(acme.owner, aGuest())

  expect(await revoke(acme.owner, id)).toMatchObject({ id, state: 'revoked' })
  const { rows } = await admin.query('select revoked_at, revoked_by from invitations where id = $1', [id])
  expect(rows[0].revoked_by).toBe(acme.owner.userId)

  expect(await revoke(acme.owner, id)).toMatchObject({ id, state: 'revoked' })
  const { rows: again } = await admin.query('select revoked_at, revoked_by from invitations where id = $1', [
    id,
  ])
  expect(again).toEqual(rows)
})

test("another tenant's invitations are not there", async () => {
  const theirs = await ask(globex.owner, aGuest())

  await expect(revoke(acme.owner, theirs.id)).rejects.toMatchObject({ code: 'not_found' })
  expect((await list(acme.owner, 100)).items.map(({ id }) => id)).not.toContain(theirs.id)
  expect((await list(globex.owner)).items).toMatchObject([{ id: theirs.id, state: 'pending' }])
})

test('the list comes in pages, the newest first, none twice and none left out', async () => {
  const initech = await aTenant(database, 'Initech')
  const made: string[] = []
  for (let i = 0; i < 7; i++) made.push((await ask(initech.owner, aGuest())).id)

  const seen: string[] = []
  let after: string | undefined
  do {
    const { items, next } = await list(initech.owner, 3, after)
    expect(items.length).toBeLessThanOrEqual(3)
    seen.push(...items.map(({ id }) => id))
    after = next ?? undefined
  } while (after)

  expect(seen).toEqual(made.toReversed())
})

test("the operator invites for a tenant, in nobody's name", async () => {
  const operator = { name: 'ops', requestId: 'test', tenantId: acme.tenantId }
  const invited = await asOperator(database, operator, (tx) => invite(tx, { email: aGuest() }))

  expect(invited).toMatchObject({ state: 'pending', invitedBy: null, role: null })
})

test('the audit log says who invited whom, and not with what token', async () => {
  const { id, email } = await ask(acme.owner, aGuest())
  const { rows } = await admin.query(
    'select action, user_id, new_values from audit_logs where entity_id = $1',
    [id],
  )

  expect(rows).toMatchObject([
    { action: 'invitation.created', user_id: acme.owner.userId, new_values: { email } },
  ])
  expect(JSON.stringify(rows)).not.toContain('token')
})
