import { hash } from 'node:crypto'
import type { z } from 'zod'
import { isObject } from '../../domains/authzen/value.ts'
import type { Page } from '../../domains/page.ts'
import { Refusal } from '../../foundation/refusal.ts'
import { open, seal, type KeyRing } from '../../foundation/secret.ts'
import type { page as pageShape } from './shapes.ts'

type Asked = z.output<typeof pageShape>
/** Of which search a token goes on, as a digest; the limit that it began with; and behind what. */
type Place = [search: string, limit: number | null, after: string]

/** What a page holds unless less is asked for, and at the very most. */
const usual = 50
const most = 200
const purpose = 'authzen search'

/**
 * The page that is wanted of a search, and the answer to make of it. A token is sealed, and for this search alone: whoever
 * changes what is asked, or the limit, is refused. A limit that is left out is that of the page before.
 */
export function searchPage(keys: KeyRing, search: unknown, asked: Asked) {
  const digest = digestOf([search, asked?.properties ?? null])
  const place = asked?.token ? placeIn(open(keys, purpose, asked.token), digest) : undefined
  const limit = asked?.limit ?? place?.[1] ?? null
  if (place && limit !== place[1]) throw otherSearch()
  return {
    wanted: { limit: Math.min(limit ?? usual, most), after: place?.[2] || undefined },
    answer: <T>({ items, next }: Page<T>) => ({
      page: {
        next_token: next === null ? '' : seal(keys, purpose, JSON.stringify([digest, limit, next])),
        count: items.length,
      },
      results: items,
    }),
  }
}

/** In whatever order the members of an object came. */
function digestOf(value: unknown): string {
  const sorted = JSON.stringify(value, (_name, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
  return hash('sha256', sorted, 'base64url').slice(0, 22)
}

function placeIn(opened: string | undefined, digest: string): Place {
  const place = opened === undefined ? undefined : (JSON.parse(opened) as Place)
  if (place?.[0] !== digest) throw otherSearch()
  return place
}

function otherSearch(): Refusal {
  return new Refusal(
    'invalid_request',
    'body.page: this token is not from this search, with these entities and this limit',
    'begin without a token, then send next_token and change nothing else',
  )
}
