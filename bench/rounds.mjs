// Who is asked when: everybody in turn, again and again, so that what else happens on the machine happens to all alike.

/** Runs every measurement once in each round, after a warm-up, beginning elsewhere each time. */
export async function inRounds(measurements, { rounds, seconds, warmUp, say }) {
  const found = measurements.map(() => [])
  if (warmUp) {
    for (const [i, { who, what, run }] of measurements.entries()) {
      say(`warming up: ${what}, ${who}`, i, measurements.length)
      await run(warmUp)
    }
  }
  const total = rounds * measurements.length
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < measurements.length; turn++) {
      const i = (turn + round * Math.ceil(measurements.length / rounds)) % measurements.length
      const { who, what, run } = measurements[i]
      say(`round ${round + 1}: ${what}, ${who}`, round * measurements.length + turn, total)
      found[i].push(await run(seconds))
    }
  }
  return measurements.map(({ run: _, ...about }, i) => ({ ...about, rounds: found[i] }))
}

/** The middle one, the least and the most. */
export function spreadOf(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = Number.isInteger(middle)
    ? (sorted[middle - 1] + sorted[middle]) / 2
    : sorted[Math.floor(middle)]
  return { median, least: sorted[0], most: sorted.at(-1) }
}

/** How many times as fast one is as the other: compared round by round, for rounds differ more than neighbours do. */
export function ratioOf(one, other) {
  return spreadOf(one.rounds.map(({ perSecond }, round) => perSecond / other.rounds[round].perSecond))
}
