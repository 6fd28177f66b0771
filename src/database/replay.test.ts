import { expect, test } from 'vitest'
import { uuidV7 } from '../foundation/id.ts'
import { Refusal } from '../foundation/refusal.ts'
import { testDatabase } from '../testing/database.ts'
import { nilTenant, outsideTenants, type Context } from './database.ts'
import type { Once } from './once.ts'
import { orReplay } from './replay.ts'

const { database, admin } = await testDatabase()

const aKey = (more: Partial<Once> = {}): Once => ({
  key: uuidV7(),
  tenantId: nilTenant,
  scope: nilTenant,
  fingerprint: 'asked',
  seal: (text) => Buffer.from(text).toString('base64'),
  open: (text) => Buffer.from(text, 'base64').toString(),
  ...more,
})
const nobody = { actor: { kind: 'nobody' }, requestId: 'test' } as const
const used = new Refusal('invitation_unusable', 'this was used', 'ask for another one')

/** Work that ends in a transaction, and counts how often it was begun. */
function work(once: Once | undefined, result: unknown) {
  let begun = 0
  const context: Omit<Context, 'tenantId'> = { ...nobody, once }
  return {
    begun: () => begun,
    run: (before: () => Promise<void> = async () => {}) =>
      orReplay(database, context, async () => {
        begun++
        await before()
        return outsideTenants(database, context, async () => result)
      }),
  }
}

test('what was done with a key is not even begun again', async () => {
  const { run, begun } = work(aKey(), { done: true })

  expect(await run()).toEqual({ done: true })
  expect(await run()).toEqual({ done: true })
  expect(begun()).toBe(1)
})

test('whoever finds it done by the same key, while they were about it, is given what came of it', async () => {
  const once = aKey()
  const other = work(once, { done: 'by the other' })

  const mine = work(once, { done: 'by me' }).run(async () => {
    await other.run()
    throw used
  })

  expect(await mine).toEqual({ done: 'by the other' })
})

test('what is refused for another reason stays refused, and what failed has failed', async () => {
  const bug = new Error('a mistake of ours')
  for (const error of [used, bug]) {
    const { run } = work(aKey(), {})
    await expect(run(() => Promise.reject(error))).rejects.toBe(error)
    expect(await run()).toEqual({})
  }
})

test('a key that came with something else is refused before anything is begun', async () => {
  const once = aKey()
  await work(once, {}).run()
  const { run, begun } = work({ ...once, fingerprint: 'other' }, {})

  await expect(run()).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  expect(begun()).toBe(0)
})

test('a day later it is begun again', async () => {
  const once = aKey()
  const { run, begun } = work(once, {})
  await run()
  await admin.query(`update idempotency_keys set created_at = now() - interval '24 hours' where key = $1`, [
    once.key,
  ])
  await run()
  expect(begun()).toBe(2)
})

test('work without a key is done as often as it is asked for', async () => {
  const { run, begun } = work(undefined, {})
  await run()
  await run()
  expect(begun()).toBe(2)
})
