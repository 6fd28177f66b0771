import type pg from 'pg'
import type { Attack, Scene } from './attack.ts'

export type Verdict = 'blocked' | 'through' | 'unproven'
/** What happened, and what it was that stood in the way: `policy`, `privilege`, `foreign key`, `rule RV005` … */
export type Judged = { verdict: Verdict; by: string; detail: string }
export type Outcome = { rows: unknown[]; count: number; changed: boolean } | { error: pg.DatabaseError }

/** Whether an attack got through, judged by what came back and by the victim's rows. */
export function judge(attack: Attack, outcome: Outcome, against: Outcome | undefined, scene: Scene): Judged {
  if ('error' in outcome && isOurs(outcome.error)) return unproven(outcome.error.message)
  const told = tellsOf(outcome, attack, scene)
  if (told) return through(told)
  if (attack.harm === 'differs') return compared(attack, outcome, against!, scene)
  if ('error' in outcome && attack.bare && !attack.most && /^(23|RV|P0001)/.test(outcome.error.code ?? '')) {
    // Policies are asked first: where something else objects, none did.
    return through(`no policy stood in the way, only: ${outcome.error.message}`)
  }
  if ('error' in outcome) {
    return attack.harm === 'control'
      ? unproven(outcome.error.message)
      : blocked(blockerOf(outcome.error), outcome.error.message)
  }
  if (attack.harm === 'control')
    return outcome.count > 0
      ? blocked('control', '')
      : unproven('its own rows are not seen, so that seeing no others proves nothing')
  if (attack.harm === 'succeeds') return through('nobody objected')
  if (outcome.changed) return through('rows of the other tenant are not what they were')
  if (outcome.count > (attack.most ?? 0)) return through(`${outcome.count} rows`)
  return blocked(attack.role === 'catalogue' ? 'how it is built' : 'policy', '')
}

/** Where PostgreSQL did not understand, or could not at the moment, nothing has been shown. */
function isOurs({ code = '' }: pg.DatabaseError): boolean {
  return (
    !/^\w{5}$/.test(code) ||
    (code.startsWith('42') && !/^(42501|42P17|42809|42939|428C9)$/.test(code)) ||
    /^(08|40|53|55P03|57|58|XX)/.test(code)
  )
}

/** The outcome must be the same whether the other tenant has a value or nobody has it. */
function compared(attack: Attack, one: Outcome, other: Outcome, scene: Scene): Judged {
  if ('error' in other && isOurs(other.error)) return unproven(other.error.message)
  const [had, free] = [spelt(one, attack.sql, scene), spelt(other, attack.against!, scene)]
  if (had !== free)
    return through(`with its value: ${had.slice(0, 120)}; with one that nobody has: ${free.slice(0, 120)}`)
  return 'error' in one ? blocked(blockerOf(one.error), one.error.message) : blocked('tenant in the key', '')
}

/** An outcome without the values that the asker brought along. */
function spelt(outcome: Outcome, sql: string, { own }: Scene): string {
  const brought = [...sql.matchAll(/'((?:[^']|'')+)'/g)].map(([, text]) => text!)
  const words =
    'error' in outcome
      ? [
          outcome.error.code,
          outcome.error.constraint,
          outcome.error.message,
          outcome.error.detail ?? '',
          outcome.error.hint ?? '',
        ]
      : [String(outcome.count), JSON.stringify(outcome.rows)]
  let text = words.join(' | ')
  for (const one of brought.toSorted((a, b) => b.length - a.length)) text = text.replaceAll(one, '…')
  return text.replaceAll(own.tenantId, '…')
}

/** What only the other tenant knows must not turn up, in rows or in what PostgreSQL says. */
function tellsOf(outcome: Outcome, { sql, against, role }: Attack, { other }: Scene): string | undefined {
  if (role === 'catalogue') return undefined
  const text =
    'error' in outcome
      ? [outcome.error.message, outcome.error.detail, outcome.error.hint, outcome.error.where].join(' ')
      : JSON.stringify(outcome.rows)
  const secrets = [
    other.nonce,
    other.tenantId,
    other.userId,
    other.accountId,
    other.sessionId,
    ...idsOf(other.rows),
  ]
  const found = secrets.find((one) => text.includes(one) && !sql.includes(one) && !against?.includes(one))
  return found && `it says ${found}, which only the other tenant knows`
}

function idsOf(rows: Map<string, Record<string, string | null>>): string[] {
  const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  const shared = ['public.permissions']
  return [...rows]
    .filter(([name]) => !shared.includes(name))
    .flatMap(([, row]) => Object.values(row).filter((value) => value !== null && id.test(value))) as string[]
}

function blockerOf({ code = '', message }: pg.DatabaseError): string {
  if (/row-level security/.test(message)) return 'policy'
  if (code === '42501') return 'privilege'
  if (/^RV|^P0001/.test(code)) return `rule ${code}`
  const known: Record<string, string> = {
    ...{
      '23503': 'foreign key',
      '23505': 'unique key',
      '23514': 'check',
      '23P01': 'exclusion',
      '23502': 'not null',
    },
    ...{ '22P02': 'unreadable context', '428C9': 'identity column' },
  }
  return known[code] ?? `SQLSTATE ${code}`
}

const through = (detail: string): Judged => ({ verdict: 'through', by: '', detail })
const blocked = (by: string, detail: string): Judged => ({ verdict: 'blocked', by, detail })
const unproven = (detail: string): Judged => ({ verdict: 'unproven', by: '', detail })
