import { expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { hashing } from '../accounts/passwords.ts'
import { signIn } from '../accounts/sign-in.ts'
import { signUp } from '../accounts/sign-up.ts'
import { checkSession } from '../sessions/check.ts'
import { acceptInvitation } from './accept.ts'
import { invite } from './invite.ts'
import { revokeInvitation } from './revoke.ts'
import { makeInvitationToken, tenantOfToken } from './token.ts'

const { database, admin } = await testDatabase()
const acme = await aTenant(database, 'Acme')
const visit = { requestId: 'accept-test', ip: '203.0.113.7' }
const newcomer = { name: 'Nia Newcomer', password: 'tvqk zmwp hxrd' }
const unusable = { code: 'invitation_unusable', remedy: expect.stringMatching(/new one/) }

let guests = 0
const aGuest = () => `guest-${++guests}@example.com`
const ask = async (email: string, role = 'member') => {
  const { rows } = await admin.query('select id from roles where tenant_id = $1 and name = $2', [
    acme.tenantId,
    role,
  ])
  return inTenant(database, acme.owner.context, (tx) => invite(tx, { email, roleId: rows[0].id }))
}
const accept = (token: string, given: { name?: string; password?: string; accountId?: string } = newcomer) =>
  acceptInvitation(database, { token, ...given }, visit)
const someone = async (email: string) => {
  const { account } = await signUp(
    database,
    { email, password: newcomer.password, name: 'Sam Someone' },
    visit,
  )
  return { accountId: account.id }
}
const userOf = async (email: string) => {
  const { rows } = await admin.query(
    `select u.id, u.account_id, u.name, array(
       select r.name::text from user_roles ur join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
       where ur.tenant_id = u.tenant_id and ur.user_id = u.id and ur.valid_until is null) as roles
     from users u where tenant_id = $1 and email = $2`,
    [acme.tenantId, email],
  )
  return rows
}

test('whoever is new gets an account, a user with the role, and a session, and can sign in again', async () => {
  const email = aGuest()
  const { token, id } = await ask(email)

  const { account, userId, session } = await accept(token)

  expect(account).toEqual({ id: expect.any(String), email, name: 'Nia Newcomer' })
  expect(await userOf(email)).toEqual([
    { id: userId, account_id: account.id, name: 'Nia Newcomer', roles: ['member'] },
  ])
  expect(await checkSession(database, session!.token, acme.tenantId)).toMatchObject({
    accountId: account.id,
    userId,
  })
  await expect(signIn(database, { email, password: newcomer.password }, visit)).resolves.toMatchObject({
    tenants: [{ tenantId: acme.tenantId, userId }],
  })
  const { rows } = await admin.query(
    'select accepted_at is not null as accepted, accepted_by from invitations where id = $1',
    [id],
  )
  expect(rows).toEqual([{ accepted: true, accepted_by: userId }])
})

test('whoever has an account and is signed in with it comes in as themself', async () => {
  const email = aGuest()
  const { accountId } = await someone(email)
  const { token } = await ask(email)

  const accepted = await accept(token, { accountId })

  expect(accepted).not.toHaveProperty('session')
  expect(await userOf(email)).toEqual([
    { id: accepted.userId, account_id: accountId, name: 'Sam Someone', roles: ['member'] },
  ])
})

test('whoever has an account but is not signed in is told to, and the invitation still serves', async () => {
  const email = aGuest()
  const { accountId } = await someone(email)
  const { token } = await ask(email)

  await expect(accept(token)).rejects.toMatchObject({
    code: 'not_signed_in',
    remedy: expect.stringMatching(/sign in/),
  })
  expect(await userOf(email)).toEqual([])
  await expect(accept(token, { accountId })).resolves.toHaveProperty('userId')
})

test('whoever is signed in under another address is told so, whether or not the invited one has an account', async () => {
  const [email, other] = [aGuest(), aGuest()]
  await someone(email)
  const mallory = await someone(aGuest())

  for (const { token } of [await ask(email), await ask(other)]) {
    await expect(accept(token, mallory)).rejects.toMatchObject({ code: 'not_allowed' })
  }
})

test('a user whom the tenant knew without an account becomes theirs, with name and history', async () => {
  const email = aGuest()
  const userId = uuidV7()
  await admin.query('insert into users (tenant_id, id, email, name) values ($1, $2, $3, $4)', [
    ...[acme.tenantId, userId, email, 'Imported Ida'],
  ])
  const { token } = await ask(email)

  const accepted = await accept(token)

  expect(accepted.userId).toBe(userId)
  expect(await userOf(email)).toEqual([
    { id: userId, account_id: accepted.account.id, name: 'Imported Ida', roles: ['member'] },
  ])
})

test('a role that was given for a time is given for good', async () => {
  const email = aGuest()
  await admin.query(
    `with ida as (insert into users (tenant_id, email, name) values ($1, $2, 'Ida') returning tenant_id, id)
     insert into user_roles (tenant_id, user_id, role_id, valid_from, valid_until)
     select i.tenant_id, i.id, r.id, now() - interval '2 days', now() - interval '1 day'
     from ida i join roles r on r.tenant_id = i.tenant_id and r.name = 'member'`,
    [acme.tenantId, email],
  )
  expect(await userOf(email)).toMatchObject([{ roles: [] }])

  await accept((await ask(email)).token)

  expect(await userOf(email)).toMatchObject([{ roles: ['member'] }])
})

test('accepted twice at the same time it serves once', async () => {
  const email = aGuest()
  const { accountId } = await someone(email)
  const { token } = await ask(email)

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => accept(token, { accountId })))

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unusable)
  expect(await userOf(email)).toHaveLength(1)
})

test('accepted twice at the same time by somebody new it makes one account', async () => {
  const email = aGuest()
  const { token } = await ask(email)

  const outcomes = await Promise.allSettled([accept(token), accept(token)])

  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const lost = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(lost?.reason).toMatchObject(unusable)
  const { rows } = await admin.query('select count(*)::integer from account_emails where email = $1', [email])
  expect(rows).toEqual([{ count: 1 }])
})

test('used, revoked, replaced, expired, unknown and forged invitations are refused alike, without any hashing', async () => {
  const used = await ask(aGuest())
  await accept(used.token)
  const revoked = await ask(aGuest())
  await inTenant(database, acme.owner.context, (tx) => revokeInvitation(tx, { invitationId: revoked.id }))
  const email = aGuest()
  const replaced = await ask(email)
  await ask(email)
  const expired = await ask(aGuest())
  await admin.query('update invitations set expires_at = now() where id = $1', [expired.id])
  const ofNoTenant = makeInvitationToken(uuidV7())
  const ofAnotherTenant = makeInvitationToken((await aTenant(database)).tenantId)
  const moved = expired.token.replace(acme.tenantId.replaceAll('-', ''), uuidV7().replaceAll('-', ''))
  const forged = [
    makeInvitationToken(acme.tenantId),
    ofNoTenant,
    ofAnotherTenant,
    moved,
    '',
    'rv_i_',
    'a'.repeat(1_000_000),
  ]

  const before = hashing.passed
  const refusals = []
  for (const token of [used.token, revoked.token, replaced.token, expired.token, ...forged]) {
    const { code, message, remedy } = await accept(token).catch((error) => error)
    refusals.push(`${code}: ${message}; ${remedy}`)
  }

  expect(new Set(refusals).size).toBe(1)
  expect(refusals[0]).toMatch(/^invitation_unusable: /)
  expect(hashing.passed).toBe(before)
})

test('an invitation into a deleted tenant cannot be used', async () => {
  const initech = await aTenant(database, 'Initech')
  const { token } = await inTenant(database, initech.owner.context, (tx) => invite(tx, { email: aGuest() }))
  await admin.query('update tenants set deleted_at = now() where id = $1', [initech.tenantId])

  await expect(accept(token)).rejects.toMatchObject(unusable)
})

test('whoever was suspended does not come back in by an invitation', async () => {
  const email = aGuest()
  const { token } = await ask(email)
  await admin.query(
    `insert into users (tenant_id, email, name, suspended_at) values ($1, $2, 'Sue', now())`,
    [...[acme.tenantId, email]],
  )

  await expect(accept(token)).rejects.toMatchObject(unusable)
  expect(await userOf(email)).toMatchObject([{ account_id: null, roles: [] }])
  const { rows } = await admin.query('select from account_emails where email = $1', [email])
  expect(rows).toEqual([])
})

test('whoever is in the tenant under another address already is told so', async () => {
  const mia = await aUser(database, acme)
  const email = aGuest()
  await admin.query('insert into account_emails (email, account_id, is_primary) values ($1, $2, false)', [
    ...[email, mia.accountId],
  ])
  const { token } = await ask(email)

  await expect(accept(token, { accountId: mia.accountId })).rejects.toMatchObject({ code: 'already_exists' })
})

test.each([
  ['no password', { name: 'Nia' }],
  ['no name', { password: newcomer.password }],
  ['an easy password', { name: 'Nia', password: 'Password1' }],
  ['a name of 121 characters', { name: 'n'.repeat(121), password: newcomer.password }],
])('whoever is new and gives %s is told so, and may try again', async (_, given) => {
  const { token } = await ask(aGuest())

  await expect(accept(token, given)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(accept(token)).resolves.toHaveProperty('session')
})

test('an invitation by somebody deleted since does not serve: nobody can tell whether they could still ask', async () => {
  const admin2 = await aUser(database, acme, { roles: ['admin'] })
  const email = aGuest()
  const { token } = await inTenant(database, admin2.context, (tx) => invite(tx, { email }))
  await admin.query('delete from users where id = $1', [admin2.userId])

  await expect(accept(token)).rejects.toMatchObject(unusable)
})

test('the audit log says who came in', async () => {
  const { token, id } = await ask(aGuest())
  const { account, userId } = await accept(token)

  const { rows } = await admin.query(
    `select action, account_id, request_id from audit_logs
     where tenant_id = $1 and (entity_id = $2 or (entity_id = $3 and action = 'invitation.updated')) order by id`,
    [acme.tenantId, userId, id],
  )
  expect(rows).toEqual(
    ['user.created', 'user_role.created', 'invitation.updated'].map((action) => ({
      ...{ action, account_id: account.id, request_id: 'accept-test' },
    })),
  )
})

test('a token names its tenant, and nothing else is a token', () => {
  const token = makeInvitationToken(acme.tenantId)
  expect(tenantOfToken(token)).toBe(acme.tenantId)
  for (const other of [token.slice(0, -1), `${token}x`, ` ${token}`, token.toUpperCase(), `${token}\n`]) {
    expect(tenantOfToken(other)).toBeUndefined()
  }
})
