import { toFailure } from '../database/failure.ts'
import { Refusal } from '../foundation/refusal.ts'
import { loud } from './paint.ts'
import { clip, fold, width } from './text.ts'

/** How a command answers: for a person, or with `--json` for a program. */
export type Report = {
  /** The result, said once, at the end. `say` is what a person reads; `data` is the stable shape for programs. */
  done: (data: unknown, say: () => string) => void
  /** How long work goes on: a bar on a terminal, a line now and then otherwise, nothing in JSON. */
  progress: (step: { message: string; done?: number; total?: number }) => void
  /** Something worth saying meanwhile. */
  note: (text: string) => void
}

let barIsShown = false

/** A report to the terminal: results to stdout, everything else to stderr. */
export function reportTo(options: { json?: boolean | undefined }): Report {
  const { json = false } = options
  let lastAt = 0
  let lastLine = ''
  return {
    done(data, say) {
      clearBar()
      process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${say()}\n`)
    },
    progress({ message, done, total }) {
      if (json) return
      if (process.stderr.isTTY && process.env['TERM'] !== 'dumb') {
        const bar = meter(done, total)
        const room = (process.stderr.columns || 80) - 1
        clearBar()
        process.stderr.write(`${bar.paint}${clip(message, room - width(bar.text))}`)
        barIsShown = true
        return
      }
      const line = `${message}${total ? ` (${done} of ${total})` : ''}\n`
      const worthIt = done === undefined || done === total || Date.now() - lastAt > 5_000
      if (!worthIt || line === lastLine) return
      lastAt = Date.now()
      lastLine = line
      process.stderr.write(line)
    },
    note(text) {
      clearBar()
      if (!json) process.stderr.write(`${text}\n`)
    },
  }
}

/** Says what went wrong and what to do about it, never where in the program; returns the exit code. */
export function reportFailure(error: unknown, { json, more = {} }: { json: boolean; more?: object }): number {
  clearBar()
  const { code, message, remedy, exit } = explained(error)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy }, ...more })}\n`)
  else
    process.stderr.write(`${loud.red('✗')} ${folded(message, 2)}\n  ${loud.dim('→')} ${folded(remedy, 4)}\n`)
  if (process.env['LOG_LEVEL'] === 'trace' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exit
}

/** On a terminal no word is torn apart, and what goes on below is as far in. */
function folded(text: string, indent: number): string {
  const room = process.stderr.isTTY ? (process.stderr.columns || 80) - indent : Infinity
  const lines = text.split('\n').flatMap((line) => fold(line, room))
  return lines.join(process.stderr.isTTY ? `\n${' '.repeat(indent)}` : '\n')
}

/** What nobody has foreseen is told as it is; it says at least how to learn more. */
function explained(error: unknown): Refusal {
  const known = toFailure(error, 'statement')
  if (known instanceof Refusal) return known
  const message = error instanceof Error && error.message !== '' ? error.message : String(error)
  return new Refusal(
    'internal',
    message,
    'this is a mistake in Reeve; LOG_LEVEL=trace shows where, for a report',
  )
}

/** Takes the bar away, for what else is to be said on that line. */
export function clearBar(): void {
  if (barIsShown) process.stderr.write('\r\x1b[K')
  barIsShown = false
}

function meter(done: number | undefined, total: number | undefined): { text: string; paint: string } {
  if (done === undefined || !total) return { text: '', paint: '' }
  const cells = 24
  const share = Math.min(1, done / total)
  const [full, rest] = ['█'.repeat(Math.round(share * cells)), '░'.repeat(cells - Math.round(share * cells))]
  const percent = ` ${String(Math.floor(share * 100)).padStart(3)}% `
  return { text: full + rest + percent, paint: loud.cyan(full) + loud.dim(rest) + percent }
}
