import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { aTenant } from '../../testing/people.ts'
import { houseRoles } from '../migrate/roles.ts'
import { beforeReset, reset } from './reset.ts'
import { strangersIn } from './strangers.ts'

const { database, admin, adminUrl } = await testDatabase()
const prisma = fileURLToPath(new URL('../../../prisma', import.meta.url))
const folder = join(prisma, 'migrations')
const to = { connect: () => ({ connectionString: adminUrl }), folder, roles: houseRoles(prisma) }

test('what the migrations made is no stranger, and neither is a partition of it', async () => {
  await admin.query("select reeve.audit_partitions_ensure('2031-01-01', 3)")
  expect(await strangers()).toEqual([])
})

test.for([
  ['a table beside ours', 'create table invoices (id integer)', ['invoices']],
  ['one that our owner made by hand', 'set role reeve_owner; create table notes (id integer)', ['notes']],
  [
    'a sequence, with a view,',
    'create sequence numbers; create view one as select 1 as one',
    ['numbers', 'one'],
  ],
  [
    'a table elsewhere that refers to people',
    'create schema app; create table app.orders (t uuid, u uuid, foreign key (t, u) references users (tenant_id, id))',
    ['app.orders'],
  ],
  [
    'a view elsewhere of our people',
    'create schema app; create view app.names as select name from users',
    ['app.names'],
  ],
  [
    'a table elsewhere that lets our function decide',
    'create schema app; create table app.files (tenant_id uuid default reeve.tenant_id()); create policy mine on app.files using (tenant_id = reeve.tenant_id())',
    ['app.files'],
  ],
  [
    'a table elsewhere that our trigger keeps fresh',
    'create schema app; create table app.pages (updated_at timestamptz); create trigger t before update on app.pages for each row execute function reeve.touch_updated_at()',
    ['app.pages'],
  ],
] as const)('%s stops a reset before anything is lost', async ([, made, names]) => {
  const { tenantId } = await aTenant(database)
  const client = new pg.Client(adminUrl)
  await client.connect()
  await client.query(made)
  try {
    await expect(beforeReset(to)).rejects.toMatchObject({
      code: 'still_in_use',
      message: `this database holds more than Reeve: ${names.join(', ')}`,
    })
    await expect(reset(to)).rejects.toMatchObject({ code: 'still_in_use' })
    expect((await admin.query('select from tenants where id = $1', [tenantId])).rowCount).toBe(1)
  } finally {
    await client.query(
      'reset role; drop schema if exists app cascade; drop table if exists invoices, notes; drop view if exists one; drop sequence if exists numbers',
    )
    await client.end()
  }
})

test('a table elsewhere that has nothing to do with ours is nobody’s business, and survives', async () => {
  await admin.query('create schema other; create table other.things (id integer)')
  expect(await strangers()).toEqual([])
  await reset(to)
  expect((await admin.query('select from other.things')).rowCount).toBe(0)
})

test('neither production nor another machine is reset, and the other machine is not even called', async () => {
  await expect(reset({ ...to, environment: 'production' })).rejects.toMatchObject({
    code: 'not_in_production',
  })

  const elsewhere = {
    ...to,
    connect: () => ({ connectionString: 'postgresql://postgres@db.example.com/reeve' }),
  }
  await expect(beforeReset(elsewhere)).rejects.toMatchObject({
    code: 'not_in_production',
    message: 'the database is on db.example.com, and a reset is for this machine only',
  })
  await expect(reset(elsewhere)).rejects.toMatchObject({ code: 'not_in_production' })
})

async function strangers(): Promise<string[]> {
  const client = await admin.connect()
  try {
    return await strangersIn(client, to)
  } finally {
    client.release()
  }
}
