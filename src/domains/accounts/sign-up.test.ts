import { expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import { checkSession } from '../sessions/check.ts'
import { hashing } from './passwords.ts'
import { signUp, type NewAccount } from './sign-up.ts'

const { database, admin } = await testDatabase()
const visit = { requestId: 'sign-up-test', ip: '203.0.113.7', userAgent: 'Vitest' }
const join = (person: Partial<NewAccount> & { email: string }) =>
  signUp(database, { password: 'tvqk zmwp hxrd', name: 'Kim Smith', ...person }, visit)

test('signing up gives an account, a tenant of its own, its owner, and a session that opens it', async () => {
  const { account, tenant, user, session } = await join({
    email: ' Kim@Example.com ',
    tenantName: 'Ökohaus Süd',
  })

  expect(account).toEqual({ id: expect.any(String), email: 'kim@example.com', name: 'Kim Smith' })
  expect(tenant).toMatchObject({ name: 'Ökohaus Süd', slug: 'okohaus-sud' })
  const { rows } = await admin.query(
    `select r.name as role, u.account_id, u.email from users u
     join user_roles ur on ur.tenant_id = u.tenant_id and ur.user_id = u.id
     join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
     where u.tenant_id = $1`,
    [tenant.id],
  )
  expect(rows).toEqual([{ role: 'owner', account_id: account.id, email: 'kim@example.com' }])
  const { sessionId, expiresAt } = session
  expect(await checkSession(database, session.token, tenant.id)).toMatchObject({
    sessionId,
    accountId: account.id,
    userId: user.id,
  })
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000)
})

test('without a name for it the tenant is called after the person, however long they are called', async () => {
  const short = await join({ email: 'noor@example.com', name: 'Noor' })
  const long = await join({ email: 'long@example.com', name: '長'.repeat(120) })

  expect(short.tenant).toMatchObject({ name: "Noor's team", slug: 'noor-s-team' })
  expect([...long.tenant.name]).toHaveLength(120)
})

test('of the password only an argon2id hash is kept, of the token only its SHA-256', async () => {
  const { account, session } = await join({
    email: 'hash@example.com',
    password: 'plain to see, yet not there',
  })

  const { rows } = await admin.query(
    `select c.hash, encode(s.token_hash, 'hex') as token_hash, host(s.ip) as ip, s.user_agent
     from credentials c join sessions s using (account_id) where account_id = $1`,
    [account.id],
  )
  expect(rows).toEqual([
    {
      hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
      token_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      ip: '203.0.113.7',
      user_agent: 'Vitest',
    },
  ])
  const { rows: logged } = await admin.query(
    'select old_values::text || new_values::text as line from audit_logs',
  )
  const lines = logged.map(({ line }) => line).join('\n')
  expect(lines).not.toContain(session.token)
  expect(lines).not.toContain('plain to see')
  expect(lines).not.toContain('argon2id')
})

test('the audit log says who signed up, from where, in which request', async () => {
  const { account, tenant } = await join({ email: 'audited@example.com' })

  const { rows } = await admin.query(
    `select distinct account_id, request_id, host(ip_address) as ip from audit_logs
     where tenant_id = $1 or entity_id = $2`,
    [tenant.id, account.id],
  )
  expect(rows).toEqual([{ account_id: account.id, request_id: 'sign-up-test', ip: '203.0.113.7' }])
})

test('two who sign up at once with one address in different case: one gets it, the other is told, nothing is half done', async () => {
  const before = await everything()

  const outcomes = await Promise.allSettled([
    join({ email: 'TWIN@example.com', tenantName: 'Twin One' }),
    join({ email: 'twin@EXAMPLE.com', tenantName: 'Twin Two' }),
  ])

  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(refused?.reason).toMatchObject({ code: 'email_taken', remedy: expect.stringMatching(/sign in/) })
  const after = await everything()
  const grown = Object.keys(after).map((table) => [table, after[table]! - before[table]!])
  expect(Object.fromEntries(grown)).toEqual({
    ...{
      accounts: 1,
      account_emails: 1,
      credentials: 1,
      sessions: 1,
      tenants: 1,
      users: 1,
      user_roles: 1,
      roles: 4,
    },
  })
})

test('an address that has an account is refused, and no tenant is left behind', async () => {
  await join({ email: 'taken@example.com' })
  const before = await everything()

  await expect(join({ email: 'Taken@Example.COM' })).rejects.toMatchObject({ code: 'email_taken' })
  expect(await everything()).toEqual(before)
})

test('a short name that is wished and taken is refused whole; one that was made gives way', async () => {
  await join({ email: 'first@example.com', slug: 'acme', tenantName: 'Acme' })
  const before = await everything()

  await expect(join({ email: 'second@example.com', slug: 'acme' })).rejects.toMatchObject({
    code: 'name_taken',
  })
  expect(await everything()).toEqual(before)

  const { tenant } = await join({ email: 'second@example.com', tenantName: 'Acme' })
  expect(tenant.slug).toMatch(/^acme-[0-9a-f]+$/)
})

test.each([
  ['an address that is none', { email: 'kim' }],
  ['an easy password', { email: 'weak@example.com', password: 'Password1' }],
  ['the own name as password', { email: 'weak@example.com', password: 'kimsmith1' }],
  ['a short password', { email: 'weak@example.com', password: 'tvqk' }],
])('%s is refused before any work is done', async (_, person) => {
  const [before, hashed] = [await everything(), hashing.passed]

  await expect(join(person)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(hashing.passed).toBe(hashed)
  expect(await everything()).toEqual(before)
})

test.each([
  ['a name of 121 characters', { name: 'k'.repeat(121) }],
  ['an empty name', { name: '  ' }],
  ['a name with a new line', { name: 'Kim\nSmith' }],
  ['a name with a NUL', { name: 'Kim\0Smith' }],
  ['a tenant name of 121 characters', { tenantName: 'k'.repeat(121) }],
  ['an empty tenant name', { tenantName: '' }],
  ['a short name in capitals', { slug: 'ACME' }],
  ['a short name of 64 characters', { slug: 'k'.repeat(64) }],
])('%s is refused, and nothing is half done', async (_, wrong) => {
  const before = await everything()

  await expect(join({ email: 'odd@example.com', ...wrong })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  expect(await everything()).toEqual(before)
})

test('what looks like SQL is only a name', async () => {
  const name = `Robert'); drop table users; --`
  const { account } = await join({ email: 'bobby@example.com', name, tenantName: name })

  const { rows } = await admin.query('select name from accounts where id = $1', [account.id])
  expect(rows).toEqual([{ name }])
})

test('who signs up sees nothing of the other tenants', async () => {
  const other = await aTenant(database)
  const { session } = await join({ email: 'stranger@example.com' })

  expect(await checkSession(database, session.token, other.tenantId)).not.toHaveProperty('userId')
})

/** How many rows there are, by table. */
async function everything(): Promise<Record<string, number>> {
  const tables = [
    'accounts',
    'account_emails',
    'credentials',
    'sessions',
    'tenants',
    'users',
    'user_roles',
    'roles',
  ]
  const counts = tables.map((table) => `(select count(*)::integer from ${table}) as ${table}`)
  const { rows } = await admin.query(`select ${counts.join(', ')}`)
  return rows[0]
}
