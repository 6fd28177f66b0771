import type { Page } from '../domains/page.ts'
import { Refusal } from '../foundation/refusal.ts'
import { open, seal, type KeyRing } from '../foundation/secret.ts'

/** Cursors are opaque and sealed: nobody can make one up, or use one list's in another. */
export function pages(keys: KeyRing) {
  return {
    /** The key inside a cursor of this list, or a refusal. */
    after(list: string, cursor: string | undefined): string | undefined {
      if (cursor === undefined) return undefined
      const key = open(keys, `cursor:${list}`, cursor)
      if (key !== undefined) return key
      throw new Refusal(
        'invalid_cursor',
        'this cursor is not from this list',
        'begin without a cursor, then use the nextCursor given',
      )
    },
    page<T>(list: string, { items, next }: Page<T>): { items: T[]; nextCursor: string | null } {
      return { items, nextCursor: next === null ? null : seal(keys, `cursor:${list}`, next) }
    },
  }
}

export type Pages = ReturnType<typeof pages>
