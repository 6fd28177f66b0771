import { withClient } from '../database/client.ts'
import { inTenant, readInTenant, type Context, type Database } from '../database/database.ts'
import { listAudit } from '../domains/audit/list.ts'
import { userByEmail } from '../domains/users/by-email.ts'
import { createUser } from '../domains/users/create.ts'
import { listUsers } from '../domains/users/list.ts'
import { readUser } from '../domains/users/read.ts'
import type { Ask } from '../operations/perf/figures.ts'

type Person = { tenantId: string; userId: string; accountId: string; email: string }

/** Whom `reeve perf` asks about: everybody's first thousand, and the tenant in which a fifth of all people are. */
export type Cast = {
  people: Person[]
  /** Owner of the big tenant, and who did most in it. */
  owner: Person
  /** People of the big tenant: some of whom much was written in the log. */
  members: Person[]
  roles: { member: string; common: string }
}

/** Finds them in a loaded database, as whoever loaded it. */
export async function castOf(connect: Parameters<typeof withClient>[0]): Promise<Cast> {
  return withClient(connect, async (client) => {
    const people = async (where: string, many: number) => {
      const { rows } = await client.query<Person>(
        `select tenant_id as "tenantId", id as "userId", account_id as "accountId", email from users
         where ${where} and is_active and account_id is not null order by hashtext(email) limit $1`,
        [many],
      )
      return rows
    }
    const big = `tenant_id = (select id from tenants where slug = 'tenant-1')`
    const { rows } = await client.query<Cast['roles']>(
      `select (array_agg(id) filter (where name = 'member'))[1] as member,
              (array_agg(id) filter (where name = 'role 6'))[1] as common
       from roles where ${big}`,
    )
    const [owner] = await people(`${big} and email = 'person1@example.com'`, 1)
    return {
      people: await people('true', 1000),
      members: await people(big, 1000),
      owner: owner!,
      roles: rows[0]!,
    }
  })
}

/** A question that people wait for, and how long it may take, in milliseconds. */
export type Question = { name: string; verb: string; budgetMs: number; ask: (database: Database) => Ask }

const words = ['ünal', 'smith', 'ada', 'person1', 'nakamura', 'olga', 'garcía', 'tran 4', 'brien', 'иван']

/** What the budgets are for, asked as the server asks: through the verbs, in the tenant of whoever asks. */
export function questionsOf({ people, owner, members, roles }: Cast): Question[] {
  const inBig = <T>(database: Database, work: Parameters<typeof readInTenant<T>>[2]) =>
    readInTenant(database, as(owner), work)
  let made = 0
  return [
    {
      name: 'user by e-mail',
      verb: 'userByEmail()',
      budgetMs: 10,
      ask: (database) => async (n) => {
        const who = at(people, n)
        return (await userByEmail(database, as(who), who.email))?.id === who.userId
      },
    },
    {
      name: 'status filter',
      verb: 'listUsers({ isActive: false })',
      budgetMs: 30,
      ask: (database) => async (n) => {
        const after = n % 2 === 0 ? undefined : at(members, n).userId
        const { items } = await inBig(database, (tx) => listUsers(tx, { limit: 20, isActive: false, after }))
        return items.every(({ isActive }) => !isActive)
      },
    },
    {
      name: 'page of a list',
      verb: 'listUsers({ limit: 20, after })',
      budgetMs: 50,
      ask: (database) => (n) => page(database, at(members, n)),
    },
    {
      name: 'creating a user',
      verb: 'createUser({ …, roleIds })',
      budgetMs: 100,
      ask: (database) => async () => {
        const email = `new${made++}@example.org`
        const person = { email, name: 'Somebody New', roleIds: [roles.member] }
        const user = await inTenant(database, as(owner), (tx) => createUser(tx, person))
        return user.email === email && user.roles.length === 1
      },
    },
    {
      name: 'complex search',
      verb: 'listUsers({ q, isActive, roleId })',
      budgetMs: 200,
      ask: (database) => async (n) => {
        const wanted = { limit: 20, q: at(words, n), isActive: true, roleId: roles.common }
        const { items } = await inBig(database, (tx) => listUsers(tx, wanted))
        return items.every((user) => user.isActive && user.roles.some(({ id }) => id === roles.common))
      },
    },
    {
      name: 'activity of a user',
      verb: 'listAudit({ userId })',
      budgetMs: 100,
      ask: (database) => async (n) => {
        const { userId } = n % 2 === 0 ? owner : at(members, n)
        const { items } = await inBig(database, (tx) => listAudit(tx, { limit: 20, userId }))
        return items.every((entry) => entry.userId === userId)
      },
    },
    {
      name: 'history of a thing',
      verb: 'listAudit({ entityType, entityId })',
      budgetMs: 100,
      ask: (database) => async (n) => {
        const { userId: entityId } = at(members, n)
        const wanted = { limit: 20, entityType: 'user', entityId }
        const { items } = await inBig(database, (tx) => listAudit(tx, wanted))
        return items.every((entry) => entry.entityId === entityId)
      },
    },
  ]
}

/** What a crowd asks: a mixture of what people ask most, each question on a connection of its own. */
export function mixture({ people, members }: Cast): (database: Database) => Ask {
  return (database) => async (n) => {
    if (n % 4 === 0) return page(database, at(members, n))
    const who = at(people, n)
    if (n % 4 === 1) {
      const wanted = { limit: 1, email: who.email }
      const { items } = await readInTenant(database, as(who), (tx) => listUsers(tx, wanted))
      return items.length === 1 && items[0]!.id === who.userId
    }
    const user = await readInTenant(database, as(who), (tx) => readUser(tx, who.userId))
    return user.id === who.userId && user.email === who.email
  }
}

async function page(database: Database, who: Person): Promise<boolean> {
  const { items } = await readInTenant(database, as(who), (tx) =>
    listUsers(tx, { limit: 20, after: who.userId }),
  )
  const ids = items.map(({ id }) => id)
  return ids.every((id, i) => id < (ids[i - 1] ?? who.userId))
}

function as({ tenantId, userId, accountId }: Person): Context {
  return { tenantId, actor: { kind: 'user', userId, accountId }, requestId: 'perf' }
}

function at<T>(list: readonly T[], n: number): T {
  return list[n % list.length]!
}
