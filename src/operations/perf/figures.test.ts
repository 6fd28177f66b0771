import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { crowd, figuresOf, measure } from './figures.ts'

test('of a hundred answers the ninety-fifth is what ninety-five were as fast as', () => {
  const took = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(figuresOf(took)).toEqual({ samples: 100, p50: 50, p95: 95, p99: 99 })
  expect(figuresOf([7])).toEqual({ samples: 1, p50: 7, p95: 7, p99: 7 })
})

test('a wrong answer is no measurement', async () => {
  await expect(measure(async (n) => n < 15)).rejects.toThrow('the answer is wrong')
  expect(await measure(async () => true)).toMatchObject({ samples: 400 })
})

test('in a crowd everybody asks at once, and who is refused or told something wrong is counted', async () => {
  let asking = 0
  let most = 0
  const ask = async (n: number) => {
    most = Math.max(most, ++asking)
    await pause(5)
    asking--
    if (n === 3) throw new Error('too many')
    return n !== 4
  }
  const found = await crowd(ask, 20, 50)
  expect(found).toMatchObject({ atOnce: 20, failed: 1, wrong: 1 })
  expect(most).toBe(20)
  expect(found.samples).toBeGreaterThan(20)
})
