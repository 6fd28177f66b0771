import { Refusal } from '../../foundation/refusal.ts'

/** Where a page of the log begins: before this line. The time is text, for a Date would lose its microseconds. */
export type AuditKey = { createdAt: string; id: string }

const form = /^(\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\/(\d{1,18})$/

/** The first page: before a moment, or with the latest line. Ids begin with 1, so none at that moment comes before 0. */
export function beginning(to: Date | undefined): AuditKey {
  return { createdAt: to?.toISOString() ?? 'infinity', id: '0' }
}

/** The key that the page before gave. */
export function readKey(key: string): AuditKey {
  const [, createdAt, id] = form.exec(key) ?? []
  if (createdAt === undefined || id === undefined || Number.isNaN(Date.parse(createdAt))) throw unreadable()
  return { createdAt, id }
}

function unreadable(): Refusal {
  return new Refusal(
    'invalid_cursor',
    'this is no key of the audit log',
    'begin without one, then use the one given with each page',
  )
}
