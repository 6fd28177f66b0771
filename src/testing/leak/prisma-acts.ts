import { setTimeout as pause } from 'node:timers/promises'
import { withTenant, type TenantPrisma } from '../../database/prisma.ts'
import { meant, Undone, type Scene } from './acts.ts'
import { contextOf, type Home } from './homes.ts'
import { Leak, theirsAlone } from './look.ts'

const act = (scene: Scene, work: (tx: TenantPrisma) => Promise<void>, options?: { timeoutMs: number }) =>
  withTenant(scene.prisma, contextOf(scene.home, scene.request), work, options)

/** The same through Prisma, whose statements and transactions go another way. */
export const prismaActs: Record<string, (scene: Scene) => Promise<void>> = {
  'Prisma commits': (scene) =>
    act(scene, async (tx) => {
      await look(tx, scene.home)
      await leaveTrace(tx, scene)
      await look(tx, scene.home)
    }),

  'Prisma rolls back': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      await look(tx, scene.home)
      throw new Undone()
    }),

  'a list of Prisma': (scene) =>
    act(scene, async (tx) => {
      const [posts, users, post] = await tx.$transaction([
        tx.post.findMany({ take: 100 }),
        tx.user.findMany({ take: 100 }),
        tx.post.update(traceOf(scene)),
      ])
      expectTheirs(scene.home, [...posts, ...users, post])
    }),

  'a list of Prisma that fails': (scene) =>
    act(scene, async (tx) => {
      const { postId: id, tenantId, sentinel } = scene.home
      const again = { tenantId, id, title: sentinel, content: sentinel }
      await tx.$transaction([tx.post.update(traceOf(scene)), tx.post.create({ data: again })])
      throw new Leak('the same post was made twice')
    }),

  'savepoints of Prisma': (scene) =>
    act(scene, async (tx) => {
      await leaveTrace(tx, scene)
      const inner = tx.$transaction(async (within) => {
        await look(within, scene.home)
        throw new Undone()
      })
      await inner.catch(meant)
      await look(tx, scene.home)
    }),

  'Prisma takes too long': (scene) =>
    act(
      scene,
      async (tx) => {
        await leaveTrace(tx, scene)
        await pause(30 + scene.chance(10))
        await look(tx, scene.home)
        throw new Undone()
      },
      { timeoutMs: 20 },
    ),

  'Prisma asks for nobody': async ({ prisma }) => {
    const [posts, users] = await Promise.all([
      prisma.post.findMany({ take: 5 }),
      prisma.user.findMany({ take: 5 }),
    ])
    if (posts.length + users.length > 0) throw new Leak(`nobody sees ${JSON.stringify([...posts, ...users])}`)
  },
}

async function leaveTrace(tx: TenantPrisma, scene: Scene): Promise<void> {
  expectTheirs(scene.home, [await tx.post.update(traceOf(scene))])
}

function traceOf(scene: Scene) {
  const { home, request } = scene
  scene.traced = true
  return {
    where: { tenantId_id: { tenantId: home.tenantId, id: home.postId } },
    data: { content: `${home.sentinel} writes ${request}` },
  }
}

async function look(tx: TenantPrisma, home: Home): Promise<void> {
  const found = [
    ...(await tx.user.findMany({ take: 100 })),
    ...(await tx.role.findMany({ take: 100 })),
    ...(await tx.post.findMany({ take: 100, include: { comments: true } })),
    ...(await tx.auditLog.findMany({ take: 20 })).map(({ id: _, ...line }) => line),
  ]
  if (found.length < 5) throw new Leak(`${home.sentinel} sees only ${found.length} rows of its own`)
  expectTheirs(home, found)
}

function expectTheirs(home: Home, rows: { tenantId: string }[]): void {
  for (const row of rows) theirsAlone(home, JSON.stringify(row), row.tenantId)
}
