import { expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import { isEmpty, seed } from './seed.ts'

const { admin, adminUrl } = await testDatabase()
const connect = () => ({ connectionString: adminUrl })
const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3q2+7w'
const seeded = () => seed({ connect, hash: async () => hash })

/** One digest for each table, of all its rows. */
async function digests(): Promise<Record<string, string>> {
  const { rows } = await admin.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition",
  )
  const found: Record<string, string> = {}
  for (const { name } of rows) {
    const { rows } = await admin.query<{ digest: string }>(
      `select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t`,
    )
    found[name] = rows[0]!.digest
  }
  return found
}

test('an empty database gets three tenants with sixty people who write in many scripts, and the second time nothing', async () => {
  expect(await isEmpty(connect)).toBe(true)
  expect(await seeded()).toMatchObject({ seeded: true, tenants: 3 })
  const before = await digests()

  const { rows } = await admin.query<{ people: number }>(
    'select count(distinct email)::integer as people from users',
  )
  expect(rows).toEqual([{ people: 60 }])
  expect(await isEmpty(connect)).toBe(false)

  expect(await seeded()).toMatchObject({ seeded: false, tenants: 3 })
  expect(await digests()).toEqual(before)
})

test('the demo data has something of everything', async () => {
  const { rows } = await admin.query<Record<string, boolean>>(`
    select exists (select from users where suspended_at is not null) as suspended,
           exists (select from user_roles where valid_until < now()) as expired,
           exists (select from user_roles where valid_from > now()) as coming,
           exists (select from users where account_id is null) as "to be invited",
           exists (select from users group by account_id having count(*) > 1 and account_id is not null) as "in two tenants",
           exists (select from posts where status = 'draft') and exists (select from posts where status = 'archived') as drafts,
           exists (select from comments) as comments,
           exists (select from sessions where revoked_at is not null) as "ended sessions",
           exists (select from invitations where revoked_at is not null) as "revoked invitations",
           exists (select from audit_logs where created_at < now() - interval '60 days') as history,
           not exists (select from audit_logs_default) as "every line in its month"`)
  expect(Object.entries(rows[0]!).filter(([, there]) => !there)).toEqual([])
})

test('nobody knows a token of the demo data, and its log shows no secret', async () => {
  const { rows } = await admin.query(
    "select from audit_logs where new_values ?| array['hash', 'token_hash'] or new_values::text like '%argon2%'",
  )
  expect(rows).toEqual([])
})

test('production is not seeded', async () => {
  const before = await digests()
  await expect(seed({ connect, hash: async () => hash, environment: 'production' })).rejects.toMatchObject({
    code: 'not_in_production',
  })
  expect(await digests()).toEqual(before)
})

test('demo people get no power where somebody else is the operator', async () => {
  const theirs = await testDatabase()
  const { tenantId } = await aTenant(theirs.database, 'Theirs')
  await theirs.admin.query('update tenants set is_operator = true where id = $1', [tenantId])

  const seeding = seed({ connect: () => ({ connectionString: theirs.adminUrl }), hash: async () => hash })
  await expect(seeding).rejects.toMatchObject({ code: 'already_exists' })
  expect((await theirs.admin.query('select from tenants')).rowCount).toBe(1)
})
