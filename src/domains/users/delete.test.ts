import { expect, test } from 'vitest'
import { inTenant, type Context } from '../../database/database.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { testDatabase } from '../../testing/database.ts'
import { aTenant, aUser } from '../../testing/people.ts'
import { deleteUser } from './delete.ts'

const { database, admin } = await testDatabase()

test.each<[string, Pick<Context, 'isolation'>]>([
  ['always', {}],
  ['also on a condition', { isolation: 'repeatable read' }],
])('whoever is deleted while they write goes, and what they write stays, %s', async (_how, how) => {
  const acme = await aTenant(database)
  const mia = await aUser(database, acme)
  const postId = uuidV7()
  const writer = await admin.connect()
  await writer.query('begin')
  await writer.query(
    `insert into posts (tenant_id, id, user_id, title, content) values ($1, $2, $3, 'Last words', '…')`,
    [acme.tenantId, postId, mia.userId],
  )

  const deleted = inTenant(database, { ...acme.owner.context, ...how }, (tx) => deleteUser(tx, mia.userId))
  await expect.poll(waiting).toBe(1)
  await writer.query('commit')
  writer.release()
  await deleted

  const { rows } = await admin.query('select title, user_id from posts where id = $1', [postId])
  expect(rows).toEqual([{ title: 'Last words', user_id: null }])
  expect((await admin.query('select from users where id = $1', [mia.userId])).rowCount).toBe(0)
})

async function waiting(): Promise<number> {
  const { rows } = await admin.query<{ waiting: number }>(
    `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return rows[0]!.waiting
}
