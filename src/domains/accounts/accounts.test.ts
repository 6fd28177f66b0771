import { expect, test } from 'vitest'
import { asOperator, outsideTenants } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { checkSession } from '../sessions/check.ts'
import { disableAccount, enableAccount, readAccount, renameAccount } from './accounts.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

const { database, admin } = await testDatabase()
const visit = { requestId: 'accounts-test' }
const password = 'tvqk zmwp hxrd'

let people = 0
async function aPerson() {
  const email = `person-${++people}@example.com`
  const { account, session } = await signUp(database, { email, password, name: 'Kim Smith' }, visit)
  const context = { actor: { kind: 'account', accountId: account.id }, requestId: 'test' } as const
  return { email, accountId: account.id, token: session.token, context }
}
const operator = { name: 'ops', requestId: 'test' }

test("one reads one's own account, without its secrets", async () => {
  const kim = await aPerson()
  const account = await outsideTenants(database, kim.context, readAccount)

  expect(account).toEqual({
    ...{ id: kim.accountId, email: kim.email, name: 'Kim Smith', isVerified: false, isDisabled: false },
    ...{ createdAt: expect.any(Date), updatedAt: expect.any(Date) },
  })
})

test("somebody else's account is not there, to read or to rename; to the operator it is", async () => {
  const [kim, noor] = [await aPerson(), await aPerson()]
  const { accountId } = noor

  await expect(
    outsideTenants(database, kim.context, (tx) => readAccount(tx, { accountId })),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(
    outsideTenants(database, kim.context, (tx) => renameAccount(tx, { accountId, name: 'Mallory' })),
  ).rejects.toMatchObject({ code: 'not_found' })
  const nobody = { actor: { kind: 'nobody' }, requestId: 'test' } as const
  await expect(outsideTenants(database, nobody, readAccount)).rejects.toMatchObject({ code: 'not_signed_in' })

  const read = await asOperator(database, operator, (tx) => readAccount(tx, { accountId }))
  expect(read).toMatchObject({ id: accountId, name: 'Kim Smith' })
})

test('one may call oneself something else', async () => {
  const { context } = await aPerson()
  const renamed = await outsideTenants(database, context, (tx) =>
    renameAccount(tx, { name: 'Kim Müller-吉田' }),
  )

  expect(renamed.name).toBe('Kim Müller-吉田')
  expect(await outsideTenants(database, context, readAccount)).toEqual(renamed)
})

test.each([
  ['nothing', ' '],
  ['121 characters', 'k'.repeat(121)],
  ['two lines', 'Kim\nSmith'],
  ['a NUL', 'Kim\0'],
])('one may not be called %s', async (_, name) => {
  const { context } = await aPerson()
  await expect(outsideTenants(database, context, (tx) => renameAccount(tx, { name }))).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('a disabled account is shut out at once, from its sessions and from new ones', async () => {
  const { accountId, email, token } = await aPerson()
  expect(await checkSession(database, token)).toBeDefined()

  const disabled = await asOperator(database, operator, (tx) =>
    disableAccount(tx, { accountId, reason: 'stolen laptop' }),
  )

  expect(disabled.isDisabled).toBe(true)
  expect(await checkSession(database, token)).toBeUndefined()
  await expect(signIn(database, { email, password }, visit)).rejects.toMatchObject({ code: 'sign_in_failed' })
})

test('an account disabled in psql, which ends no session row, is shut out all the same', async () => {
  const { accountId, token } = await aPerson()
  await admin.query('update accounts set disabled_at = now() where id = $1', [accountId])

  expect(await checkSession(database, token)).toBeUndefined()
})

test('an account that is enabled again signs in, and its old sessions stay ended', async () => {
  const { accountId, email, token } = await aPerson()
  await asOperator(database, operator, async (tx) => {
    await disableAccount(tx, { accountId, reason: 'on leave' })
    await enableAccount(tx, { accountId })
  })

  expect(await checkSession(database, token)).toBeUndefined()
  await expect(signIn(database, { email, password }, visit)).resolves.toHaveProperty('token')
})

test('disabling twice keeps the first reason and is no failure; an unknown account is', async () => {
  const { accountId } = await aPerson()
  for (const reason of ['first', 'second']) {
    await asOperator(database, operator, (tx) => disableAccount(tx, { accountId, reason }))
  }

  const { rows } = await admin.query('select disabled_reason from accounts where id = $1', [accountId])
  expect(rows).toEqual([{ disabled_reason: 'first' }])
  await expect(
    asOperator(database, operator, (tx) => disableAccount(tx, { accountId: uuidV7(), reason: 'who?' })),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('nobody but the operator disables or enables, not even themself', async () => {
  const { accountId, context, token } = await aPerson()

  for (const attempt of [disableAccount, enableAccount]) {
    await expect(
      outsideTenants(database, context, (tx) => attempt(tx, { accountId, reason: 'because' })),
    ).rejects.toMatchObject({ code: 'not_allowed' })
  }
  expect(await checkSession(database, token)).toBeDefined()
})

test.each(['accounts', 'account_emails', 'credentials', 'sessions'])(
  'whoever logs in as the server with psql may neither read nor change %s',
  async (table) => {
    await aPerson()
    for (const statement of [
      `select * from ${table}`,
      `delete from ${table}`,
      `update ${table} set created_at = now()`,
    ]) {
      await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
    await expect(database.pool.query('set role reeve_auth')).rejects.toMatchObject({ code: '42501' })
  },
)
