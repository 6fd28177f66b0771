// Prisma 7 alone, with its adapter for node-postgres, ten connections; without row-level security, unless said otherwise.
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../dist/database/generated/client.js'
import { hashToken } from '../../dist/foundation/secret.js'
import { tokenOf } from '../people.mjs'

export async function open({ admin, access, tenantId, people }) {
  const [plain, guarded] = [admin, access].map(
    (settings) => new PrismaClient({ adapter: new PrismaPg({ ...settings, max: 10 }) }),
  )
  const at = (n) => people[n % people.length]
  const byEmail = (client, email) =>
    client.user.findUnique({ where: { tenantId_email: { tenantId, email } }, omit: { search: true } })
  const declaration = JSON.stringify({ user: at(0).userId, account: at(0).accountId, request: 'bench' })
  return {
    'user by e-mail': async (n) => (await byEmail(plain, at(n).email)).email === at(n).email,
    'session to user and roles': async (n) => {
      const found = await plain.session.findUnique({
        where: {
          tokenHash: hashToken(tokenOf((n % people.length) + 1)),
          revokedAt: null,
          expiresAt: { gt: new Date() },
        },
        include: {
          account: {
            include: {
              emails: { where: { isPrimary: true } },
              users: {
                where: { isActive: true },
                select: {
                  id: true,
                  tenant: { select: { id: true, slug: true, name: true } },
                  roles: { select: { role: { select: { name: true, permissions: true } } } },
                },
              },
            },
          },
        },
      })
      return found.accountId === at(n).accountId && found.account.users[0].roles.length > 0
    },
    'under RLS: interactive transaction': async (n) => {
      const { email } = at(n)
      const found = await guarded.$transaction(
        async (tx) => {
          await tx.$executeRaw`select reeve.set_context(${tenantId}::uuid, ${declaration}::jsonb)`
          return byEmail(tx, email)
        },
        { maxWait: 30_000, timeout: 30_000 },
      )
      return found.email === email
    },
    'page of 20': async () => {
      const found = await plain.user.findMany({
        where: { tenantId },
        orderBy: { id: 'desc' },
        take: 20,
        omit: { search: true },
        include: { roles: { include: { role: true } } },
      })
      return found.length === 20 && found[0].roles.length > 0
    },
  }
}
