import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { houseRoles } from '../migrate/roles.ts'
import { seed } from '../seed/seed.ts'
import { beforeReset, reset } from './reset.ts'

const { admin, adminUrl } = await testDatabase()
const connect = () => ({ connectionString: adminUrl })
const prisma = fileURLToPath(new URL('../../../prisma', import.meta.url))
const to = { connect, folder: join(prisma, 'migrations'), roles: houseRoles(prisma) }

test('a database with a table of somebody else is left alone, and the table is named', async () => {
  await admin.query('create table invoices (id integer)')
  await expect(beforeReset(to)).rejects.toThrow(/invoices/)
  await admin.query('drop table invoices')
})

test('a database on another machine is never reset', async () => {
  const elsewhere = () => ({
    ...connect(),
    connectionString: adminUrl.replace('127.0.0.1', 'localhost.localdomain'),
  })
  await expect(beforeReset({ ...to, connect: elsewhere })).rejects.toThrow()
})

test('what would be lost is counted first; afterwards the database is empty and of this version', async () => {
  await seed({ connect, hash: async () => '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3q2+7w' })
  expect(await beforeReset(to)).toMatchObject({ tenants: 3 })

  await reset(to)

  expect(await beforeReset(to)).toMatchObject({ tenants: 0, users: 0 })
  const { rows } = await admin.query('select from permissions limit 1')
  expect(rows).toHaveLength(1)
})
