// Runs every statement as the server does, rolled back, and keeps what PostgreSQL says that it did: auto_explain reports
// the plan of the statement and those of all that functions and triggers execute on its behalf.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { closeDatabase } from '../../dist/database/database.js'
import { fly } from '../../dist/database/flight.js'
import { openPrisma, withTenant } from '../../dist/database/prisma.js'
import { sql, statements } from '../../dist/database/sql.js'
import { facts } from './facts.mjs'
import { isOurs } from './judge.mjs'
import { pickedByPrisma, samples, withoutPlan } from './samples.mjs'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))
/** The first pass fills caches; of the others the middle one counts. */
const passes = 4

/** Every sample of every statement, with the plan made for its values (custom) and the one made for any (generic). */
export async function runAll(server, only = '') {
  await loadStatements()
  const world = await facts(server.url('reeve'))
  const known = samples(world)
  nothingEscapes(known)

  const runs = []
  for (const mode of ['generic', 'custom']) {
    await tidyUp(server)
    const pool = reporting(server, mode)
    for (const [name, cases] of Object.entries(known)) {
      if (!name.includes(only)) continue
      for (const one of cases)
        runs.push({ name, mode, ...one, ...(await several(() => runOnce(pool, statements.get(name), one))) })
    }
    const database = { pool }
    const prisma = await openPrisma(database)
    for (const [name, cases] of Object.entries(pickedByPrisma(world))) {
      if (!name.includes(only)) continue
      for (const one of cases)
        runs.push({ name, mode, prisma: true, ...one, ...(await several(() => runVerb(pool, prisma, one))) })
    }
    await prisma.$disconnect()
    await closeDatabase(database)
  }
  return runs
}

/** What was undone before leaves dead rows, which would be counted as read. */
async function tidyUp(server) {
  const client = new pg.Client(server.url('reeve'))
  await client.connect()
  await client.query('vacuum (index_cleanup on)')
  await client.end()
}

/** What declares statements is loaded; what it declared is in `statements` then. */
async function loadStatements() {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.js') || file.endsWith('.test.js') || dirname(file).startsWith('testing')) continue
    if (readFileSync(join(dist, file), 'utf8').includes("/sql.js'"))
      await import(pathToFileURL(join(dist, file)).href)
  }
}

function nothingEscapes(known) {
  const missing = [...statements.keys()].filter((name) => !known[name] && !withoutPlan.test(name))
  const gone = Object.keys(known).filter((name) => !statements.has(name))
  if (missing.length > 0)
    throw new Error(`without a sample in drills/plans/samples.mjs: ${missing.join(', ')}`)
  if (gone.length > 0) throw new Error(`samples of statements that there are no more: ${gone.join(', ')}`)
}

/** Logs in as the superuser, whom alone auto_explain obeys, and acts as the server's role. */
function reporting(server, mode) {
  const settings = {
    role: 'reeve_app',
    timezone: 'UTC',
    session_preload_libraries: 'auto_explain',
    plan_cache_mode: `force_${mode}_plan`,
    'auto_explain.log_min_duration': 0,
    'auto_explain.log_level': 'notice',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_parameter_max_length': 0,
  }
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
  const pool = new pg.Pool({ connectionString: server.url('reeve'), max: 1, options })
  pool.on('connect', (client) => client.on('notice', (notice) => pool.heard?.push(notice.message)))
  return pool
}

const begin = sql('drill.begin', {}, 'begin')
const declare = sql('drill.declare', {}, 'select from reeve.set_context($1, $2)')
const endPortal = sql('drill.end_portal', {}, 'show timezone')
const judgeNow = sql('drill.now', {}, 'set constraints all immediate')
const rollback = sql('drill.rollback', {}, 'rollback')

async function runOnce(pool, statement, { tenant, actor, before = [], values, unfinished }) {
  const client = await pool.connect()
  const run = (step, given = []) => fly(client, [{ sql: step, values: given }])
  try {
    await run(begin)
    await run(declare, [tenant, JSON.stringify(actor)])
    for (const [name, given] of before) await run(statements.get(name), given)
    // A plan is reported when its portal is closed, which is when the next one opens.
    await run(endPortal)
    pool.heard = []
    const [{ affected }] = await run(statement, values)
    await run(unfinished ? endPortal : judgeNow)
    return { rows: affected, plans: pool.heard.map(plan), outer: statement.text }
  } catch (error) {
    throw new Error(`${statement.name}: ${error.message}`, { cause: error })
  } finally {
    pool.heard = undefined
    await run(rollback)
    client.release()
  }
}

const undo = Symbol('undo')

async function runVerb(pool, prisma, { tenant, actor, verb }) {
  const context = {
    tenantId: tenant,
    requestId: 'drill',
    actor: { kind: 'user', userId: actor.user, accountId: actor.account },
  }
  let rows
  pool.heard = []
  try {
    await withTenant(prisma, context, async (tx) => {
      const result = await verb(tx)
      rows = Array.isArray(result?.items) ? result.items.length : 1
      throw undo
    }).catch((error) => {
      if (error !== undo && error?.cause !== undo) throw error
    })
    return { rows, plans: pool.heard.map(plan), outer: undefined }
  } finally {
    pool.heard = undefined
  }
}

/** `duration: 0.123 ms  plan:\nQuery Text: …\n<plan>` */
function plan(message) {
  const [, ms, rest] = /^duration: ([\d.]+) ms {2}plan:\n([^]*)$/.exec(message) ?? []
  if (rest === undefined) return undefined
  const from = rest.search(/\n[^\n]*\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)/)
  return { ms: Number(ms), text: rest.slice('Query Text: '.length, from).trim(), plan: rest.slice(from + 1) }
}

async function several(run) {
  await run()
  const results = []
  for (let pass = 1; pass < passes; pass++) results.push(await run())
  const took = results.map(({ plans, outer }) => msOf(plans.filter(Boolean), outer)).toSorted((a, b) => a - b)
  const last = results.at(-1)
  return { ...last, plans: last.plans.filter(Boolean), ms: took[Math.floor(took.length / 2)] }
}

/** The statement itself contains its functions; Prisma's are one behind the other. */
function msOf(plans, outer) {
  const own = plans.filter(({ text }) => text === outer)
  return (own.length > 0 ? own : plans.filter(({ text }) => isOurs(text) || /"public"\./.test(text))).reduce(
    (sum, { ms }) => sum + ms,
    0,
  )
}
