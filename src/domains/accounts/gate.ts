import { Refusal } from '../../foundation/refusal.ts'

/** Lets so much costly work through at once; some may wait, whoever comes after those is turned away at once. */
export class Gate {
  /** How much work has been let through since the start. */
  passed = 0
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor(bounds: { atOnce: number; waiting: number }) {
    this.#atOnce = bounds.atOnce
    this.#mostWaiting = bounds.waiting
  }

  /** Does the work when its turn has come; refuses with `too_many_requests` when too much waits already. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#atOnce) this.#inside++
    else await this.#turn()
    this.passed++
    try {
      return await work()
    } finally {
      // Whoever waits takes the place of the one who leaves, so that nobody slips in between.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#inside--
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new Refusal(
        'too_many_requests',
        'too many people are signing in at this moment',
        'try again in a few seconds',
      )
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
