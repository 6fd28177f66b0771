import { expect, test } from 'vitest'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { checkSession } from '../sessions/check.ts'
import { changePassword } from './change-password.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

const { database, admin } = await testDatabase()
const visit = { requestId: 'change-password-test' }
const old = 'tvqk zmwp hxrd'
const next = 'bnfg lcsy wjqp'

let people = 0
async function aPerson() {
  const email = `person-${++people}@example.com`
  const { account, session } = await signUp(database, { email, password: old, name: 'Kim Smith' }, visit)
  return { email, accountId: account.id, sessionId: session.sessionId, token: session.token }
}
type Person = Awaited<ReturnType<typeof aPerson>>
const enter = ({ email }: Person, password: string) => signIn(database, { email, password }, visit)
const change = ({ accountId, sessionId }: Person, current = old, wanted = next) =>
  changePassword(database, { accountId, sessionId, current, next: wanted }, visit)
const alive = async (token: string) => (await checkSession(database, token)) !== undefined

test('the new password opens, the old one no longer does', async () => {
  const kim = await aPerson()
  await change(kim)

  await expect(enter(kim, next)).resolves.toHaveProperty('token')
  await expect(enter(kim, old)).rejects.toMatchObject({ code: 'sign_in_failed' })
})

test('it ends all other sessions and keeps the one that asks', async () => {
  const [kim, other] = [await aPerson(), await aPerson()]
  const elsewhere = [await enter(kim, old), await enter(kim, old)]

  expect(await change(kim)).toBe(2)

  expect(await alive(kim.token)).toBe(true)
  expect(await Promise.all(elsewhere.map(({ token }) => alive(token)))).toEqual([false, false])
  expect(await alive(other.token)).toBe(true)
  const { rows } = await admin.query('select distinct revoked_reason from sessions where account_id = $1', [
    kim.accountId,
  ])
  expect(rows.map((row) => row.revoked_reason).toSorted()).toEqual([null, 'password_changed'])
})

test('a wrong current password is refused and changes nothing', async () => {
  const kim = await aPerson()
  const elsewhere = await enter(kim, old)

  await expect(change(kim, 'not the password')).rejects.toMatchObject({ code: 'wrong_password' })

  expect(await alive(elsewhere.token)).toBe(true)
  await expect(enter(kim, old)).resolves.toHaveProperty('token')
})

test.each([
  ['a common one', () => 'Password1'],
  ['a short one', () => 'tvqk'],
  ['the own name', () => 'Kim-Smith'],
  ['the own address', ({ email }: Person) => email],
])('%s is no better as a new password than as a first one', async (_, weak) => {
  const kim = await aPerson()
  await expect(change(kim, old, weak(kim))).rejects.toMatchObject({ code: 'invalid_request' })
})

test('of two changes at once one wins, the other is told, and one password opens', async () => {
  const kim = await aPerson()
  const wanted = [next, 'xrdk mwqv pbnh']

  const outcomes = await Promise.allSettled(wanted.map((password) => change(kim, old, password)))

  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const lost = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(lost?.reason).toMatchObject({ code: 'wrong_password' })
  const opens = await Promise.allSettled(wanted.map((password) => enter(kim, password)))
  expect(opens.map(({ status }) => status)).toEqual(outcomes.map(({ status }) => status))
})

test('an account that is not there is refused like a wrong password', async () => {
  const nobody = { ...(await aPerson()), accountId: uuidV7() }
  await expect(change(nobody)).rejects.toMatchObject({ code: 'wrong_password' })
})

test('the audit log says that it was changed, by whom, and not to what', async () => {
  const kim = await aPerson()
  await change(kim)

  const { rows } = await admin.query(
    `select action, account_id, request_id, coalesce(old_values, '{}') || new_values ? 'hash' as tells from audit_logs
     where entity_type = 'credential' and entity_id = $1 order by id`,
    [kim.accountId],
  )
  expect(rows).toEqual(
    ['credential.created', 'credential.updated'].map((action) => ({
      ...{ action, account_id: kim.accountId, request_id: visit.requestId, tells: false },
    })),
  )
})
