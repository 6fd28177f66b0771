import { expect, test } from 'vitest'
import { asOperator, outsideTenants, type Transaction } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { signIn } from '../accounts/sign-in.ts'
import { signUp } from '../accounts/sign-up.ts'
import { checkSession } from './check.ts'
import { listSessions, revokeAllSessions, revokeOtherSessions, revokeSession, signOut } from './sessions.ts'
import { whoAmI } from './who-am-i.ts'

const { database, admin } = await testDatabase()
const password = 'tvqk zmwp hxrd'
const operator = { name: 'ops', requestId: 'test' }

let people = 0
/** Somebody who is signed in on two devices. */
async function aPerson(name = 'Kim Smith') {
  const email = `person-${++people}@example.com`
  const laptop = { requestId: 'test', ip: '203.0.113.7', userAgent: 'Laptop' }
  const phone = { requestId: 'test', ip: '2001:db8::7', userAgent: 'Phone' }
  const { account, user, tenant, session: first } = await signUp(database, { email, password, name }, laptop)
  const second = await signIn(database, { email, password }, phone)
  const context = { actor: { kind: 'account', accountId: account.id }, requestId: 'test' } as const
  const act = <T>(work: (tx: Transaction) => Promise<T>) => outsideTenants(database, context, work)
  return { accountId: account.id, email, user, tenant, first, second, act }
}
const alive = async (...sessions: { token: string }[]) =>
  Promise.all(sessions.map(async ({ token }) => (await checkSession(database, token)) !== undefined))

test("one sees where one is signed in, the newest first, and nobody else's sessions", async () => {
  const [kim] = [await aPerson(), await aPerson()]

  const sessions = await kim.act(listSessions)

  expect(sessions).toEqual([
    expect.objectContaining({ id: kim.second.sessionId, ip: '2001:db8::7', userAgent: 'Phone' }),
    expect.objectContaining({ id: kim.first.sessionId, ip: '203.0.113.7', userAgent: 'Laptop' }),
  ])
  expect(JSON.stringify(sessions)).not.toContain('hash')
})

test("one ends one of one's sessions, and it is gone from the list", async () => {
  const kim = await aPerson()
  const { sessionId } = kim.first
  await kim.act((tx) => revokeSession(tx, { sessionId }))

  expect(await alive(kim.first, kim.second)).toEqual([false, true])
  expect((await kim.act(listSessions)).map(({ id }) => id)).toEqual([kim.second.sessionId])
})

test("a session that has ended, is somebody else's, or never was cannot be ended", async () => {
  const [kim, noor] = [await aPerson(), await aPerson()]
  const end = (sessionId: string) => kim.act((tx) => revokeSession(tx, { sessionId }))
  await end(kim.first.sessionId)

  for (const sessionId of [kim.first.sessionId, noor.first.sessionId, uuidV7()]) {
    await expect(end(sessionId)).rejects.toMatchObject({ code: 'not_found' })
  }
  await expect(end('not-a-uuid')).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await alive(noor.first)).toEqual([true])
})

test('one ends all sessions but the one that asks', async () => {
  const [kim, noor] = [await aPerson(), await aPerson()]

  expect(await kim.act((tx) => revokeOtherSessions(tx, { sessionId: kim.first.sessionId }))).toBe(1)

  expect(await alive(kim.first, kim.second, noor.first)).toEqual([true, false, true])
})

test('one ends all sessions, and so may the operator for anybody, but nobody else', async () => {
  const [kim, noor] = [await aPerson(), await aPerson()]
  const { accountId } = noor

  expect(await kim.act(revokeAllSessions)).toBe(2)
  await expect(kim.act((tx) => revokeAllSessions(tx, { accountId }))).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(kim.act((tx) => listSessions(tx, { accountId }))).rejects.toMatchObject({ code: 'not_found' })
  expect(await alive(kim.first, kim.second, noor.first)).toEqual([false, false, true])

  expect(await asOperator(database, operator, (tx) => listSessions(tx, { accountId }))).toHaveLength(2)
  expect(await asOperator(database, operator, (tx) => revokeAllSessions(tx, { accountId }))).toBe(2)
  expect(await alive(noor.first, noor.second)).toEqual([false, false])
  await expect(asOperator(database, operator, listSessions)).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('signing out ends the session that asks; twice is no failure', async () => {
  const kim = await aPerson()
  const { sessionId } = kim.first
  await kim.act((tx) => signOut(tx, { sessionId }))
  await kim.act((tx) => signOut(tx, { sessionId }))

  expect(await alive(kim.first, kim.second)).toEqual([false, true])
  const { rows } = await admin.query('select revoked_reason from sessions where id = $1', [sessionId])
  expect(rows).toEqual([{ revoked_reason: 'signed_out' }])
})

test('the audit log says when a session began and ended, and never its token', async () => {
  const kim = await aPerson()
  await kim.act((tx) => signOut(tx, { sessionId: kim.first.sessionId }))

  const { rows } = await admin.query(
    `select action, account_id, new_values from audit_logs where entity_type = 'session' and entity_id = $1 order by id`,
    [kim.first.sessionId],
  )
  expect(rows).toMatchObject([
    { action: 'session.created', account_id: kim.accountId, new_values: { user_agent: 'Laptop' } },
    { action: 'session.updated', account_id: kim.accountId, new_values: { revoked_reason: 'signed_out' } },
  ])
  expect(JSON.stringify(rows)).not.toContain('token')
})

test('who am I: the account, and per tenant the user, the roles and what they permit', async () => {
  const kim = await aPerson('Kim')

  const { accountId, email, user, tenant } = kim
  expect(await whoAmI(database, kim.first.token)).toEqual({
    sessionId: kim.first.sessionId,
    expiresAt: expect.any(Date),
    account: { id: accountId, email, name: 'Kim' },
    tenants: [
      {
        ...{ tenantId: tenant.id, userId: user.id, name: "Kim's team", slug: tenant.slug },
        ...{ roles: ['owner'], permissions: ['*:*'] },
      },
    ],
  })
})

test('where one is suspended, and in a deleted tenant, one is nobody', async () => {
  const kim = await aPerson()
  await admin.query('update tenants set deleted_at = now() where id = $1', [kim.tenant.id])

  expect(await whoAmI(database, kim.first.token)).toMatchObject({ tenants: [] })
})
