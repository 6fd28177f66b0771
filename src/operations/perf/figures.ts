/** How long something takes, in milliseconds: half of all answers were faster than `p50`, and so on. */
export type Figures = { samples: number; p50: number; p95: number; p99: number }

/** Of how long each answer took, in milliseconds and in any order. */
export function figuresOf(took: readonly number[]): Figures {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
  return { samples: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** The number of the question; what comes back says whether the answer was right. */
export type Ask = (n: number) => Promise<boolean>

/** Enough to know the hundredth, unless that takes longer than four seconds. */
const bounds = { warmUp: 10, samples: 400, longestMs: 4_000, fewest: 20 }

/** Asks one question after the other. A wrong answer is a mistake in the program, and thrown. */
export async function measure(ask: Ask): Promise<Figures> {
  for (let n = 0; n < bounds.warmUp; n++) await ask(n)
  const took: number[] = []
  const until = performance.now() + bounds.longestMs
  while (took.length < bounds.samples && (took.length < bounds.fewest || performance.now() < until)) {
    const started = performance.now()
    const right = await ask(bounds.warmUp + took.length)
    took.push(performance.now() - started)
    if (!right) throw new Error('the answer is wrong')
  }
  return figuresOf(took)
}

/** What came of many questions at once: how many failed or were answered wrongly, and how long the others took. */
export type Crowd = Figures & { atOnce: number; perSecond: number; failed: number; wrong: number }

/** Lets so many ask at once, each again as soon as it is answered, for so many milliseconds. */
export async function crowd(ask: Ask, atOnce: number, ms: number): Promise<Crowd> {
  const took: number[] = []
  const bad = { failed: 0, wrong: 0 }
  let n = 0
  const began = performance.now()
  const one = async () => {
    while (performance.now() - began < ms) {
      const started = performance.now()
      try {
        if (!(await ask(n++))) bad.wrong++
        took.push(performance.now() - started)
      } catch {
        bad.failed++
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  const seconds = (performance.now() - began) / 1000
  return { ...figuresOf(took), atOnce, perSecond: took.length / seconds, ...bad }
}
