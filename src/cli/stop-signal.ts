import { Refusal } from '../foundation/refusal.ts'

/**
 * The first Ctrl-C ends long work in order, with this as the reason; a second one ends the program at once, and
 * PostgreSQL undoes what it had. Release it when the work is done.
 */
export function stopSignal(reason: string): { signal: AbortSignal; release: () => void } {
  const told = new AbortController()
  const stop = () => told.abort(new Refusal('shutting_down', reason, 'run it again when you want'))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.once(name, stop)
  return { signal: told.signal, release: () => signals.forEach((name) => process.off(name, stop)) }
}
