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
import { openExplaining } from '../../dist/operations/perf/explain.js'
import { facts } from './facts.mjs'
import { isOurs } from './judge.mjs'
import { pickedByPrisma } from './prisma-samples.mjs'
import { gaps, samples } from './samples.mjs'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))
/** The first pass fills caches; of the others the middle one counts. */
const passes = 4

/** What declares statements is loaded; what it declared is in `statements` then. */
export async function loadStatements() {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.js') || file.endsWith('.test.js') || dirname(file).startsWith('testing')) continue
    if (readFileSync(join(dist, file), 'utf8').includes("/sql.js'"))
      await import(pathToFileURL(join(dist, file)).href)
  }
}

/** Nothing is built and loaded where the drill would not know every statement. */
export function nothingEscapes() {
  const { missing, wordless, gone } = gaps(
    [...statements.keys()].filter((name) => !name.startsWith('drill.')),
  )
  const said = [
    ...missing.map((name) => `${name} has no sample in drills/plans/samples.mjs`),
    ...wordless.map((name) => `${name} has no words in drills/plans/words.json`),
    ...gone.map((name) => `${name} in drills/plans/samples.mjs is no statement any more`),
  ]
  if (said.length > 0) throw new Error(`the drill does not know every statement:\n${said.join('\n')}`)
}

/** Every sample of every statement, with the plan made for its values (custom) and the one made for any (generic). */
export async function runAll(server, only = '') {
  const world = await facts(server.url('reeve'))
  const known = samples(world)
  const runs = []
  for (const mode of ['generic', 'custom']) {
    await tidyUp(server)
    const explaining = openExplaining(
      { connectionString: server.url('reeve') },
      { mode: `force_${mode}_plan`, timing: false },
    )
    const { pool } = explaining
    for (const [name, cases] of Object.entries(known)) {
      if (!name.includes(only)) continue
      for (const one of cases)
        runs.push({
          name,
          mode,
          ...one,
          ...(await several(() => runOnce(explaining, statements.get(name), one))),
        })
    }
    const database = { pool }
    const prisma = await openPrisma(database)
    for (const [name, cases] of Object.entries(pickedByPrisma(world))) {
      if (!name.includes(only)) continue
      for (const one of cases)
        runs.push({
          name,
          mode,
          prisma: true,
          ...one,
          ...(await several(() => runVerb(explaining, prisma, one))),
        })
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

const begin = sql('drill.begin', {}, 'begin')
const declare = sql('drill.declare', {}, 'select from reeve.set_context($1, $2)')
const endPortal = sql('drill.end_portal', {}, 'show timezone')
const judgeNow = sql('drill.now', {}, 'set constraints all immediate')
const rollback = sql('drill.rollback', {}, 'rollback')

async function runOnce(
  { pool, listen, heard },
  statement,
  { tenant, actor, before = [], values, unfinished },
) {
  const client = await pool.connect()
  const run = (step, given = []) => fly(client, [{ sql: step, values: given }])
  try {
    await run(begin)
    await run(declare, [tenant, JSON.stringify(actor)])
    for (const [name, given] of before) await run(statements.get(name), given)
    await run(endPortal)
    listen()
    const [{ affected }] = await run(statement, values)
    await run(unfinished ? endPortal : judgeNow)
    return { rows: affected, plans: heard(), outer: statement.text }
  } catch (error) {
    throw new Error(`${statement.name}: ${error.message}`, { cause: error })
  } finally {
    await run(rollback)
    client.release()
  }
}

const undo = Symbol('undo')

async function runVerb({ listen, heard }, prisma, { tenant, actor, verb }) {
  const context = {
    tenantId: tenant,
    requestId: 'drill',
    actor: { kind: 'user', userId: actor.user, accountId: actor.account },
  }
  let rows
  listen()
  await withTenant(prisma, context, async (tx) => {
    const result = await verb(tx)
    rows = Array.isArray(result?.items) ? result.items.length : 1
    throw undo
  }).catch((error) => {
    if (error !== undo && error?.cause !== undo) throw error
  })
  return { rows, plans: heard(), outer: undefined }
}

async function several(run) {
  await run()
  const results = []
  for (let pass = 1; pass < passes; pass++) results.push(await run())
  const took = results.map(({ plans, outer }) => msOf(plans, outer)).toSorted((a, b) => a - b)
  return { ...results.at(-1), ms: took[Math.floor(took.length / 2)] }
}

/** The statement itself contains its functions; Prisma's are one behind the other. */
function msOf(plans, outer) {
  const own = plans.filter(({ text }) => text === outer)
  return (own.length > 0 ? own : plans.filter(({ text }) => isOurs(text) || /"public"\./.test(text))).reduce(
    (sum, { ms }) => sum + ms,
    0,
  )
}
