import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Permission } from '../domains/access/access.ts'
import { uuidV7 } from '../foundation/id.ts'
import { testReeve } from '../testing/library.ts'
import { aTenant, aUser } from '../testing/people.ts'
import { Grants } from './grants.ts'

const { database, admin, as } = await testReeve()
const tenant = await aTenant(database)
const kim = await aUser(database, tenant, { name: 'Kim', roles: [] })
const other = await aUser(database, tenant)

// An application's own permissions, beside ours.
const words = ['posts', 'comments', 'invoices', 'time-sheets', 'ai_runs']
const actions = ['read', 'update', 'approve', 'close_2']
const resources = ['*', ...words]
await admin.query(
  `insert into permissions (name, resource, action, description)
   select r || ':' || a, r, a, 'for this test' from unnest($1::text[]) r, unnest($2::text[]) a
   on conflict (name) do nothing`,
  [resources, ['*', ...actions]],
)

const granted = fc.record({
  permission: fc
    .tuple(fc.constantFrom(...resources), fc.constantFrom('*', ...actions))
    .map(([resource, action]) => `${resource}:${action}`),
  scope: fc.constantFrom('any', 'own'),
  role: fc.constantFrom(0, 1),
  inForce: fc.boolean(),
})
/** Also what nobody would grant, and what is no permission at all. */
const asked = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...resources), fc.constantFrom('*', ...actions))
      .map(([resource, action]) => `${resource}:${action}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['posts', 'posts:', ':read', ':', '', 'posts:read:own', 'posts:read:any', 'POSTS:READ', '%:%'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).filter((text) => !text.includes('\0')) },
)
const owners = [undefined, null, kim.userId, kim.userId.toUpperCase(), other.userId]

test('can() answers as the database decides, whatever somebody was granted and whatever is asked', async () => {
  let [questions, yes] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(granted, { minLength: 1, maxLength: 9, size: 'max' }),
      fc.array(asked, { minLength: 12, maxLength: 12 }),
      async (grants, permissions) => {
        await grant(grants)
        const loaded = await as(kim)
        const cases = permissions.flatMap((permission) => owners.map((owner) => ({ permission, owner })))
        const decided = await decisions(cases)
        const said = cases.map(({ permission, owner }) => loaded.can(permission as Permission, { owner }))
        expect(said).toEqual(decided)
        questions += said.length
        yes += said.filter(Boolean).length
      },
    ),
    { numRuns: 150 },
  )
  expect(questions).toBe(9_000)
  expect(yes).toBeGreaterThan(questions / 50)
  expect(yes).toBeLessThan(questions * 0.98)
})

test('can() is answered millions of times a second', async () => {
  const grants = new Grants(['posts:*', 'comments:read', 'users:update:own', '*:read'])
  const questions = ['posts:update', 'users:update', 'roles:assign', 'tenant:read'] as const
  const began = performance.now()
  let held = 0
  for (let i = 0; i < 1_000_000; i++) if (grants.reach(questions[i & 3]!) === 'any') held++
  const seconds = (performance.now() - began) / 1000
  expect(held).toBe(500_000)
  expect(1_000_000 / seconds).toBeGreaterThan(2_000_000)
})

test('whoever asks for ever other permissions does not fill the memory', () => {
  const grants = new Grants(['posts:*'])
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 300_000; i++) grants.reach(`made_up_${i}:read`)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000)
  expect(grants.reach('posts:update')).toBe('any')
})

/** Gives Kim exactly this, in two roles, each grant in one that counts now or in one whose time is over. */
async function grant(grants: { permission: string; scope: string; role: number; inForce: boolean }[]) {
  await admin.query('delete from user_roles where tenant_id = $1 and user_id = $2', [
    tenant.tenantId,
    kim.userId,
  ])
  await admin.query('delete from roles where tenant_id = $1 and not is_system', [tenant.tenantId])
  for (const role of [0, 1]) {
    for (const inForce of [true, false]) {
      const id = uuidV7()
      await admin.query('insert into roles (tenant_id, id, name) values ($1, $2, $3)', [
        ...[tenant.tenantId, id],
        `role ${role} ${inForce}`,
      ])
      const given = grants.filter((one) => one.role === role && one.inForce === inForce)
      await admin.query(
        `insert into role_permissions (tenant_id, role_id, permission, scope)
         select distinct $1::uuid, $2::uuid, p, s from unnest($3::text[], $4::text[]) as g (p, s)`,
        [tenant.tenantId, id, given.map((one) => one.permission), given.map((one) => one.scope)],
      )
      await admin.query(
        `insert into user_roles (tenant_id, user_id, role_id, valid_from, valid_until)
         values ($1, $2, $3, now() - interval '2 days', case when $4 then null else now() - interval '1 day' end)`,
        [tenant.tenantId, kim.userId, id, inForce],
      )
    }
  }
}

async function decisions(
  cases: { permission: string; owner: string | null | undefined }[],
): Promise<boolean[]> {
  const { rows } = await admin.query<{ allowed: boolean }>(
    `select (reeve.access_decision($1, $2, asked.permission, asked.owner)).allowed
     from unnest($3::text[], $4::uuid[]) with ordinality as asked (permission, owner, at) order by at`,
    [
      ...[tenant.tenantId, kim.userId],
      cases.map(({ permission }) => permission),
      cases.map(({ owner }) => owner ?? null),
    ],
  )
  return rows.map(({ allowed }) => allowed)
}
