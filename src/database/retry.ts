import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseFailure } from './failure.ts'

/** How long one piece of work may go on trying. Times in milliseconds. */
export type RetryBudget = {
  /** How often it is tried at most, the first time included. */
  attempts: number
  /** How long all attempts and pauses may take together; no attempt begins after it. */
  deadlineMs: number
  /** The shortest pause, and the longest. */
  pauseMs: { min: number; max: number }
  /** What all work of this process shares, so that a sick database is not beaten with retries. */
  allowance: RetryAllowance
  /** The work is done once whatever happens, so it may also be repeated where nobody knows whether it was done. */
  repeatable?: boolean
}

/** What a test may replace. */
export type RetryClock = {
  now: () => number
  random: () => number
  sleep: (ms: number) => Promise<unknown>
}

const realClock: RetryClock = { now: () => performance.now(), random: Math.random, sleep: (ms) => pause(ms) }

/**
 * Retries for all work together: one for every ten calls, and never less than ten in reserve, which
 * come back one a second. When the database is well nobody notices; when it is not, ten per cent more
 * load is all that we add.
 */
export class RetryAllowance {
  #saved: number
  #counted: number
  readonly #reserve: number
  readonly #most: number
  readonly #share: number
  readonly #now: () => number

  constructor({ reserve = 10, most = 100, share = 0.1, now = realClock.now } = {}) {
    this.#reserve = reserve
    this.#most = most
    this.#share = share
    this.#now = now
    this.#saved = reserve
    this.#counted = now()
  }

  /** Something was asked for the first time. */
  earn(): void {
    this.#saved = Math.min(this.#most, this.#saved + this.#share)
  }

  /** May something be asked again? If so, that is counted. */
  spend(): boolean {
    this.#refill()
    if (this.#saved < 1) return false
    this.#saved -= 1
    return true
  }

  #refill(): void {
    const now = this.#now()
    const seconds = (now - this.#counted) / 1000
    this.#counted = now
    if (this.#saved < this.#reserve) this.#saved = Math.min(this.#reserve, this.#saved + seconds)
  }
}

/** What a request of a person can wait for. */
export const requestBudget: RetryBudget = {
  attempts: 4,
  deadlineMs: 3_000,
  pauseMs: { min: 20, max: 500 },
  allowance: new RetryAllowance(),
}

/**
 * Does the work, and does it again where a DatabaseFailure says that nothing happened and that another
 * attempt may succeed. The work is a whole transaction: a part of one cannot be repeated. Anything else, and
 * the last failure when the budget is spent, is thrown as it came.
 */
export async function withRetry<T>(
  budget: RetryBudget,
  work: (attempt: number) => Promise<T>,
  clock: RetryClock = realClock,
): Promise<T> {
  const deadline = clock.now() + budget.deadlineMs
  let wait = budget.pauseMs.min
  budget.allowance.earn()

  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error
      if (error.retry !== 'safe' && !(budget.repeatable && error.code === 'outcome_unknown')) throw error
      if (attempt >= budget.attempts) throw error
      wait = nextPause(wait, budget, clock)
      // two who change the same at once say nothing about how the database is
      const isWell = error.kind === 'transaction_serialization'
      if (clock.now() + wait >= deadline || !(isWell || budget.allowance.spend())) throw error
    }
    await clock.sleep(wait)
  }
}

/** Decorrelated jitter: anywhere from the shortest pause to three times the last one, so that no two keep step. */
function nextPause(last: number, { pauseMs }: RetryBudget, { random }: RetryClock): number {
  return Math.min(pauseMs.max, pauseMs.min + random() * (last * 3 - pauseMs.min))
}
