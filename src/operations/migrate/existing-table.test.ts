import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { removeInside } from '../../foundation/guard.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import { deploy } from './deploy.ts'
import { createGuard } from './existing-table.ts'
import { differences, fingerprint } from './fingerprint.ts'
import { ownMigrations } from './outdated.ts'
import { rollback } from './rollback.ts'

const { database, admin, adminUrl } = await testDatabase()
const client = new pg.Client(adminUrl)
await client.connect()
afterAll(() => client.end())

const folder = await mkdtemp(join(tmpdir(), 'reeve-application-'))
afterAll(() => removeInside(tmpdir(), folder))
const own = ownMigrations(() => ({ connectionString: adminUrl }))
const to = { ...own, application: folder }
const now = new Date('2026-11-22T10:00:00Z')
const guard = (table: string) => createGuard({ ...own, folder, table, now })
const back = { reach: { steps: 1 }, consent: async () => true }

// As Prisma makes a table when nobody tells it otherwise.
await admin.query(`
  create table "Invoice" (
    "id" serial not null,
    "tenantId" uuid not null,
    "number" text not null,
    "updatedAt" timestamp(3) not null default now(),
    constraint "Invoice_pkey" primary key ("id")
  );
  create unique index "Invoice_number_key" on "Invoice" ("number");`)

const add = sql(
  'test.add_invoice',
  { id: 'int4' },
  'insert into "Invoice" ("tenantId", "number") values ($1, $2) returning id',
)
const seen = sql('test.invoices', { number: 'text' }, 'select "number" from "Invoice"')

test('a table that Prisma made is kept apart by tenant, logged, and owned by nobody who may log in', async () => {
  const before = await fingerprint(client)
  const { files, left } = await guard('Invoice')
  expect(left).toEqual([
    expect.stringMatching(/^Invoice_number_key, Invoice_pkey: a key that does not begin/),
  ])
  await deploy(to)

  const acme = await aTenant(database)
  const globex = await aTenant(database, 'Globex')
  await inTenant(database, acme.owner.context, (tx) => tx.row(add, [acme.tenantId, 'A-1']))
  await inTenant(database, globex.owner.context, (tx) => tx.row(add, [globex.tenantId, 'G-1']))
  expect(await inTenant(database, acme.owner.context, (tx) => tx.rows(seen, []))).toEqual([{ number: 'A-1' }])
  const intrusion = inTenant(database, globex.owner.context, (tx) => tx.row(add, [acme.tenantId, 'A-2']))
  await expect(intrusion).rejects.toMatchObject({ sqlstate: '42501' })

  const { rows } = await admin.query(
    `select action, entity_id, user_id, new_values ->> 'number' as number from audit_logs
     where tenant_id = $1 and entity_type = 'invoice'`,
    [acme.tenantId],
  )
  expect(rows).toEqual([
    { action: 'invoice.created', entity_id: null, user_id: acme.owner.userId, number: 'A-1' },
  ])
  expect(await readFile(files[0]!, 'utf8')).toContain('alter table "Invoice" owner to reeve_owner')

  await rollback({ ...to, ...back })
  const changes = differences(before, await fingerprint(client))
  expect(changes.filter((change) => !/ (owner|grant) /.test(change))).toEqual([])
  await deploy(to)
})

test('what a table has already it is not given again', async () => {
  await admin.query(`
    set role reeve_owner;
    create table projects (
      tenant_id uuid not null references tenants (id),
      id uuid not null default reeve.uuid_v7(),
      updated_at timestamptz not null default now(),
      constraint projects_pkey primary key (tenant_id, id)
    );
    reset role`)
  const { files, left } = await guard('projects')
  expect(left).toEqual([])
  await admin.query('create policy everybody on projects using (true)')
  const again = createGuard({ ...own, folder, table: 'projects', sentence: 'projects again', now })
  expect((await again).left).toEqual([expect.stringMatching(/^everybody: /)])
  await admin.query('drop policy everybody on projects')
  await removeInside(folder, (await again).path)
  await deploy(to)

  const text = await readFile(files[0]!, 'utf8')
  expect(text).not.toMatch(/owner to|add constraint|create index|sequence/)
  expect(text).toContain(`reeve.audit('project', 'tenant_id', 'id', 'tenant_id,updated_at')`)
  expect(text).toContain('create trigger projects_touch')
})

test.each([
  ['nowhere', 'select 1', 'not_found'],
  ['plain', 'create table plain (id int)', 'invalid_request'],
  ['texts', 'create table texts (tenant_id text not null)', 'invalid_request'],
  ['loose', 'create table loose (tenant_id uuid)', 'invalid_request'],
  ['x"; drop table users; --', 'select 1', 'not_found'],
])('%s cannot be put under isolation, and why is said', async (table, made, code) => {
  await admin.query(made)
  await expect(guard(table)).rejects.toMatchObject({ code })
})
