import { createRequire } from 'node:module'
import type pg from 'pg'
import type { Sql } from './sql.ts'

/** One statement with its values, ready to leave. */
export type Step = { readonly sql: Sql; readonly values: readonly unknown[] }
export type StepResult = { rows: unknown[]; affected: number; tag: string }

const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as {
  prepareValue: (value: unknown) => unknown
}

/** The messages of the extended query protocol, as node-postgres writes them. */
type Wire = {
  stream: { cork(): void; uncork(): void }
  close(message: { type: 'S'; name: string }): void
  parse(message: { name: string; text: string }): void
  bind(message: {
    statement: string
    values: readonly unknown[]
    valueMapper: (value: unknown) => unknown
  }): void
  execute(message: object): void
  sync(): void
}

const prepared = new WeakMap<object, Set<string>>()

/** Whether what is prepared on a connection is still there for the next flight; changed to no where it was not. */
type Naming = { named: boolean }
const namings = new WeakMap<object, Naming>()

/** A connection that may not keep what is prepared on it. Without names a statement is parsed each time that it flies. */
export function naming(client: pg.ClientBase, how: Naming): void {
  namings.set((client as unknown as { connection: Wire }).connection, how)
}

/**
 * Sends several statements with one Sync, named where the connection keeps them: one round trip, one implicit transaction unless a `begin` is among
 * them. After the first error PostgreSQL skips the rest. What a statement returns is declared with it, so nothing is
 * described on the wire.
 */
export function fly(client: pg.ClientBase, steps: readonly Step[]): Promise<StepResult[]> {
  return new Promise((resolve, reject) => {
    const flight = new Flight(steps)
    flight.callback = (error, results) => (error ? reject(error) : resolve(results!))
    client.query(flight as unknown as pg.Submittable)
  })
}

class Flight {
  callback: ((error: unknown, results?: StepResult[]) => void) | undefined
  readonly #steps: readonly Step[]
  readonly #results: StepResult[]
  #fresh: string[] = []
  #current = 0
  #unreadable: unknown

  constructor(steps: readonly Step[]) {
    this.#steps = steps
    this.#results = steps.map(() => ({ rows: [], affected: 0, tag: '' }))
  }

  submit(wire: Wire): Error | null {
    const known = prepared.get(wire) ?? new Set<string>()
    prepared.set(wire, known)
    const named = namings.get(wire)?.named ?? true
    wire.stream.cork()
    try {
      for (const { sql, values } of this.#steps) {
        const name = named ? `rv.${sql.name}` : ''
        if (!named) wire.parse({ name, text: sql.text })
        else if (!known.has(name)) {
          // An earlier flight may have failed behind its Parse: closing what does not exist is no error, parsing twice is.
          wire.close({ type: 'S', name })
          wire.parse({ name, text: sql.text })
          known.add(name)
          this.#fresh.push(name)
        }
        wire.bind({ statement: name, values, valueMapper: prepareValue })
        wire.execute({})
      }
    } catch (error) {
      this.#forget(wire)
      this.#unreadable = error
    } finally {
      wire.sync()
      wire.stream.uncork()
    }
    return null
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#unreadable) return
    try {
      this.#results[this.#current]!.rows.push(this.#steps[this.#current]!.sql.read(fields))
    } catch (error) {
      this.#unreadable = error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const result = this.#results[this.#current++]!
    result.tag = text
    result.affected = Number(/ (\d+)$/.exec(text)?.[1] ?? 0)
  }

  handleEmptyQuery(): void {
    this.#current++
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}

  handleError(error: Error & { code?: string }, wire: Wire): void {
    this.#forget(wire)
    // The plan no longer fits the schema, or somebody dropped it: prepare anew what this connection knows.
    if (error.code === '0A000' || error.code === '26000') prepared.delete(wire)
    // Or a pooler took the connection for somebody else, which it was not seen to do when we asked.
    const how = namings.get(wire)
    if (how && error.code === '26000') how.named = false
    this.#answer(Object.assign(error, { statement: this.#steps[this.#current]?.sql.name }))
  }

  handleReadyForQuery(): void {
    this.#answer(this.#unreadable)
  }

  #forget(wire: Wire): void {
    for (const name of this.#fresh) prepared.get(wire)?.delete(name)
  }

  #answer(error: unknown): void {
    const callback = this.callback
    this.callback = undefined
    if (error) callback?.(error)
    else callback?.(null, this.#results)
  }
}
