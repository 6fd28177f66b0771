import type { ITXClientDenyList, Types } from '@prisma/client/runtime/client'
import { Refusal } from '../foundation/refusal.ts'
import type { Context } from './database.ts'

/** A Prisma Client of any schema, extended (`$extends`) or not. */
export type AnyPrismaClient = {
  $extends: unknown
  $transaction: (...asked: never[]) => Promise<unknown>
}

/** Times in milliseconds. The isolation level is said in the context, before the transaction begins. */
type NestedOptions = { maxWait?: number; timeout?: number }
type Batch = Types.Public.PrismaPromise<unknown>[]

/**
 * A Prisma Client inside of one tenant's transaction: everything that `Client` can, and for whom it acts. Its own
 * `$transaction`, with a function or with a list, is undone alone when it fails.
 */
export type TenantClient<Client> = {
  readonly context: Context
  $transaction<T>(work: (tx: TenantClient<Client>) => Promise<T>, options?: NestedOptions): Promise<T>
  $transaction<const List extends Batch>(list: [...List]): Promise<Types.Utils.UnwrapTuple<List>>
} & Omit<Client, ITXClientDenyList>

/** What is asked of a client, whatever its models are. */
export type InTenant = { readonly context: Context; readonly $transaction: unknown }

/** How one begins a transaction with a client of which nothing else is known. */
export type Beginning = {
  $transaction<T>(work: (client: object) => Promise<T>, options?: object): Promise<T>
}

/** What Prisma gave to the work, and who it is for. */
export function tenantClient<Client>(client: object, context: Context): TenantClient<Client> {
  if ('context' in client) throw nameTaken()
  const outer = client as Beginning
  const $transaction = (asked: ((tx: TenantClient<Client>) => Promise<unknown>) | Batch, options?: object) =>
    Array.isArray(asked)
      ? outer.$transaction(() => inOrder(asked), options)
      : outer.$transaction((inner) => asked(tenantClient<Client>(inner, context)), options)
  return Object.create(client, {
    context: { value: context, enumerable: true },
    $transaction: { value: $transaction },
  }) as TenantClient<Client>
}

/**
 * Prisma itself would take a list out of the transaction that it stands in. Nothing of it has begun yet: each is sent
 * when it is awaited, and the first that fails is the last.
 */
async function inOrder(list: Batch): Promise<unknown[]> {
  if (list.some((asked) => asked[Symbol.toStringTag] !== 'PrismaPromise')) throw begunAlready()
  const results: unknown[] = []
  for (const asked of list) results.push(await asked)
  return results
}

function begunAlready(): Refusal {
  return new Refusal(
    'internal',
    'a list for $transaction holds something that is no question to Prisma, or one that was asked already',
    'put tx.invoice.create(…) and the like into it, without await',
  )
}

function nameTaken(): Refusal {
  return new Refusal(
    'invalid_configuration',
    'this Prisma Client has a model or a method called context, where for whom a transaction acts is kept',
    'give it another name; @@map keeps that of the table',
  )
}
