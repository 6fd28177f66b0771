import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser } from '../testing/people.ts'

const { database, adminUrl } = await testDatabase()
const [acme, other] = [await aTenant(database), await aTenant(database, 'Other')]
await aUser(database, acme, { name: 'Kim' })

/** What PostgreSQL's own program says to somebody who counts for statistics. */
function psql(...commands: string[]): Promise<{ code: number; out: string; err: string }> {
  const words = [
    adminUrl,
    '-XAtq',
    '-v',
    'ON_ERROR_STOP=1',
    ...commands.flatMap((command) => ['-c', command]),
  ]
  const env = { ...process.env, PGOPTIONS: '-c role=reeve_readonly', PGCONNECT_TIMEOUT: '10' }
  return new Promise((resolve) => {
    execFile('psql', words, { env, timeout: 20_000 }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out: out.trim(), err })
    })
  })
}

const declared = (tenantId: string, query: string) => [
  'begin',
  `select reeve.set_context('${tenantId}', null)`,
  query,
  'commit',
]

test('an analyst with psql sees nobody before declaring a tenant, and then that tenant alone', async () => {
  expect(await psql('select count(*) from users')).toMatchObject({ code: 0, out: '0' })
  expect(await psql(...declared(acme.tenantId, 'select name from users order by name'))).toMatchObject({
    code: 0,
    out: 'Kim\nOlive Owner',
  })
  const inOther = `select count(*) from users where tenant_id = '${acme.tenantId}'`
  expect(await psql(...declared(other.tenantId, inOther))).toMatchObject({ code: 0, out: '0' })
})

test('an analyst counts the people of a tenant by what they may do', async () => {
  const query = `select r.name, count(*) from users u
    join user_roles ur on ur.tenant_id = u.tenant_id and ur.user_id = u.id
    join roles r on r.tenant_id = ur.tenant_id and r.id = ur.role_id
    group by r.name order by r.name`
  expect(await psql(...declared(acme.tenantId, query))).toMatchObject({ out: 'member|1\nowner|1' })
})

test.each([
  'select hash from credentials',
  'select token_hash from sessions',
  'select token_hash from invitations',
  'select result from idempotency_keys',
  `update users set name = 'Mallory'`,
  'delete from audit_logs',
  'create table notes (id uuid)',
  `select reeve.account_by_email('ada@example.com')`,
])('an analyst may not: %s', async (query) => {
  const { code, err } = await psql(...declared(acme.tenantId, query))
  expect(code).not.toBe(0)
  expect(err).toContain('permission denied')
})
