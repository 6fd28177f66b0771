import { expect, test } from 'vitest'
import { asOperator } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import { listSessions } from '../sessions/sessions.ts'
import { createAccountFor } from './create.ts'
import { setPassword } from './set-password.ts'
import { signIn } from './sign-in.ts'

const { database, admin } = await testDatabase()
const operator = { name: 'root at the command line', requestId: 'test' }
const visit = { requestId: 'test' }
const old = 'correct horse battery'
const next = 'seven purple elephants'

test('somebody who forgot their password gets another, and is signed out everywhere', async () => {
  const { id: accountId, email } = await createAccountFor(database, operator, {
    email: 'Kim@example.com',
    name: 'Kim',
    password: old,
  })
  await signIn(database, { email, password: old }, visit)
  await signIn(database, { email, password: old }, visit)

  expect(await setPassword(database, operator, { accountId, password: next })).toBe(2)

  expect(await asOperator(database, operator, (tx) => listSessions(tx, { accountId }))).toEqual([])
  await expect(signIn(database, { email, password: old }, visit)).rejects.toMatchObject({
    code: 'sign_in_failed',
  })
  expect(await signIn(database, { email, password: next }, visit)).toMatchObject({
    account: { email: 'kim@example.com' },
  })
})

test('somebody who never had a password gets one', async () => {
  const { owner } = await aTenant(database)
  expect(await setPassword(database, operator, { accountId: owner.accountId, password: next })).toBe(0)
  expect(await signIn(database, { email: owner.email, password: next }, visit)).toMatchObject({
    tenants: [{}],
  })
})

test('of two at once both succeed, and the last one counts', async () => {
  const { owner } = await aTenant(database)
  const { accountId, email } = owner
  const passwords = [old, next]
  await Promise.all(passwords.map((password) => setPassword(database, operator, { accountId, password })))
  const outcomes = await Promise.allSettled(
    passwords.map((password) => signIn(database, { email, password }, visit)),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('the log says who did it, and never what it was', async () => {
  const { owner } = await aTenant(database)
  await setPassword(database, operator, { accountId: owner.accountId, password: next })
  const { rows } = await admin.query(
    'select operator, new_values from audit_logs where entity_type = $1 and entity_id = $2',
    [...['credential', owner.accountId]],
  )
  expect(rows).toMatchObject([{ operator: operator.name }])
  expect(JSON.stringify(rows)).not.toContain('argon2')
})

test('a password that is easy to guess is refused, and so is an account that is not there', async () => {
  const { owner } = await aTenant(database)
  await expect(
    setPassword(database, operator, { accountId: owner.accountId, password: 'password1' }),
  ).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(
    setPassword(database, operator, { accountId: owner.userId, password: next }),
  ).rejects.toMatchObject({ code: 'not_found' })
})
