import type { operations } from './contract.ts'

/** What any call may be given beside what the operation takes. */
export type Options = {
  /** Ends the call and its waits at once; what it was aborted with is thrown on as it is. */
  signal?: AbortSignal | undefined
  /** How long one request may take, in milliseconds, before it counts as lost. */
  timeoutMs?: number | undefined
  /** How often it is sent at most: 1 for no second try, 10 at the most. */
  attempts?: number | undefined
}

/** For what changes something: the server does it once for each key, and answers a repetition with the same. */
export type Once = {
  /**
   * Left out, the client makes one for each call. Your own, such as the number of an order, holds for a day and also
   * across processes. With false none is sent, and what was lost is not sent again.
   */
  idempotencyKey?: string | false | undefined
}

/** For a change of what has been read before. */
export type Conditional = {
  /** `etagOf` of what was read: whoever changed it in between is not overwritten (`precondition_failed`). */
  ifMatch?: string | undefined
}

/** One page of a list. `nextCursor` asks for the page after it, and is null on the last one. */
export type Page<Item> = { items: Item[]; nextCursor: string | null }

/** An operation that answers with a list; `each` walks through all of its pages. */
export interface List<Params, Item> {
  <F extends keyof Item = keyof Item>(
    ...given: ListArguments<Params & Fields<F>>
  ): Promise<Page<Part<Item, F>>>
}

export type ListArguments<Params> =
  Record<never, never> extends Params
    ? [params?: Params, options?: Options]
    : [params: Params, options?: Options]

/** The fields wanted of each thing; left out, all of them. */
export type Fields<F> = { fields?: readonly F[] | undefined }

/** What is answered when these fields are asked for. */
export type Part<Whole, F extends keyof Whole> = [keyof Whole] extends [F] ? Whole : Pick<Whole, F>

export type OperationId = keyof operations

/** What stands in the path and the query of an operation. */
export type Params<Id extends OperationId> = keyof AllParams<Id> extends never
  ? Record<string, never>
  : { [Name in keyof AllParams<Id>]: AllParams<Id>[Name] }

type AllParams<Id extends OperationId> = Given<operations[Id]['parameters']['path']> &
  MayBeUndefined<Omit<Given<operations[Id]['parameters']['query']>, 'fields'>>
type Given<T> = [NonNullable<T>] extends [never] ? object : NonNullable<T>
/** What is not known need not be left out by hand. */
type MayBeUndefined<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] }

/** What an operation takes as its body. */
export type Body<Id extends OperationId> = Json<NonNullable<operations[Id]['requestBody']>>

/** What an operation answers, where that has no name in the contract. */
export type Inline<Id extends OperationId> = {
  [Status in keyof operations[Id]['responses']]: Json<operations[Id]['responses'][Status]>
}[keyof operations[Id]['responses']]

/** Of what is answered whole or in part, the whole. */
export type Whole<T> = T extends unknown ? (Record<never, never> extends T ? never : T) : never

/** Everything that an operation may refuse or fail with. */
export type CodeOf<Id extends OperationId> = {
  [Status in keyof operations[Id]['responses']]: operations[Id]['responses'][Status] extends {
    content: { 'application/problem+json': { code: infer Code } }
  }
    ? Code
    : never
}[keyof operations[Id]['responses']]

type Json<T> = T extends { content: { 'application/json': infer Content } } ? Content : never
