import { expect, test } from 'vitest'
import { Refusal } from '../foundation/refusal.ts'
import { DatabaseFailure } from './failure.ts'
import { RetryAllowance, withRetry, type RetryBudget, type RetryClock } from './retry.ts'

const deadlock = new DatabaseFailure('transaction_deadlock')

test('what succeeds at once is done once', async () => {
  const { work, attempts } = failing(0)

  await expect(withRetry(aBudget(), work, aClock())).resolves.toBe('done')
  expect(attempts).toEqual([1])
})

test('what fails safely is done again until it succeeds', async () => {
  const { work, attempts } = failing(2)

  await expect(withRetry(aBudget(), work, aClock())).resolves.toBe('done')
  expect(attempts).toEqual([1, 2, 3])
})

test('what never succeeds ends with the last failure, after so many attempts', async () => {
  const { work, attempts } = failing(99)

  await expect(withRetry(aBudget({ attempts: 4 }), work, aClock())).rejects.toBe(deadlock)
  expect(attempts).toEqual([1, 2, 3, 4])
})

test('what may have happened, what cannot succeed, and what we do not understand are never done again', async () => {
  const errors = [
    new DatabaseFailure('outcome_unknown'),
    new DatabaseFailure('statement_timeout'),
    new DatabaseFailure('constraint_unique'),
    new DatabaseFailure('bug'),
    new Refusal('not_found', 'no such person', 'look again'),
    Object.assign(new Error('deadlock detected'), { code: '40P01', severity: 'ERROR' }),
  ]

  for (const error of errors) {
    const { work, attempts } = failing(99, error)
    await expect(withRetry(aBudget(), work, aClock())).rejects.toBe(error)
    expect(attempts).toEqual([1])
  }
})

test('nobody waits beyond the deadline, neither in a pause nor for another attempt', async () => {
  const clock = aClock({ random: () => 1 })
  const { work, attempts } = failing(99, deadlock, () => clock.pass(300))

  await expect(withRetry(aBudget({ attempts: 99, deadlineMs: 1000 }), work, clock)).rejects.toBe(deadlock)

  expect(attempts.length).toBe(3)
  expect(clock.now()).toBeLessThanOrEqual(1000 + 300)
})

test('pauses grow, differ, and stay within their bounds', async () => {
  const longest = aClock({ random: () => 0.999 })
  const shortest = aClock({ random: () => 0 })
  for (const clock of [longest, shortest]) {
    await withRetry(aBudget({ attempts: 6, deadlineMs: 60_000 }), failing(5).work, clock)
  }

  expect(longest.pauses.map(Math.round)).toEqual([30, 90, 269, 500, 500])
  expect(shortest.pauses).toEqual([10, 10, 10, 10, 10])
})

test('who only met somebody changing the same is not kept from trying again by those who did before', async () => {
  const met = new DatabaseFailure('transaction_serialization')
  const budget = aBudget({ allowance: new RetryAllowance({ reserve: 1, now: () => 0 }) })
  for (let nth = 0; nth < 20; nth++) {
    const { work, attempts } = failing(1, met)
    await expect(withRetry(budget, work, aClock())).resolves.toBe('done')
    expect(attempts).toEqual([1, 2])
  }
})

test('when everything fails, retries are a tenth of the calls and not one for each', async () => {
  const clock = aClock()
  const allowance = new RetryAllowance({ now: clock.now })
  const budget = aBudget({ attempts: 4, allowance })
  let asked = 0
  const sick = () => {
    asked++
    return Promise.reject(deadlock)
  }

  for (let call = 0; call < 1000; call++) await withRetry(budget, sick, { ...clock, sleep: none }).catch(none)

  expect(asked - 1000).toBeGreaterThanOrEqual(100)
  expect(asked - 1000).toBeLessThanOrEqual(100 + 10)
})

test('what was saved in good times is bounded', () => {
  const allowance = new RetryAllowance({ now: () => 0 })
  for (let call = 0; call < 1_000_000; call++) allowance.earn()

  expect(spendAll(allowance)).toBe(100)
})

test('a quiet process gets its reserve back, one a second and no more than it had', () => {
  const clock = aClock()
  const allowance = new RetryAllowance({ now: clock.now })

  expect(spendAll(allowance)).toBe(10)
  clock.pass(3_000)
  expect(spendAll(allowance)).toBe(3)
  clock.pass(3_600_000)
  expect(spendAll(allowance)).toBe(10)
})

function failing(times: number, error: unknown = deadlock, meanwhile: () => void = none) {
  const attempts: number[] = []
  const work = async (attempt: number) => {
    attempts.push(attempt)
    meanwhile()
    if (attempt <= times) throw error
    return 'done'
  }
  return { work, attempts }
}

function aBudget(different: Partial<RetryBudget> = {}): RetryBudget {
  return {
    attempts: 3,
    deadlineMs: 10_000,
    pauseMs: { min: 10, max: 500 },
    allowance: new RetryAllowance({ now: () => 0 }),
    ...different,
  }
}

/** Time that passes only when somebody sleeps, or says so. */
function aClock({ random = () => 0.5 }: { random?: () => number } = {}): RetryClock & {
  pauses: number[]
  pass: (ms: number) => void
} {
  let time = 0
  const pauses: number[] = []
  return {
    pauses,
    random,
    now: () => time,
    pass: (ms) => {
      time += ms
    },
    sleep: async (ms) => {
      pauses.push(ms)
      time += ms
    },
  }
}

function spendAll(allowance: RetryAllowance): number {
  let spent = 0
  while (allowance.spend()) spent++
  return spent
}

async function none(): Promise<void> {}
