/** So many at most, behind the key at which the page before ended. */
export type PageRequest = { limit: number; after?: string | undefined }
export type Page<T> = { items: T[]; next: string | null }

/** Where a list that runs from the newest to the oldest begins: no id is greater. */
export const beyondEveryId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Where a list that runs from the oldest to the newest begins. */
export const beforeEveryId = '00000000-0000-0000-0000-000000000000'

/** A page out of the rows found. One row more than the limit was asked for; it says only that there is a next page. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? keyOf(items.at(-1)!) : null }
}
