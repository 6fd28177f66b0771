/** The product's own history: every migration goes up, down and up again, and leaves what it found. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../testing/database.ts'
import { aWorkshop } from '../../testing/migrations.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { deploy } from './deploy.ts'
import { differences, fingerprint } from './fingerprint.ts'
import { houseRoles } from './roles.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const prisma = join(import.meta.dirname, '../../../prisma')
const folder = join(prisma, 'migrations')
const names = (await readdir(folder)).filter((name) => /^\d/.test(name)).toSorted()

const { database, admin, adminUrl } = await testDatabase()
const history = { connect: () => ({ connectionString: adminUrl }), folder, roles: houseRoles(prisma) }
const client = new pg.Client(adminUrl)
await client.connect()
await client.query(await readFile(join(prisma, 'roles.sql'), 'utf8'))
afterAll(() => client.end())

const consent = async () => true
const back = (steps: number | 'all') => rollback({ ...history, reach: { steps }, consent })
const complete = await fingerprint(client)

test('the whole schema goes back while it is in use, and nothing of it remains', async () => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  const values = [acme.tenantId, mia.userId]
  await admin.query(
    `insert into posts (tenant_id, user_id, title, content) values ($1, $2, 'Hello', '')`,
    values,
  )
  await admin.query('insert into user_profiles (tenant_id, user_id) values ($1, $2)', values)
  await admin.query('select reeve.audit_partitions_ensure(current_date, 3)')

  const { rolledBack } = await back('all')

  const untouched = await aWorkshop()
  await untouched.client.query(await readFile(join(prisma, 'roles.sql'), 'utf8'))
  expect(rolledBack.map(({ name }) => name)).toEqual(names.toReversed())
  expect(differences(await fingerprint(untouched.client), await fingerprint(client))).toEqual([])
})

test.each(names)('%s goes up, down and up again', async (name) => {
  const before = await fingerprint(client)
  await deploy({ ...history, to: name })
  const after = await fingerprint(client)
  expect(differences(before, after)).not.toEqual([])

  await back(1)
  expect(differences(before, await fingerprint(client))).toEqual([])

  await deploy({ ...history, to: name })
  expect(differences(after, await fingerprint(client))).toEqual([])
})

test('step by step one comes to the same schema as all at once', async () => {
  expect(differences(complete, await fingerprint(client))).toEqual([])
  expect(complete.size).toBeGreaterThan(400)
  expect(await status(history)).toMatchObject({ upToDate: true, failed: [], edited: [], missing: [] })
})
