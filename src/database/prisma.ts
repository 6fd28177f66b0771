import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '../foundation/refusal.ts'
import {
  refuseUnusable,
  nilTenant,
  selfOf,
  type Context,
  type Database,
  type Transaction,
} from './database.ts'
import { toFailure } from './failure.ts'
import type { PrismaClient } from './generated/client.ts'
import { once } from './once.ts'
import { scopes, type Scope } from './prisma-scope.ts'
import { requestBudget, withRetry } from './retry.ts'
import { sql } from './sql.ts'
import {
  tenantClient,
  type AnyPrismaClient,
  type Beginning,
  type InTenant,
  type TenantClient,
} from './tenant-client.ts'

export type { Prisma, PrismaClient } from './generated/client.ts'

/** Prisma Client of Reeve's own models, inside of one tenant's transaction. */
export type TenantPrisma = TenantClient<PrismaClient>

/** `resource:action`, a name of the catalogue. */
type Permission = `${string}:${string}`

/**
 * Prisma Client on the pool of a database. By itself it sees no row of any tenant: `withTenant` is the way to them.
 * Loads Prisma at the first call, and not before. Closing the database closes what it uses.
 */
export async function openPrisma(database: Database): Promise<PrismaClient> {
  const [{ PrismaClient }, { tenantAdapter }] = await Promise.all([
    import('./generated/client.ts'),
    import('./prisma-adapter.ts'),
  ])
  const { connectionTimeoutMillis = 10_000, query_timeout: timeout = 30_000 } = database.pool.options
  return new PrismaClient({
    adapter: tenantAdapter(database),
    errorFormat: 'minimal',
    // the pool's own time-out comes first, and says what is the matter
    transactionOptions: { maxWait: connectionTimeoutMillis + 1_000, timeout },
  })
}

/** The first query compiles Prisma's engine, which takes a good part of a second: better before anybody waits for it. */
export async function warmUp(prisma: PrismaClient): Promise<void> {
  await prisma.post.findFirst({ where: { tenantId: nilTenant }, select: { id: true } })
}

/**
 * Runs work in one transaction that sees one tenant and acts for one actor, with a Prisma Client of whatever schema. It
 * commits when the work is done and rolls back when it throws. Errors of the database come out as DatabaseFailure, with
 * Prisma's code beside ours; inside of the work they are Prisma's own.
 *
 * Inside of another `withTenant` for the same tenant and actor it joins that transaction, behind a savepoint; for any
 * other it is refused. A transaction that takes longer than `timeoutMs` (what the client's `transactionOptions` say,
 * unless said otherwise) is undone.
 */
export async function withTenant<Client extends AnyPrismaClient, T>(
  prisma: Client,
  context: Context,
  work: (tx: TenantClient<Client>) => Promise<T>,
  { timeoutMs }: { timeoutMs?: number } = {},
): Promise<T> {
  refuseUnusable(context)
  const outer = scopes.getStore()
  if (outer?.tx && outer.prisma === prisma) return inside(outer.tx as TenantClient<Client>, context, work)
  const budget = context.once ? { ...requestBudget, repeatable: true } : requestBudget
  return withRetry(budget, () =>
    begun(prisma, context, work, timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  )
}

async function begun<Client extends AnyPrismaClient, T>(
  prisma: Client,
  context: Context,
  work: (tx: TenantClient<Client>) => Promise<T>,
  options: { timeout?: number },
): Promise<T> {
  const scope: Scope = { prisma, context }
  try {
    return await scopes.run(scope, () =>
      (prisma as unknown as Beginning).$transaction((client) => {
        const tx = (scope.tx = tenantClient<Client>(client, context))
        return once(transactionOf(tx), () => work(tx))
      }, options),
    )
  } catch (error) {
    throw scope.failure ?? refusalBehind(error, scope) ?? toFailure(error, 'statement')
  } finally {
    delete scope.tx
  }
}

const demandPermission = sql('prisma.demand', {}, 'select from reeve.authorize($1, $2)')

/**
 * The first line of a verb written with Prisma: the actor of this transaction may do this, or the promise is rejected
 * with `not_allowed` (or `not_found`, where the actor has no business in the tenant at all). As the first thing in a
 * transaction it costs no round trip of its own. `owner` is the user who made the object in question.
 */
export async function demand(
  tx: InTenant,
  permission: Permission,
  owner: string | null = null,
): Promise<void> {
  await transactionOf(tx).run(demandPermission, [permission, owner])
}

const askPermission = sql(
  'prisma.may',
  { allowed: 'bool' },
  'select allowed from reeve.access_decision($1, $2, $3, $4)',
)

/** Whether the actor of this transaction may do this. */
export async function may(
  tx: InTenant,
  permission: Permission,
  owner: string | null = null,
): Promise<boolean> {
  const { tenantId, actor } = tx.context
  if (actor.kind === 'operator') return true
  if (actor.kind !== 'user') return false
  const answer = await transactionOf(tx).row(askPermission, [tenantId, actor.userId, permission, owner])
  return answer!.allowed
}

/**
 * The first line of a verb about many objects: demands the permission at least over what the actor made, and says
 * over whose objects they hold it.
 */
export async function reach(tx: InTenant, permission: Permission): Promise<'any' | 'own'> {
  const { tenantId, actor } = tx.context
  const self = selfOf(tx)
  const transaction = transactionOf(tx)
  transaction.queue(demandPermission, [permission, self])
  const answer = await transaction.row(askPermission, [tenantId, self, permission, null])
  return answer!.allowed || actor.kind === 'operator' ? 'any' : 'own'
}

function inside<Client, T>(
  outer: TenantClient<Client>,
  context: Context,
  work: (tx: TenantClient<Client>) => Promise<T>,
): Promise<T> {
  if (!isDeepStrictEqual(outer.context, context)) {
    throw new Refusal(
      'internal',
      'work for one tenant and actor was begun in the middle of work for another',
      'let the first transaction end before you begin the second',
    )
  }
  return outer.$transaction(work).catch((error: unknown) => {
    throw toFailure(error, 'statement')
  })
}

function refusalBehind(error: unknown, { refused }: Scope): Refusal | undefined {
  return refused && error instanceof Error && error.message.includes(refused.message) ? refused : undefined
}

/** The transaction under a client that `withTenant` gave to its work, for as long as that lasts. */
export function transactionOf(tx: InTenant): Transaction {
  const scope = scopes.getStore()
  if (scope?.transaction && scope.context === tx.context) return scope.transaction
  throw new Refusal('internal', 'the transaction has ended', 'await what belongs to the work inside of it')
}
