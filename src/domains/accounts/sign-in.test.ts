import { availableParallelism } from 'node:os'
import { hash as bcrypt } from '@node-rs/bcrypt'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { asOperator, closeDatabase, openDatabase } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { checkSession } from '../sessions/check.ts'
import { disableAccount } from './accounts.ts'
import { changePassword } from './change-password.ts'
import { hashing } from './passwords.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

const { database, access, admin } = await testDatabase()
const visit = { requestId: 'sign-in-test' }
const password = 'tvqk zmwp hxrd'

let people = 0
async function aPerson() {
  const email = `person-${++people}@example.com`
  return {
    ...(await signUp(database, { email, password, name: 'Kim Smith', tenantName: 'Acme' }, visit)),
    email,
  }
}
const enter = (email: string, given = password) => signIn(database, { email, password: given }, visit)
const hashOf = async (accountId: string): Promise<string> => {
  const { rows } = await admin.query('select hash from credentials where account_id = $1', [accountId])
  return rows[0].hash
}
const setHash = (accountId: string, hash: string) =>
  admin.query('update credentials set hash = $2 where account_id = $1', [accountId, hash])

test('the right password opens a session and says where the person belongs', async () => {
  const { account, tenant, user, email } = await aPerson()

  const signedIn = await enter(email.toUpperCase())

  expect(signedIn).toMatchObject({
    account: { id: account.id, email, name: 'Kim Smith' },
    tenants: [{ tenantId: tenant.id, userId: user.id, name: 'Acme', slug: tenant.slug }],
  })
  expect(await checkSession(database, signedIn.token)).toMatchObject({ accountId: account.id })
})

test('each sign-in is another session, and is noted with the user', async () => {
  const { tenant, email, session } = await aPerson()
  await admin.query(`update users set last_login_at = '2020-01-01' where tenant_id = $1`, [tenant.id])

  const again = await enter(email)

  expect(again.token).not.toBe(session.token)
  const { rows } = await admin.query(
    "select last_login_at > now() - interval '1 minute' as seen from users where tenant_id = $1",
    [tenant.id],
  )
  expect(rows).toEqual([{ seen: true }])
})

test('a wrong password, an unknown address, no password and a disabled account are refused alike, after equal work', async () => {
  const [known, disabled, without] = [await aPerson(), await aPerson(), await aPerson()]
  await asOperator(database, { name: 'ops', requestId: 'test' }, (tx) =>
    disableAccount(tx, { accountId: disabled.account.id, reason: 'left the company' }),
  )
  await admin.query('delete from credentials where account_id = $1', [without.account.id])

  const refusals = []
  for (const [email, given] of [
    [known.email, 'not the password'],
    ['nobody@example.com', password],
    [without.email, password],
    [disabled.email, password],
    [disabled.email, 'not the password'],
  ] as const) {
    const before = hashing.passed
    const { code, message, remedy } = await enter(email, given).catch((error) => error)
    refusals.push({ code, message, remedy, hashed: hashing.passed - before })
  }

  expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1)
  expect(refusals[0]).toMatchObject({ code: 'sign_in_failed', hashed: 1 })
})

test('a bcrypt hash opens and becomes argon2id at the first sign-in, which ends no session', async () => {
  const { account, email, session } = await aPerson()
  await setHash(account.id, (await bcrypt('an old password', 4)).replace('2b', '2y'))

  await enter(email, 'an old password')

  expect(await hashOf(account.id)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  await expect(enter(email, 'an old password')).resolves.toHaveProperty('token')
  expect(await checkSession(database, session.token)).toBeDefined()
})

test('a wrong password leaves a bcrypt hash as it is', async () => {
  const { account, email } = await aPerson()
  const old = await bcrypt('an old password', 4)
  await setHash(account.id, old)

  await expect(enter(email, 'another password')).rejects.toMatchObject({ code: 'sign_in_failed' })
  expect(await hashOf(account.id)).toBe(old)
})

test('a hash that is current is not written again', async () => {
  const { account, email } = await aPerson()
  const before = await hashOf(account.id)
  await enter(email)

  expect(await hashOf(account.id)).toBe(before)
})

test('many first sign-ins at once with a bcrypt hash all succeed', async () => {
  const { account, email } = await aPerson()
  await setHash(account.id, await bcrypt('an old password', 4))

  const signedIn = await Promise.all(Array.from({ length: 8 }, () => enter(email, 'an old password')))

  expect(new Set(signedIn.map(({ token }) => token)).size).toBe(8)
  expect(await hashOf(account.id)).toMatch(/^\$argon2id\$/)
})

test('a sign-in succeeds although the better hash cannot be written', async () => {
  const { account, email } = await aPerson()
  await setHash(account.id, await bcrypt('an old password', 4))
  const hurried = openDatabase({ ...access, lockTimeoutMs: 200 })

  await whileHeld('select from credentials where account_id = $1 for update', account.id, async () => {
    const entering = signIn(hurried, { email, password: 'an old password' }, visit)
    await expect(entering).resolves.toHaveProperty('token')
  })

  expect(await hashOf(account.id)).toMatch(/^\$2b\$/)
  await closeDatabase(hurried)
})

test('a session opened with a password that is being changed does not outlive the change', async () => {
  const { account, email, session } = await aPerson()
  const { entering, changing } = await whileHeld(
    'select from accounts where id = $1 for update',
    account.id,
    async () => {
      const entering = enter(email)
      await waiting(1)
      const { sessionId } = session
      const wanted = { accountId: account.id, sessionId, current: password, next: 'another tvqk zmwp' }
      const changing = changePassword(database, wanted, visit)
      await waiting(2)
      return { entering, changing }
    },
  )

  const { token } = await entering
  expect(await changing).toBe(1)
  expect(await checkSession(database, token)).toBeUndefined()
  expect(await checkSession(database, session.token)).toBeDefined()
})

test('a password changed between its proof and the session is proven again, and refused', async () => {
  const { account, email } = await aPerson()
  const { entering } = await whileHeld(passwordTurn, account.id, async (blocker) => {
    const entering = enter(email).catch((error) => error)
    await waiting(1)
    const other = await bcrypt('another password', 4)
    await blocker.query('update credentials set hash = $2 where account_id = $1', [account.id, other])
    return { entering }
  })

  expect(await entering).toMatchObject({ code: 'sign_in_failed' })
})

test('an account disabled between the proof and the session is refused', async () => {
  const { account, email } = await aPerson()
  const disabling = 'update accounts set disabled_at = now() where id = $1'
  const { entering } = await whileHeld(disabling, account.id, async () => {
    const entering = enter(email).catch((error) => error)
    await waiting(1)
    return { entering }
  })

  expect(await entering).toMatchObject({ code: 'sign_in_failed' })
})

test.each([
  ['an address that is none', 'kim', password],
  ['a password with a NUL', 'kim@example.com', 'tvqk\0zmwp'],
  ['a password of 300 characters', 'kim@example.com', 'wörter '.repeat(43)],
])('%s is refused before any work is done', async (_, email, given) => {
  const before = hashing.passed
  await expect(enter(email, given)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(hashing.passed).toBe(before)
})

test('when too many sign in at once the next is told to come back, and gets in when there is room', async () => {
  const { email } = await aPerson()
  let leave = () => {}
  const held = new Promise<void>((resolve) => (leave = resolve))
  const crowd = Array.from({ length: 101 * availableParallelism() }, () => hashing.pass(() => held))

  await expect(enter(email)).rejects.toMatchObject({ code: 'too_many_requests' })

  leave()
  await Promise.all(crowd)
  await expect(enter(email)).resolves.toHaveProperty('token')
})

const passwordTurn = `select pg_advisory_xact_lock(hashtextextended('reeve.password:' || $1::text, 0))`

/** Does something while another transaction holds what this statement touches, which commits at the end. */
async function whileHeld<T>(
  statement: string,
  accountId: string,
  work: (blocker: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const blocker = await admin.connect()
  try {
    await blocker.query('begin')
    await blocker.query(statement, [accountId])
    const result = await work(blocker)
    await blocker.query('commit')
    return result
  } finally {
    blocker.release(true)
  }
}

/** Until so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  const statement = `select count(*)::integer as waiting from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'`
  const waitingNow = async () => (await admin.query(statement)).rows[0].waiting
  await expect.poll(waitingNow, { timeout: 5_000 }).toBe(count)
}
