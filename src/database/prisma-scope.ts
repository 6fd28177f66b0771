import { AsyncLocalStorage } from 'node:async_hooks'
import type { Refusal } from '../foundation/refusal.ts'
import type { Context, Transaction } from './database.ts'
import type { AnyPrismaClient, InTenant } from './tenant-client.ts'

/** What one `withTenant` is about, from its beginning to its end. */
export type Scope = {
  /** The client that it was begun with: another one is of another database, and has nothing to do with it. */
  readonly prisma: AnyPrismaClient
  readonly context: Context
  /** It has one transaction, and has begun it. */
  begun?: true
  /** The transaction under Prisma's, for as long as it has a connection. */
  transaction?: Transaction
  /** Why it could not begin. Prisma would tell it in words of its own. */
  failure?: unknown
  /** What was refused meanwhile. Prisma makes an error of its own of it, with the same words. */
  refused?: Refusal
  /** What the work of this scope was given; gone when the scope has ended. */
  tx?: InTenant
}

/**
 * Prisma hands nothing of ours down to the driver, so the scope travels beside it: whatever is awaited inside
 * `withTenant` finds it here, and nothing else does.
 */
export const scopes = new AsyncLocalStorage<Scope>()
