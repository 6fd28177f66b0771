// Who takes part. A contender is set up only when something of it will be measured.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLoop } from './loops.mjs'
import { pgbench } from './pgbench.mjs'
import { probe } from './servers.mjs'
import { wrk, writeRequests } from './wrk.mjs'

/** So many ask at once; fewer sign in, for a password keeps a core busy, and some are served two in a second. */
const connections = { 'who am I': 50, 'list of 20': 50, 'sign-in': 8 }
/** By their files here: what each is called, and the package that it is. */
const others = {
  'better-auth': { name: 'Better Auth', package: 'better-auth' },
  directus: { name: 'Directus', package: 'directus' },
  'parse-server': { name: 'Parse Server', package: 'parse-server' },
}

/** Those of them who take part: who has to be installed. */
export function othersIn(only) {
  return Object.entries(others).filter(([, { name }]) =>
    [name, ...httpQuestions].some((one) => has(only, one)),
  )
}

/** Servers that wrk asks. */
export async function overHttp(place, world) {
  if (!world.tools.has('wrk')) return { asks: [], about: [] }
  const reeve = await import('./http/reeve.mjs')
  const bare = await import('./http/bare-fastify.mjs')
  const ours = await reeve.open(place, world)
  const opened = [ours, await bare.open(place, { ...world, answer: ours.answer })]
  const about = [reeve.about, bare.about]
  for (const [file, { package: from }] of world.short ? [] : othersIn(world.only)) {
    const other = await import(`./http/${file}.mjs`)
    opened.push(await other.open(place, world))
    about.push(`${other.about} (version ${versionOf(from)})`)
  }
  const asks = []
  for (const { url, requests, ...ask } of wanted(
    world.only,
    opened.flatMap((one) => one.asks),
  )) {
    const file = join(place.folder, `${asks.length}.requests`)
    await writeRequests(file, requests)
    const run = async (seconds) => {
      const found = await wrk({ url, file, connections: connections[ask.what], seconds })
      // What wrk no longer waits for is still worked at, and shall not be at the cost of the next one.
      await probe(url, requests[0], () => true)
      return found
    }
    asks.push({ ...ask, run })
  }
  return { asks, about }
}

const httpQuestions = Object.keys(connections)

/** The questions at the database: who answers them how. */
const atTheDatabase = {
  'user by e-mail': [
    ['pgbench', 'user by e-mail', 'plain SQL as superuser, no row-level security'],
    ['Reeve', 'userByEmail, the operator asks', 'userByEmail(): look-ups of a moment share a round trip'],
    [
      'Reeve, fifty people ask',
      'userByEmail, fifty people ask',
      'the same, and their permissions are checked',
    ],
    ['node-postgres', 'user by e-mail', 'a named statement, no row-level security'],
    ['Prisma', 'user by e-mail', 'findUnique, no row-level security'],
  ],
  'session to user and roles': [
    ['pgbench', 'session to user and roles', 'plain SQL as superuser, the same answer'],
    ['pgbench, role names only', 'session to user and role names, no permissions', 'without the permissions'],
    ['Reeve', 'whoAmI', 'whoAmI(): look-ups of a moment share a round trip'],
    ['node-postgres', 'session to user and roles', 'a named statement, the same answer'],
    ['Prisma', 'session to user and roles', 'findUnique with include'],
  ],
  'one query under RLS': [
    ['pgbench', 'under RLS: context and query, one Sync', 'the same statements, one Sync'],
    ['Reeve', 'readInTenant', 'readInTenant(): context and query in one flight'],
    [
      'node-postgres',
      'under RLS: begin, context, query, commit',
      'begin, context, query, commit, in sequence',
    ],
    ['Prisma', 'under RLS: interactive transaction', 'an interactive transaction'],
  ],
  'page of 20': [
    [
      'pgbench',
      'under RLS: context, permission and page, one Sync',
      'under RLS, with the permission, one Sync',
    ],
    ['Reeve', 'listUsers', 'listUsers(): under RLS, with the permission and roles'],
    ['node-postgres', 'page of 20', 'a named statement, no row-level security, no permission'],
    ['Prisma', 'page of 20', 'findMany with include, no row-level security, no permission'],
  ],
}
const modules = { Reeve: 'library', 'node-postgres': 'raw-pg', Prisma: 'prisma' }

/** Programs that ask PostgreSQL: ten connections each, fifty questions in flight where they can. */
export async function atDatabase(place, world) {
  const { scripts } = await import('./database/pgbench.mjs')
  const { access, admin, tenantId, people } = world
  const open = {
    ...{ tenantId, people, access },
    admin: {
      host: admin.host,
      port: admin.port,
      user: admin.user,
      password: admin.password,
      database: admin.database,
    },
  }
  const all = Object.entries(atTheDatabase).flatMap(([what, contenders]) =>
    contenders.map(([who, name, how]) => ({ what, who, name, how, program: who.split(',')[0] })),
  )
  const loops = new Map()
  const asks = []
  for (const { name, program, ...ask } of wanted(world.only, all)) {
    if (program === 'pgbench') {
      if (!world.tools.has('pgbench')) continue
      const script = scripts(world)[name]
      asks.push({ ...ask, run: (seconds) => pgbench(place, { ...script, seconds }) })
      continue
    }
    if (!loops.has(program)) loops.set(program, await openLoop(place, modules[program], open))
    const loop = loops.get(program)
    asks.push({ ...ask, run: (seconds) => loop.run(name, world.short ? 0.3 : seconds) })
  }
  return asks
}

/** Those with whom everybody is compared. */
const bases = ['Reeve', 'Bare Fastify', 'pgbench']

/** The questions that are called so, and those in which somebody is; of these, that one and whom everybody is compared with. */
function wanted(only, asks) {
  const named = (what) => asks.some((one) => one.what === what && has(only, one.who))
  return asks.filter(
    ({ what, who }) => has(only, what) || (named(what) && (has(only, who) || bases.includes(who))),
  )
}

function has(only, name) {
  return name.toLowerCase().includes(only.toLowerCase())
}

function versionOf(name) {
  const manifest = fileURLToPath(new URL(`./node_modules/${name}/package.json`, import.meta.url))
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
