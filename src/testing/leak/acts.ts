import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { ask } from '../../database/ask.ts'
import { inTenant, nested, readInTenant, type Database, type Transaction } from '../../database/database.ts'
import type { PrismaClient } from '../../database/prisma.ts'
import { sql } from '../../database/sql.ts'
import { checkSession } from '../../domains/sessions/check.ts'
import { contextOf, type Home } from './homes.ts'
import { everything, Leak, look, nothing } from './look.ts'

/** One act of one tenant, and what it needs. `other` is somebody whom it must not meet. */
export type Scene = {
  database: Database
  prisma: PrismaClient
  admin: pg.Pool
  home: Home
  other: Home
  /** The number of this act: its request in the audit log. */
  request: number
  /** From 0 up to, and without, so much. */
  chance: (below: number) => number
  /** It has written something; done, it must be in the audit log. */
  traced: boolean
}

/** Thrown to undo; whoever meets it has meant it. */
export class Undone extends Error {}

const write = sql('leak.write', {}, 'update posts set content = $3 where tenant_id = $1 and id = $2')
const trespass = sql('leak.trespass', {}, 'insert into roles (tenant_id, name) values ($1, $2)')
const fail = sql('leak.fail', { answer: 'int4' }, 'select 1 / $1::integer as answer')
const doze = sql('leak.doze', {}, 'select from pg_sleep($1)')
const bound = sql('leak.bound', {}, `select from set_config($1, $2, true)`)

/** Writes what the audit log must attribute to this act, and to nobody else. */
export function leaveTrace(tx: Transaction, scene: Scene): Promise<number> {
  const { home, request } = scene
  scene.traced = true
  return tx.run(write, [home.tenantId, home.postId, `${home.sentinel} writes ${request}`])
}

const act = (scene: Scene, work: (tx: Transaction) => Promise<void>) =>
  inTenant(scene.database, contextOf(scene.home, scene.request), work)

/** What a transaction may go through. One that ends without an error has committed, and its trace must be in the log. */
export const acts: Record<string, (scene: Scene) => Promise<void>> = {
  commit: (scene) =>
    act(scene, async (tx) => {
      await look(tx, scene.home)
      await leaveTrace(tx, scene)
      await look(tx, scene.home)
    }),

  rollback: (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      await look(tx, scene.home)
      throw new Undone()
    }),

  error: (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      if (scene.chance(2) === 0) await tx.run(fail, [0])
      await tx.run(trespass, [scene.other.tenantId, scene.home.sentinel])
      throw new Leak(`${scene.home.sentinel} wrote into ${scene.other.sentinel}`)
    }),

  cancel: (scene) => act(scene, (tx) => disturbed(tx, scene, 'pg_cancel_backend')),
  kill: (scene) => act(scene, (tx) => disturbed(tx, scene, 'pg_terminate_backend')),

  'statement time-out': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      tx.queue(bound, ['statement_timeout', String(1 + scene.chance(8))])
      await tx.run(doze, [1])
      throw new Leak('a statement was not ended in time')
    }),

  'idle time-out': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      await tx.run(bound, ['idle_in_transaction_session_timeout', String(1 + scene.chance(8))])
      await pause(5 + scene.chance(20))
      await look(tx, scene.home)
      throw new Undone()
    }),

  'client gone': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      ;(tx.client as unknown as { connection: pg.Connection }).connection.stream.destroy()
      await look(tx, scene.home)
      throw new Undone()
    }),

  savepoints: (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      await nested(tx, async () => {
        await nested(tx, () => tx.run(fail, [0])).catch(meant)
        await look(tx, scene.home)
        throw new Undone()
      }).catch(meant)
      await look(tx, scene.home)
    }),

  'another tenant behind a savepoint': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      await nested(tx, async () => {
        tx.declare(scene.other.tenantId)
        const { tenant } = (await tx.row(everything, []))!
        if (tenant !== scene.other.tenantId) throw new Leak(`${tenant} instead of ${scene.other.sentinel}`)
        throw new Undone()
      }).catch(meant)
      await look(tx, scene.home)
    }),

  read: ({ database, home, request }) =>
    readInTenant(database, contextOf(home, request), async (tx) => {
      await look(tx, home)
      await look(tx, home)
    }),

  'read that fails': (scene) =>
    readInTenant(scene.database, contextOf(scene.home, scene.request), async (tx) => {
      await look(tx, scene.home)
      if (scene.chance(2) === 0) await tx.run(fail, [0])
      else await leaveTrace(tx, scene)
      throw new Leak(`${scene.home.sentinel} wrote while it read`)
    }),

  'read that is cancelled': (scene) =>
    readInTenant(scene.database, contextOf(scene.home, scene.request), (tx) =>
      disturbed(tx, scene, 'pg_cancel_backend', look),
    ),

  'look-ups of one moment': async ({ database, home, other }) => {
    const asked = [home, other].flatMap((one) =>
      [home, other].map(async (tenant) => {
        const session = await checkSession(database, one.token, tenant.tenantId)
        const user = one === tenant ? one.owner.userId : undefined
        if (session?.accountId !== one.owner.accountId || session.userId !== user)
          throw new Leak(`the session of ${one.sentinel} is ${session?.userId} in ${tenant.sentinel}`)
      }),
    )
    for (const { reason } of (await Promise.allSettled(asked)) as { reason?: unknown }[])
      if (reason !== undefined) throw reason
  },

  'nobody looks': async ({ database }) => {
    for (const found of await ask(database, everything, [])) nothing(found)
  },

  'a connection dies in the pool': async ({ admin }) => {
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
                       where datname = current_database() and usename = 'reeve_app' and state = 'idle'
                       order by random() limit 1`)
  },
}

/** Somebody else ends what it does, a moment before or after it is done. */
async function disturbed(
  tx: Transaction,
  scene: Scene,
  how: 'pg_cancel_backend' | 'pg_terminate_backend',
  first: (tx: Transaction, home: Home) => Promise<unknown> = () => leaveTrace(tx, scene),
): Promise<void> {
  await first(tx, scene.home)
  const pid = await look(tx, scene.home)
  const dozing = tx.run(doze, [scene.chance(2) === 0 ? 0.05 : 0])
  dozing.catch(meant)
  await pause(scene.chance(4))
  await scene.admin.query(`select ${how}($1)`, [pid])
  await dozing
  await look(tx, scene.home)
  throw new Undone()
}

export function meant(error: unknown): void {
  if (error instanceof Leak) throw error
}
