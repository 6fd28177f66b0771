import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { asSuperuser, aWorkshop, type Workshop } from '../../testing/migrations.ts'
import { deploy } from './deploy.ts'
import { createHistory } from './history.ts'
import type { HouseRoles } from './roles.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'

const people = '20260101000000_people'
const pets = '20260102000000_pets'
const owners = `
  select relname || ' ' || pg_get_userbyid(relowner) from pg_class
   where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`

type Cast = { owner: string; server: string; login: string }

/** Names for roles of one test, which are gone when it is over, after its databases. */
function aCast(): Cast {
  const serial = randomBytes(4).toString('hex')
  const cast = { owner: `owner_${serial}`, server: `server_${serial}`, login: `login_${serial}` }
  onTestFinished(() => asSuperuser(`drop role if exists ${cast.owner}, ${cast.server}, ${cast.login}`))
  return cast
}

async function aHouse({ owner, server }: Cast): Promise<Workshop & { roles: HouseRoles }> {
  const workshop = await aWorkshop()
  const roles = { owner, names: [owner, server], file: join(workshop.folder, 'roles.sql') }
  await writeFile(
    roles.file,
    `do $$ begin
       if not exists (select from pg_roles where rolname = '${owner}') then create role ${owner}; end if;
       if not exists (select from pg_roles where rolname = '${server}') then create role ${server}; end if;
       if not pg_has_role(current_user, '${owner}', 'usage') then grant ${owner} to current_user; end if;
       execute format('grant create on database %I to ${owner}', current_database());
     end $$;
     grant usage, create on schema public to ${owner};`,
  )
  await workshop.write(
    people,
    `create table people (id int); grant select on people to ${server}`,
    '-- Loses: people.\ndrop table people',
  )
  await workshop.write(pets, 'create table pets (id int)', '-- Loses: pets.\ndrop table pets')
  return { ...workshop, roles }
}

/** The same house, entered by a login that is no superuser. */
async function enteredBy<T extends Workshop>(house: T, { login }: Cast, attributes = ''): Promise<T> {
  await house.client.query(`create role ${login} login password 'login' ${attributes}`)
  const url = new URL(house.url)
  Object.assign(url, { username: login, password: 'login' })
  return { ...house, connect: () => ({ connectionString: url.href }) }
}

test('the first deploy makes the roles, and their owner owns the tables and the history', async () => {
  const cast = aCast()
  const house = await aHouse(cast)
  await deploy(house)
  expect(house.said[0]).toMatch(/^preparing the database roles/)
  expect(await house.column(owners)).toEqual(
    ['_prisma_migrations', 'people', 'pets'].map((table) => `${table} ${cast.owner}`),
  )

  house.said.length = 0
  await rollback({ ...house, reach: { steps: 1 }, consent: async () => true })
  await deploy(house)
  expect(house.said).toEqual([`rolling back ${pets}`, `applying ${pets}`])
  expect(await house.column(owners)).toContain(`pets ${cast.owner}`)
})

test('a second database of the cluster knows the roles, but not yet what they may do in it', async () => {
  const cast = aCast()
  await deploy(await aHouse(cast))
  const second = await aHouse(cast)
  await deploy(second)
  expect(second.said[0]).toBe(`preparing the database roles (what ${cast.owner} may do here)`)
  expect(await second.column(owners)).toContain(`people ${cast.owner}`)
})

test('two databases may meet their roles for the first time at the same moment', async () => {
  const cast = aCast()
  const houses = await Promise.all([aHouse(cast), aHouse(cast), aHouse(cast)])
  const done = await Promise.all(houses.map((house) => deploy(house)))
  expect(done.map(({ applied }) => applied.length)).toEqual([2, 2, 2])
})

test('a dry run makes no roles', async () => {
  const cast = aCast()
  const house = await aHouse(cast)
  expect(await deploy({ ...house, dryRun: true })).toMatchObject({ pending: [people, pets] })
  expect(await house.column(`select rolname from pg_roles where rolname = '${cast.owner}'`)).toEqual([])
})

test('a login that may not make roles is told who must run what', async () => {
  const cast = aCast()
  const house = await enteredBy(await aHouse(cast), cast)
  await expect(deploy(house)).rejects.toMatchObject({
    code: 'roles_missing',
    message: expect.stringContaining(cast.server),
    remedy: expect.stringMatching(/^run it once as one who may create roles: .*roles\.sql$/),
  })
  expect(await house.column(owners)).toEqual([])
})

test('a script of roles that is not there, or does not make them, is refused', async () => {
  const cast = aCast()
  const house = await aHouse(cast)
  await writeFile(house.roles.file, `create role ${cast.server}`)
  await expect(deploy(house)).rejects.toMatchObject({
    code: 'roles_missing',
    message: expect.stringContaining(cast.owner),
  })
  await expect(deploy({ ...house, roles: { ...house.roles, file: '/nowhere.sql' } })).rejects.toMatchObject({
    code: 'roles_missing',
  })
  await writeFile(house.roles.file, 'create roll')
  await expect(deploy(house)).rejects.toMatchObject({
    code: 'roles_missing',
    message: expect.stringContaining('syntax error'),
  })
})

test('the owner of a database who may make roles needs no superuser', async () => {
  const cast = aCast()
  const house = await enteredBy(await aHouse(cast), cast, 'createrole')
  await house.client.query(`alter database ${new URL(house.url).pathname.slice(1)} owner to ${cast.login}`)
  expect(await deploy(house)).toMatchObject({ applied: [{ name: people }, { name: pets }] })
  expect(await house.column(owners)).toContain(`people ${cast.owner}`)
})

test('a login that may not act as the owner is refused rather than made an owner of tables', async () => {
  const cast = aCast()
  const house = await aHouse(cast)
  await deploy({ ...house, to: people })
  const guest = await enteredBy(house, cast)
  await house.client.query(`grant select on _prisma_migrations to ${cast.login}`)
  await expect(deploy(guest)).rejects.toMatchObject({
    code: 'roles_missing',
    remedy: expect.stringContaining(`as a superuser: grant "${cast.owner}" to "${cast.login}"`),
  })
  expect(await status(guest)).toMatchObject({ history: 'read', pending: [{ name: pets }] })

  await house.client.query(`grant ${cast.owner} to ${cast.login}`)
  expect(await deploy(guest)).toMatchObject({ applied: [{ name: pets }] })
  expect(await house.column(owners)).toContain(`pets ${cast.owner}`)
})

test('a history that another role made is kept by whoever may, and stays that role’s', async () => {
  const cast = aCast()
  const house = await aHouse(cast)
  await createHistory(house.client, null)
  await deploy(house)
  await rollback({ ...house, reach: { steps: 1 }, consent: async () => true })
  expect(await house.column(owners)).toEqual(['_prisma_migrations postgres', `people ${cast.owner}`])
  expect(await status(house)).toMatchObject({ applied: [{ name: people }], rolledBack: [{ name: pets }] })
})
