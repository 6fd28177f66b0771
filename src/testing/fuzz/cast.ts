import type { Pool } from 'pg'
import { inTenant, type Database } from '../../database/database.ts'
import { createRole } from '../../domains/roles/create.ts'
import { uuidV7 } from '../../foundation/id.ts'
import { hashToken, makeToken } from '../../foundation/secret.ts'
import { aTenant, aUser, type Tenant } from '../people.ts'
import { cast, markOf, type Role } from './wish.ts'

/** Somebody who asks. Only newcomers have a password that we know. */
export type Person = {
  accountId: string
  userId: string
  /** Their tenant; of somebody who is in both, the one that they are cast for. */
  tenantId: string
  email: string
  token: string
  password?: string
}

/** A tenant and all who play in it. */
export type Home = Tenant & { people: Record<Role, Person> }

export type Stage = { database: Database; admin: Pool }

/** Two tenants that have nothing to do with each other, but for the wanderer, who is a member of both. */
export async function twoHomes(stage: Stage): Promise<[Home, Home]> {
  const first = await aHome(stage, await tenantWithMark(stage))
  const second = await aHome(stage, await tenantWithMark(stage))
  await wander(stage, first, second)
  return [first, second]
}

async function tenantWithMark({ database, admin }: Stage): Promise<Tenant> {
  const tenant = await aTenant(database, 'Fuzz')
  const { tenantId } = tenant
  await admin.query('update tenants set name = $2 where id = $1', [tenantId, `Fuzz ${markOf(tenantId)}`])
  return tenant
}

async function aHome(stage: Stage, tenant: Tenant): Promise<Home> {
  const { database, admin } = stage
  const { tenantId, owner } = tenant
  const custom = { name: 'custom', permissions: ['posts:*', 'comments:*:own', 'users:read', 'audit:read'] }
  await inTenant(database, owner.context, (tx) => createRole(tx, custom))
  const people: Partial<Home['people']> = { owner: await signedIn(stage, tenantId, owner) }
  for (const role of cast) people[role] ??= await understudy(stage, tenant, role)
  const shutOut = [tenantId, people.suspended!.userId]
  await admin.query('update users set suspended_at = now() where tenant_id = $1 and id = $2', shutOut)
  return { ...tenant, people: people as Home['people'] }
}

/** Somebody new for a part. */
async function understudy(stage: Stage, tenant: Tenant, role: Role): Promise<Person> {
  const { tenantId } = tenant
  const name = `${role} ${markOf(tenantId)}`
  return signedIn(stage, tenantId, await aUser(stage.database, tenant, { name, roles: [roles[role]] }))
}

/** Whoever wanders in the first home becomes a member of the second one too. */
async function wander({ admin }: Stage, first: Home, { tenantId, people }: Home): Promise<void> {
  const person = first.people.wanderer
  const userId = uuidV7()
  await admin.query(
    'insert into users (tenant_id, id, account_id, email, name) values ($1, $2, $3, $4, $5)',
    [tenantId, userId, person.accountId, person.email, 'Wanda Wanderer'],
  )
  await admin.query(
    `insert into user_roles (tenant_id, user_id, role_id)
     select tenant_id, $2, id from roles where tenant_id = $1 and name = 'member'`,
    [tenantId, userId],
  )
  people.wanderer = { ...person, tenantId, userId }
}

async function signedIn(
  stage: Stage,
  tenantId: string,
  { accountId, userId, email }: Pick<Person, 'accountId' | 'userId' | 'email'>,
): Promise<Person> {
  const person = { accountId, userId, tenantId, email, token: '' }
  await signInAgain(stage, person)
  return person
}

/** Gives somebody a new session, without a password: whoever signs out would not come back otherwise. */
export async function signInAgain({ admin }: Stage, person: Person): Promise<void> {
  const token = makeToken('rv_s')
  const values = [uuidV7(), person.accountId, hashToken(token)]
  const open = () => admin.query('select reeve.session_open($1, $2, $3, null, null, 86400, 86400)', values)
  // It meets the others on the rows of the person's users; the server would try again as well.
  await open().catch((error: { code?: string }) => (error.code === '40P01' ? open() : Promise.reject(error)))
  person.token = token
}

/**
 * Whoever lost their part is replaced, for nobody is spared by the others. Two new homes come back where a tenant is
 * closed, or has another owner.
 */
export async function recast(stage: Stage, homes: [Home, Home]): Promise<[Home, Home]> {
  const [first, second] = homes
  const fit = [await whoIsFit(stage, first), await whoIsFit(stage, second)] as const
  if (!fit[0].has('owner') || !fit[1].has('owner')) return twoHomes(stage)
  for (const [home, those] of [
    [first, fit[0]],
    [second, fit[1]],
  ] as const) {
    const missing = cast.filter((role) => role !== 'wanderer' && !those.has(role))
    for (const role of missing) home.people[role] = await understudy(stage, home, role)
  }
  if (!fit[0].has('wanderer') || !fit[1].has('wanderer')) {
    first.people.wanderer = await understudy(stage, first, 'wanderer')
    await wander(stage, first, second)
  }
  return homes
}

/** What each has to have in their tenant, so that they can play their part. */
const roles: Record<Role, string> = {
  owner: 'owner',
  admin: 'admin',
  member: 'member',
  custom: 'custom',
  suspended: 'member',
  wanderer: 'member',
}

async function whoIsFit({ admin }: Stage, { tenantId, people }: Home): Promise<Set<Role>> {
  const accounts = cast.map((role) => people[role].accountId)
  const { rows } = await admin.query<{ part: Role }>(
    `select part from unnest($2::text[], $3::uuid[], $4::text[]) as p (part, account, role)
     join tenants t on t.id = $1 and t.deleted_at is null
     where exists (
       select from users u
       join user_roles ur on ur.tenant_id = u.tenant_id and ur.user_id = u.id
         and ur.valid_from <= now() and coalesce(ur.valid_until > now(), true)
       join roles r on r.tenant_id = u.tenant_id and r.id = ur.role_id and (r.name = p.role or part = 'custom')
       where u.tenant_id = $1 and u.account_id = account and u.is_active = (part <> 'suspended')
     )`,
    [tenantId, cast, accounts, cast.map((role) => roles[role])],
  )
  return new Set(rows.map(({ part }) => part))
}
