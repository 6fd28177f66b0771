import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { inTenant } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { removeInside } from '../../foundation/guard.ts'
import { home } from '../../foundation/package.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { schemaRules } from '../../testing/schema-rules.ts'
import { deploy } from './deploy.ts'
import { fingerprint } from './fingerprint.ts'
import { ownMigrations } from './outdated.ts'
import { rollback } from './rollback.ts'
import { createTenantTable } from './tenant-table.ts'

const { database, admin, adminUrl } = await testDatabase()
const client = new pg.Client(adminUrl)
await client.connect()
afterAll(() => client.end())
// what is said of a database itself is not cloned with it
await client.query(await readFile(join(home, 'prisma/roles.sql'), 'utf8'))

const now = new Date('2026-11-22T10:00:00Z')
const folder = await mkdtemp(join(tmpdir(), 'reeve-application-'))
afterAll(() => removeInside(tmpdir(), folder))
const to = { ...ownMigrations(() => ({ connectionString: adminUrl })), application: folder }
const everything = { consent: async () => true, reach: { steps: 2 } }

const people = { folder, table: 'invoices', belongsTo: ['users'], now }
const parts = { folder, table: 'invoice_lines', belongsTo: ['invoices', 'users', 'users'], now }
const made = [await createTenantTable(people), await createTenantTable(parts)]

test('what is generated keeps every rule of our own schema, forward, back and forward again', async () => {
  const before = await fingerprint(client)
  await deploy(to)
  const after = await fingerprint(client)
  for (const [sentence, { offenders }] of Object.entries(schemaRules)) {
    const { rows } = await client.query(offenders)
    expect([sentence, rows]).toEqual([sentence, []])
  }

  await rollback({ ...to, ...everything })
  expect(await fingerprint(client)).toEqual(before)
  await deploy(to)
  expect(await fingerprint(client)).toEqual(after)
})

const add = sql('test.add_invoice', { id: 'uuid' }, 'insert into invoices (user_id) values ($1) returning id')
const addTo = sql(
  'test.add_invoice_into',
  { id: 'uuid' },
  'insert into invoices (tenant_id) values ($1) returning id',
)
const addLine = sql('test.add_line', {}, 'insert into invoice_lines (invoice_id) values ($1)')
const mine = sql('test.invoices', { id: 'uuid', userId: 'uuid?' }, 'select id, user_id from invoices')

test('each tenant has its own rows, and nobody writes into another', async () => {
  await deploy(to)
  const acme = await aTenant(database)
  const globex = await aTenant(database, 'Globex')
  const { id } = (await inTenant(database, acme.owner.context, (tx) => tx.row(add, [acme.owner.userId])))!

  const seen = await inTenant(database, globex.owner.context, (tx) => tx.rows(mine, []))
  expect(seen).toEqual([])
  const intrusion = inTenant(database, globex.owner.context, (tx) => tx.row(addTo, [acme.tenantId]))
  await expect(intrusion).rejects.toMatchObject({ sqlstate: '42501' })
  const pointingAcross = inTenant(database, globex.owner.context, (tx) => tx.run(addLine, [id]))
  await expect(pointingAcross).rejects.toMatchObject({ sqlstate: '23503' })
})

test('the log says who made a row, and the row outlives its person without their name', async () => {
  await deploy(to)
  const acme = await aTenant(database)
  const kim = await aUser(database, acme, { name: 'Kim' })
  const { id } = (await inTenant(database, kim.context, (tx) => tx.row(add, [kim.userId])))!
  await inTenant(database, kim.context, (tx) => tx.run(addLine, [id]))

  const { rows } = await admin.query('select action, user_id from audit_logs where entity_id = $1', [id])
  expect(rows).toEqual([{ action: 'invoice.created', user_id: kim.userId }])

  await inTenant(database, acme.owner.context, (tx) =>
    tx.run(sql('test.delete_kim', {}, 'delete from users where tenant_id = $1 and id = $2'), [
      acme.tenantId,
      kim.userId,
    ]),
  )
  const left = await inTenant(database, acme.owner.context, (tx) => tx.rows(mine, []))
  expect(left).toEqual([{ id, userId: null }])
  await admin.query('delete from invoices where id = $1', [id])
  expect((await admin.query('select from invoice_lines where invoice_id = $1', [id])).rowCount).toBe(0)
})

test('a role can permit what there is to be allowed about it, and gives it back with the table', async () => {
  await deploy(to)
  const acme = await aTenant(database)
  const kim = await aUser(database, acme)
  const may = async () => {
    const { rows } = await admin.query(
      `select allowed from reeve.access_decision($1, $2, 'invoices:update', null)`,
      [acme.tenantId, kim.userId],
    )
    return rows[0].allowed as boolean
  }
  expect(await may()).toBe(false)
  await admin.query(
    `insert into role_permissions (tenant_id, role_id, permission)
     select tenant_id, id, 'invoices:*' from roles where tenant_id = $1 and name = 'member'`,
    [acme.tenantId],
  )
  expect(await may()).toBe(true)

  await rollback({ ...to, ...everything })
  expect(await may()).toBe(false)
})

test('the model for Prisma is the one of the table', () => {
  expect(made.map(({ model, others }) => [model, others])).toMatchInlineSnapshot(`
    [
      [
        "model Invoice {
      tenantId  String   @default(dbgenerated("reeve.tenant_id()")) @map("tenant_id") @db.Uuid
      id        String   @default(dbgenerated("reeve.uuid_v7()")) @db.Uuid
      userId    String?  @map("user_id") @db.Uuid
      createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(6)
      updatedAt DateTime @default(now()) @map("updated_at") @db.Timestamptz(6)

      user User? @relation(fields: [tenantId, userId], references: [tenantId, id], onDelete: NoAction, onUpdate: NoAction, map: "invoices_user_id_fkey")

      @@id([tenantId, id])
      @@index([tenantId, userId, id], map: "invoices_user_id_idx")
      @@map("invoices")
    }
    ",
        [
          "model User { invoices Invoice[] }",
        ],
      ],
      [
        "model InvoiceLine {
      tenantId  String   @default(dbgenerated("reeve.tenant_id()")) @map("tenant_id") @db.Uuid
      id        String   @default(dbgenerated("reeve.uuid_v7()")) @db.Uuid
      invoiceId String   @map("invoice_id") @db.Uuid
      userId    String?  @map("user_id") @db.Uuid
      createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(6)
      updatedAt DateTime @default(now()) @map("updated_at") @db.Timestamptz(6)

      invoice Invoice @relation(fields: [tenantId, invoiceId], references: [tenantId, id], onDelete: Cascade, onUpdate: NoAction, map: "invoice_lines_invoice_id_fkey")
      user    User?   @relation(fields: [tenantId, userId], references: [tenantId, id], onDelete: NoAction, onUpdate: NoAction, map: "invoice_lines_user_id_fkey")

      @@id([tenantId, id])
      @@index([tenantId, invoiceId, id], map: "invoice_lines_invoice_id_idx")
      @@index([tenantId, userId, id], map: "invoice_lines_user_id_idx")
      @@map("invoice_lines")
    }
    ",
        [
          "model Invoice { invoiceLines InvoiceLine[] }",
          "model User { invoiceLines InvoiceLine[] }",
        ],
      ],
    ]
  `)
})

test.each(['Invoices', 'in voices', 'invoices; drop table users', '_', '1st', '', 'x'.repeat(41), 'a__b'])(
  '%j is not how a table is called',
  async (table) => {
    const create = createTenantTable({ folder, table, belongsTo: [], now })
    await expect(create).rejects.toMatchObject({ code: 'invalid_request' })
  },
)

test('what would be cut off, or goes without saying, is refused', async () => {
  const long = { folder, table: `a${'b'.repeat(38)}s`, now }
  await expect(createTenantTable({ ...long, belongsTo: [`c${'d'.repeat(38)}s`] })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('longer than the 63 letters'),
  })
  await expect(createTenantTable({ ...people, belongsTo: ['tenants'] })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('the same table twice is refused', async () => {
  await expect(createTenantTable(people)).rejects.toMatchObject({ code: 'already_exists' })
})
