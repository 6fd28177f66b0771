/** How often every operation was asked, and how it answered. */
export class Tally {
  total = 0
  readonly #counts = new Map<string, Map<number, number>>()

  constructor(routes: readonly string[]) {
    for (const route of routes) this.#counts.set(route, new Map())
  }

  add(route: string | undefined, status: number): void {
    this.total++
    const counts = this.#counts.get(route ?? 'what is not described') ?? new Map<number, number>()
    this.#counts.set(route ?? 'what is not described', counts.set(status, (counts.get(status) ?? 0) + 1))
  }

  /** Operations that never did what they are for: of these, nothing is proven. */
  get neverDone(): string[] {
    const done = (counts: Map<number, number>) => [...counts.keys()].some((status) => status < 300)
    return [...this.#counts].filter(([, counts]) => !done(counts)).map(([route]) => route)
  }

  get statuses(): Record<number, number> {
    const sums: Record<number, number> = {}
    for (const counts of this.#counts.values())
      for (const [status, count] of counts) sums[status] = (sums[status] ?? 0) + count
    return sums
  }

  toString(): string {
    const width = Math.max(...[...this.#counts.keys()].map((route) => route.length))
    const lines = [...this.#counts].map(([route, counts]) => {
      const sorted = [...counts].toSorted(([one], [other]) => one - other)
      return `${route.padEnd(width)}  ${sorted.map(([status, count]) => `${status}: ${count}`).join('  ')}`
    })
    return lines.join('\n')
  }
}
