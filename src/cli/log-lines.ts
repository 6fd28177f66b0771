import { paint } from './paint.ts'
import { clearBar } from './report.ts'
import { visible } from './text.ts'

type Line = {
  level: string
  time: string
  msg?: string
  reqId?: string
  req?: { method: string; path: string }
  res?: { statusCode: number }
  responseTime?: number
  statement?: string
  ms?: number
  err?: { code?: string; message?: string; stack?: string }
}

/** So many requests under way are remembered at most. */
const mostUnderWay = 1_000

/** Lines of the log as somebody at a terminal reads them: when, what, how it ended. Files and pipes get them as they are. */
export function readableLog(write: (text: string) => void): { write: (json: string) => void } {
  const underWay = new Map<string, string>()
  return {
    write(json) {
      const line = JSON.parse(json) as Line
      const text = told(line, underWay)
      if (text === undefined) return
      clearBar()
      write(`${paint.dim(line.time.slice(11, 19))} ${text}\n`)
    },
  }
}

/** Undefined for what says nothing to a person: that a request came is told when it is answered. */
function told(line: Line, underWay: Map<string, string>): string | undefined {
  const { level, msg = '', reqId = '', req, res, responseTime = 0, statement, ms = 0, err } = line
  if (msg.startsWith('Server listening')) return undefined
  if (req && msg === 'incoming request') {
    if (underWay.size >= mostUnderWay) underWay.clear()
    underWay.set(reqId, visible(`${req.method} ${req.path}`))
    return undefined
  }
  if (statement !== undefined) return paint.dim(`${statement} ${ms.toFixed(1)} ms`)
  if (res && msg === 'request completed') {
    const asked = underWay.get(reqId) ?? 'a request'
    underWay.delete(reqId)
    return `${asked} ${statusIn(res.statusCode)} ${paint.dim(`${responseTime.toFixed(0)} ms`)}`
  }
  const loudly = level === 'error' || level === 'fatal' ? paint.red : level === 'warn' ? paint.yellow : String
  const cause = err ? `: ${err.stack ?? err.message ?? err.code ?? ''}` : ''
  const text = `${level === 'info' ? '' : `${level} `}${msg}${cause}`
  return loudly(text.split('\n').map(visible).join('\n'))
}

function statusIn(code: number): string {
  if (code >= 500) return paint.red(String(code))
  return code >= 400 ? paint.yellow(String(code)) : paint.green(String(code))
}
