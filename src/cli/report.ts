import Table from 'cli-table3'
import colors from 'picocolors'
import { Refusal } from '../foundation/refusal.ts'

/** How a command answers: for a person, or with `--json` for a program. */
export type Report = {
  /** The result, said once, at the end. `say` is what a person reads; `data` is the stable shape for programs. */
  done: (data: unknown, say: () => string) => void
  /** How long work goes on: a bar on a terminal, a line now and then otherwise, nothing in JSON. */
  progress: (step: { message: string; done?: number; total?: number }) => void
  /** Something worth saying meanwhile. */
  note: (text: string) => void
}

/** A report to the terminal: results to stdout, everything else to stderr. */
export function reportTo(options: { json?: boolean | undefined }): Report {
  const { json = false } = options
  const terminal = process.stderr.isTTY === true && !json
  let bar = false
  let lastLine = 0
  const clear = () => {
    if (bar) process.stderr.write('\r\x1b[K')
    bar = false
  }
  return {
    done(data, say) {
      clear()
      process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${say()}\n`)
    },
    progress({ message, done, total }) {
      if (json) return
      if (terminal) {
        process.stderr.write(`\r\x1b[K${meter(done, total)}${message}`.slice(0, (process.stderr.columns ?? 80) + 4))
        bar = true
      } else if (done === undefined || done === total || Date.now() - lastLine > 5_000) {
        lastLine = Date.now()
        process.stderr.write(`${message}${total ? ` (${done} of ${total})` : ''}\n`)
      }
    },
    note(text) {
      clear()
      if (!json) process.stderr.write(`${text}\n`)
    },
  }
}

/** Says what went wrong and what to do about it; returns the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  if (!(error instanceof Refusal)) {
    const message = error instanceof Error ? error.message : String(error)
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'internal', message, remedy: '' } })}\n`)
    else process.stderr.write(`${colors.red('✗')} ${message}\n`)
    if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    return 1
  }
  const { code, message, remedy, exit } = error
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  else process.stderr.write(`${colors.red('✗')} ${message}\n  ${colors.dim('→')} ${remedy}\n`)
  return exit
}

/** Rows under headings, as wide as the terminal at most. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  if (rows.length === 0) return colors.dim('nothing to show')
  const chars = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'].map(
      (part) => [part, ''],
    ),
  )
  const widths = fit(head, rows, (process.stdout.columns ?? 100) - 2)
  const sheet = new Table({
    head: head.map((name) => colors.bold(name)),
    chars: { ...chars, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: widths,
  })
  sheet.push(...rows.map((row) => row.map((cell) => (cell === null ? colors.dim('–') : String(cell)))))
  return sheet.toString()
}

/** Every column as wide as it needs; where that is too much, the widest give way first. */
function fit(head: string[], rows: (string | number | null)[][], room: number): number[] {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => [...String(row[i] ?? '–')].length)))
  const gaps = 2 * (widths.length - 1)
  while (widths.reduce((sum, width) => sum + width, gaps) > room && Math.max(...widths) > 8) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1
  }
  return widths
}

function meter(done: number | undefined, total: number | undefined): string {
  if (done === undefined || !total) return ''
  const width = 24
  const full = Math.min(width, Math.round((done / total) * width))
  return `${colors.cyan('█'.repeat(full))}${colors.dim('░'.repeat(width - full))} ${Math.floor((done / total) * 100)}% `
}
