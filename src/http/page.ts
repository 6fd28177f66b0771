import { hash } from 'node:crypto'
import type { Page } from '../domains/page.ts'
import { Refusal } from '../foundation/refusal.ts'
import { open, seal, type KeyRing } from '../foundation/secret.ts'

/** What every list is asked with; each adds its filters. */
type Asked = { limit: number; cursor?: string | undefined; fields?: string | undefined }

/**
 * Cursors are opaque and sealed: nobody can make one up, or use one list's in another. One belongs to its tenant, its
 * filters and its order; how many are wanted, and what of each, may change from page to page.
 */
export function pages(keys: KeyRing) {
  return {
    /** What is wanted of a list, from where its cursor says, and the answer to make of the page found. */
    of<Query extends Asked>(list: string, { params, query }: { params: unknown; query: Query }) {
      const { cursor, fields: _, ...rest } = query
      const { limit: __, ...filters } = rest
      const place = digestOf([params, filters])
      const purpose = `cursor:${list}`
      return {
        wanted: {
          ...rest,
          after: cursor === undefined ? undefined : keyIn(open(keys, purpose, cursor), place),
        },
        answer: <T>({ items, next }: Page<T>): { items: T[]; nextCursor: string | null } => ({
          items,
          nextCursor: next === null ? null : seal(keys, purpose, place + next),
        }),
      }
    },
  }
}

export type Pages = ReturnType<typeof pages>

function digestOf(place: unknown): string {
  return hash('sha256', JSON.stringify(place), 'base64url').slice(0, 22)
}

function keyIn(opened: string | undefined, place: string): string {
  if (opened?.startsWith(place)) return opened.slice(place.length)
  throw new Refusal(
    'invalid_cursor',
    'this cursor is not from this list, with these filters and in this order',
    'begin without a cursor, then use the nextCursor given and change nothing else',
  )
}
