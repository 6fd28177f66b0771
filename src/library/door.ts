import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import type { TenantPrisma } from '../database/prisma.ts'
import type { Page, PageRequest } from '../domains/page.ts'
import type { Pages } from '../http/page.ts'
import { checked } from './input.ts'

/** How verbs reach the database: each in a transaction of its own, or all in one that somebody else ends. */
export type Door = {
  readonly tenantId: string
  readonly pages: Pages
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** The same for verbs that are written with Prisma. */
export type PrismaDoor = Door & {
  prisma<T>(work: (tx: TenantPrisma) => Promise<T>): Promise<T>
}

/** A list is asked for by the size of a page (1 to 100, 20 unless said otherwise) and the cursor that the page before gave. */
export type ListRequest = { limit?: number | undefined; cursor?: string | undefined }
/** What there is to say about a list besides its page. */
export type Filters<Wanted> = Omit<Wanted, keyof PageRequest>
/** `nextCursor` is null on the last page. */
export type List<T> = { items: T[]; nextCursor: string | null }

type ListSchema = z.ZodType<{ limit: number; cursor?: string | undefined }>

/** A page of a list, by the rules and with the cursors that the same list has over HTTP. */
export async function listed<T, Schema extends ListSchema>(
  { tenantId, pages }: Pick<Door, 'tenantId' | 'pages'>,
  list: { name: string; schema: Schema; params?: Record<string, string> },
  given: unknown,
  find: (wanted: Omit<z.output<Schema>, 'cursor' | 'fields'> & PageRequest) => Promise<Page<T>>,
): Promise<List<T>> {
  const query = checked(list.schema, given, 'what is wanted of the list')
  const { wanted, answer } = pages.of(list.name, { params: { tenantId, ...list.params }, query })
  return answer(await find(wanted))
}
