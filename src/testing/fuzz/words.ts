import { Fault } from './judge.ts'

/** A fault, with the request as it was sent. */
export function wordsOf(fault: unknown): string {
  if (fault instanceof AggregateError) return fault.errors.slice(0, 3).map(wordsOf).join('\n\n')
  if (!(fault instanceof Fault)) return String((fault as Error)?.stack ?? fault)
  const { spoken, heard, message } = fault
  if (!spoken) return message
  const { method, url, headers, body, person, route } = spoken
  const said = typeof body === 'string' || body === undefined ? body : Buffer.from(body).toString('base64')
  const request = JSON.stringify({ method, url, headers, body: said?.slice(0, 2_000) })
  const answer = heard ? `${heard.status} ${heard.text.slice(0, 1_000)}` : 'nothing'
  return `${route ?? method} ${message}\nasked by ${person?.email ?? 'nobody'}: ${request}\nanswered: ${answer}`
}
