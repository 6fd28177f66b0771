import { expect, test } from 'vitest'
import { createPost } from '../domains/posts/create.ts'
import { createRole } from '../domains/roles/create.ts'
import { readRole } from '../domains/roles/read.ts'
import { updateRole } from '../domains/roles/update.ts'
import { uuidV7 } from '../foundation/id.ts'
import { testDatabase } from '../testing/database.ts'
import { aTenant, aUser, type Person } from '../testing/people.ts'
import { inTenant, type Context } from './database.ts'
import type { Once } from './once.ts'
import { openPrisma, withTenant } from './prisma.ts'

const { database, admin } = await testDatabase()
const prisma = await openPrisma(database)
const acme = await aTenant(database)

const scope = acme.owner.accountId
const once = (key: string, more: Partial<Once> = {}): Once => ({
  key,
  scope,
  fingerprint: 'asked',
  seal: (text) => Buffer.from(text).toString('base64'),
  open: (text) => Buffer.from(text, 'base64').toString(),
  ...more,
})
const make = (name: string, wanted: Once, { context }: Person = acme.owner) =>
  inTenant(database, { ...context, once: wanted }, (tx) => createRole(tx, { name }))
const countOf = async (name: string) =>
  (await admin.query('select from roles where name = $1', [name])).rowCount

test('whoever asks twice gets the same twice, and it is done once', async () => {
  let replayed = 0
  const key = once(uuidV7(), { replayed: () => replayed++ })

  const made = await make('twice', key)
  const again = await make('twice', key)

  expect(JSON.stringify(again)).toBe(JSON.stringify(made))
  expect([await countOf('twice'), replayed]).toEqual([1, 1])
})

test('of twenty who come at once with one key, one does the work and all get its result', async () => {
  const key = once(uuidV7())
  const made = await Promise.all(Array.from({ length: 20 }, () => make('at once', key)))

  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(await countOf('at once')).toBe(1)
})

test('a key that came with something else is refused', async () => {
  const key = once(uuidV7())
  await make('something', key)

  await expect(make('something else', { ...key, fingerprint: 'other' })).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  })
  expect(await countOf('something else')).toBe(0)
})

test('the same words from somebody else, or in another tenant, are another key', async () => {
  const key = once(uuidV7())
  const [kim, other] = [await aUser(database, acme, { roles: ['owner'] }), await aTenant(database, 'Other')]
  await make('mine', key)

  expect(await make('hers', { ...key, scope: kim.accountId }, kim)).toMatchObject({ name: 'hers' })
  expect(await make('theirs', key, other.owner)).toMatchObject({ name: 'theirs' })
})

test('what was refused or failed is free to be asked again with its key', async () => {
  const key = once(uuidV7())
  await make('taken', once(uuidV7()))
  await expect(make('taken', key)).rejects.toMatchObject({ code: 'name_taken' })

  await admin.query(`delete from roles where name = 'taken'`)
  expect(await make('taken', key)).toMatchObject({ name: 'taken' })
})

test('a key is forgotten after a day, and the forgotten leave the table', async () => {
  const [key, other] = [once(uuidV7()), once(uuidV7())]
  await make('yesterday', key)
  await make('the day before', other)
  await admin.query(
    `update idempotency_keys set created_at = now() - interval '25 hours' where key = any ($1)`,
    [[key.key, other.key]],
  )
  await admin.query(`update roles set name = name || ' (old)' where name in ('yesterday', 'the day before')`)

  await make('yesterday', key)

  expect([await countOf('yesterday'), await countOf('yesterday (old)')]).toEqual([1, 1])
  const { rows } = await admin.query('select key from idempotency_keys where key = any ($1)', [
    [key.key, other.key],
  ])
  expect(rows).toEqual([{ key: key.key }])
})

test('a result whose secret is gone is not given, and the work is not done again', async () => {
  const key = once(uuidV7())
  await make('lost', key)
  await expect(make('lost', { ...key, open: () => undefined })).rejects.toMatchObject({
    code: 'idempotency_key_reused',
    remedy: expect.stringContaining('look whether it was done'),
  })
})

test('whoever lost the answer of the commit is told what became of it, without asking', async () => {
  await admin.query('create sequence deaths')
  await admin.query(`create function die_once() returns trigger language plpgsql security definer as $$
    begin
      -- a sequence is not rolled back, so it knows
      if nextval('deaths') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$`)
  await admin.query(`create constraint trigger die_once after insert on roles deferrable initially deferred
    for each row execute function die_once()`)

  const made = await make('unlucky', once(uuidV7()))

  expect(made).toMatchObject({ name: 'unlucky' })
  expect(await countOf('unlucky')).toBe(1)
  const { rows } = await admin.query('select last_value::int as tries from deaths')
  expect(rows).toEqual([{ tries: 2 }])
  await admin.query('drop function die_once cascade')
})

test('work that is written with Prisma is done once too', async () => {
  const context: Context = { ...acme.owner.context, once: once(uuidV7()) }
  const write = () => withTenant(prisma, context, (tx) => createPost(tx, { title: 'Once', content: '' }))

  const posts = await Promise.all([write(), write(), write()])

  expect(new Set(posts.map(({ id }) => id)).size).toBe(1)
  expect((await admin.query(`select from posts where title = 'Once'`)).rowCount).toBe(1)
})

test('of ten who change what they read, under repeatable read, none writes over another', async () => {
  const { id } = await make('counter 0', once(uuidV7()))
  const context: Context = { ...acme.owner.context, isolation: 'repeatable read' }
  const increment = () =>
    inTenant(database, context, async (tx) => {
      const { name } = await readRole(tx, id)
      return updateRole(tx, id, { name: `counter ${Number(name.split(' ')[1]) + 1}` })
    })

  const done = await Promise.allSettled(Array.from({ length: 10 }, increment))

  const succeeded = done.filter(({ status }) => status === 'fulfilled').length
  expect(succeeded).toBeGreaterThan(0)
  expect(await countOf(`counter ${succeeded}`)).toBe(1)
})

test('whoever does not say for whom is refused, and keeps no connection', async () => {
  const { tenantId, requestId } = acme.owner.context
  for (const context of [
    undefined,
    {},
    { tenantId, requestId },
    { ...acme.owner.context, tenantId: undefined },
  ]) {
    for (let n = 0; n < 12; n++) {
      const given = context as unknown as Context
      await expect(inTenant(database, given, async () => {})).rejects.toMatchObject({ code: 'internal' })
      await expect(withTenant(prisma, given, async () => {})).rejects.toMatchObject({ code: 'internal' })
    }
  }
  expect(database.pool.totalCount - database.pool.idleCount).toBe(0)
})
