/** What is served where, so that a wrong method can be told from a wrong address. */
export class Addresses {
  readonly #known = new Map<string, { pattern: RegExp; methods: Set<string> }>()

  /** Remembers a route as it was registered: `/v1/tenants/:tenantId`. */
  add(method: string | string[], url: string): void {
    const known = this.#known.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    this.#known.set(url, known)
    for (const one of [method].flat()) known.methods.add(one)
  }

  /** The methods of an address, or none. */
  methodsAt(path: string): string[] {
    const here = [...this.#known.values()].filter(({ pattern }) => pattern.test(path))
    return [...new Set(here.flatMap(({ methods }) => [...methods]))].toSorted()
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : literally(part)))
  return new RegExp(`^${parts.join('/')}$`)
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
