import { beforeAll, expect, test, vi } from 'vitest'
import { invoicesDatabase } from '../../testing/invoices.ts'
import { proveIsolation, type Isolation, type Proof } from './isolation.ts'

// Each proof is some thousand statements.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const { admin, adminUrl, access } = await invoicesDatabase()
const prove = (more: Partial<Isolation> = {}) =>
  proveIsolation({ admin: () => ({ connectionString: adminUrl }), access: async () => access, ...more })
const rowsLeft = async () => {
  const { rows } = await admin.query<{ n: number }>(`
    select (select count(*) from tenants)::int + (select count(*) from accounts)::int + (select count(*) from sessions)::int
      + (select count(*) from audit_logs where entity_type <> 'permission')::int as n`)
  return rows[0]!.n
}
const byIn = (proof: Proof, family: string) =>
  proof.families.find(({ name }) => name === family)!.blockedBy.map(({ by }) => by)

let proof: Proof
beforeAll(async () => {
  proof = await prove()
})

test('no tenant reaches another, and it is told what was in the way', () => {
  expect({ through: proof.through, unproven: proof.unproven, proven: proof.proven }).toEqual({
    ...{ through: [], unproven: [], proven: true },
  })
  expect(proof.attacks).toBeGreaterThan(2_500)
  expect(byIn(proof, 'read')).toEqual(expect.arrayContaining(['policy', 'privilege']))
  expect(byIn(proof, 'reference')).toContain('foreign key')
  expect(byIn(proof, 'switch')).toContain('rule RV006')
  expect(byIn(proof, 'tell')).toContain('tenant in the key')
  expect(proof.login).toMatchObject({ superuser: true })
})

test('an application’s own tables are attacked like ours', () => {
  expect(proof.tables).toBe(20)
})

test('nothing of it stays', async () => {
  expect(await rowsLeft()).toBe(0)
})

test('what gets through on purpose is told with the reason, once for each attack', () => {
  const reasons = new Set(proof.accepted.map(({ because }) => because))
  expect(reasons.size).toBeGreaterThan(5)
  expect([...reasons].every((because) => because !== null && because.length > 40)).toBe(true)
})

test('what a pooled connection keeps is tried where a commit is allowed by name, and removed', async () => {
  const { rows } = await admin.query<{ name: string }>('select current_database() as name')
  const committed = await prove({ commitIn: rows[0]!.name })
  const leftover = committed.families.find(({ name }) => name === 'leftover')!
  expect(leftover).toMatchObject({ through: 0, unproven: 0 })
  expect(leftover.blocked).toBeGreaterThan(50)
  expect(await rowsLeft()).toBe(0)

  await expect(prove({ commitIn: 'production' })).rejects.toMatchObject({ code: 'consent_needed' })
})

test('a hole is told with the statements that show it, which commit nothing', async () => {
  await admin.query(`create view everybody as select * from users; alter view everybody owner to reeve_owner;
    grant select on everybody to reeve_app`)
  const open = await prove()
  await admin.query('drop view everybody')
  expect(open.proven).toBe(false)
  const found = open.through.find(
    ({ on, attack }) => on === 'public.everybody' && attack === 'select by tenant',
  )!
  expect(found).toMatchObject({ family: 'read', role: 'reeve_app' })
  expect(found.replay).toMatch(/^begin;[^]*set local session authorization reeve_app;[^]*rollback;$/)
})

test('a table of the reader’s own is filled by what its constraints let pass', async () => {
  await admin.query(`
    create domain shorthand as varchar(8) check (value ~ '^[a-z]+$');
    create type mood as enum ('calm', 'wild');
    create table public.machines (
      tenant_id uuid not null references tenants on delete cascade,
      id uuid not null default reeve.uuid_v7(),
      parent_id uuid, made_by uuid not null, mood mood not null, weight numeric(6, 2) not null check (weight between 12 and 14),
      code shorthand not null, state text not null check (state in ('on', 'off')), since date, until date check (until > since),
      tags text[] not null, shift tstzrange not null, serial_number text unique,
      primary key (tenant_id, id),
      foreign key (tenant_id, parent_id) references machines,
      foreign key (tenant_id, made_by) references users
    );
    alter table machines owner to reeve_owner; alter table machines enable row level security;
    create policy machines_of_declared_tenant on machines using (tenant_id = reeve.tenant_id());
    grant select, insert, update, delete on machines to reeve_app`)
  const own = await prove()
  expect(own.unproven).toEqual([])
  // a serial number is unique for everybody, and so tells of others
  expect([...new Set(own.through.map(({ family, on }) => `${family} ${on}`))]).toEqual([
    'tell public.machines',
  ])

  await admin.query('alter table machines drop constraint machines_serial_number_key')
  expect(await prove()).toMatchObject({ proven: true, tables: 21 })
})

test('a table for which no row can be made is not proven, and not passed over', async () => {
  await admin.query(`create table public.puzzles (tenant_id uuid primary key, answer text not null check (md5(answer) = 'none'));
    alter table puzzles owner to reeve_owner; alter table puzzles enable row level security`)
  const { unproven, proven } = await prove()
  await admin.query('drop table puzzles')
  expect(proven).toBe(false)
  expect(unproven).toMatchObject([
    { on: 'public.puzzles', what: expect.stringMatching(/no row could be made/) },
  ])
})

test('what is meant to be shared is said to be', async () => {
  await admin.query(`create table public.countries (code text primary key); alter table countries owner to reeve_owner;
    grant select, insert on countries to reeve_app`)
  const found = await prove()
  expect(found.through).toMatchObject([{ family: 'share', on: 'public.countries', attack: 'insert code' }])
  expect(await prove({ allowed: ['public.countries'] })).toMatchObject({ proven: true })
  await admin.query('drop table countries')
})

test('a login that may not set the stage is turned away', async () => {
  const { user, password, host, port, database } = access
  const settings = { user, password, host, port, database }
  await expect(prove({ admin: () => settings })).rejects.toMatchObject({ code: 'not_allowed' })
})
