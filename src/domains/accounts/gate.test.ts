import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Gate } from './gate.ts'

test('no more work is inside than may be, and all that may wait is done', async () => {
  const gate = new Gate({ atOnce: 2, waiting: 8 })
  let inside = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await turn()
    inside--
  }

  await Promise.all(Array.from({ length: 10 }, () => gate.pass(work)))

  expect(most).toBe(2)
  expect(gate.passed).toBe(10)
})

test('whoever comes when too many wait is turned away at once with a remedy', async () => {
  const gate = new Gate({ atOnce: 1, waiting: 2 })
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => gate.pass(() => turn())))

  expect(outcomes.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled'],
    ...['rejected', 'rejected'],
  ])
  await expect(Promise.all([1, 2, 3, 4].map(() => gate.pass(() => turn())))).rejects.toMatchObject({
    code: 'too_many_requests',
    remedy: expect.stringMatching(/again/),
  })
})

test('work that fails makes room for the next', async () => {
  const gate = new Gate({ atOnce: 1, waiting: 5 })
  const failing = gate.pass(() => Promise.reject(new Error('no')))
  const next = gate.pass(async () => 'done')

  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
  expect(await gate.pass(async () => 'again')).toBe('again')
})
