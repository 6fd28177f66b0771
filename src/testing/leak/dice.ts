/** The same numbers for the same seed and number, whatever else happens meanwhile (mulberry32). */
export function dice(seed: number, nth: number): (below: number) => number {
  let state = (seed ^ Math.imul(nth + 1, 0x9e3779b1)) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
