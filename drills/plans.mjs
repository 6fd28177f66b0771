// The plan of every statement of the program at a million users: `npm run drill:plans`.
// Builds the database, runs each statement as the server does (as reeve_app, in a declared tenant, rolled back), with
// the plan made for the values and the one made for any, and keeps what PostgreSQL really did, inside of functions and
// triggers too, in docs/plans/. Fails where a plan reads what it should not.
//   node drills/plans.mjs [--directory <folder>] [--keep] [--only <part of a name>]
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { removeInside } from '../dist/foundation/guard.js'
import { startEmbedded } from '../dist/operations/embedded/embedded.js'
import { deploy } from '../dist/operations/migrate/deploy.js'
import { houseRoles } from '../dist/operations/migrate/roles.js'
import { judge } from './plans/judge.mjs'
import { load } from './plans/load.mjs'
import { loadStatements, nothingEscapes, runAll } from './plans/run.mjs'
import { write } from './plans/write.mjs'

const { values: options } = parseArgs({
  options: { directory: { type: 'string' }, keep: { type: 'boolean' }, only: { type: 'string' } },
})
const prisma = fileURLToPath(new URL('../prisma', import.meta.url))
const say = (line) => console.log(line)

await loadStatements()
if (!options.only) nothingEscapes()

const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'reeve-plans-')))
const server = await startEmbedded({
  directory,
  log: say,
  settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '2GB', max_wal_size: '8GB' },
})
try {
  await makeDatabase('reeve')
  await deploy({
    connect: () => ({ connectionString: server.url('reeve') }),
    folder: join(prisma, 'migrations'),
    roles: houseRoles(prisma),
  })
  await load(server.url('reeve'), say)

  const runs = await runAll(server, options.only)
  const findings = judge(runs)
  if (!options.only) await write(runs, server.version)
  for (const { name, what } of findings) say(`${name}: ${what}`)
  say(
    `\n${new Set(runs.map((run) => run.name)).size} statements, ${runs.length} plans, ${findings.length} findings`,
  )
  if (findings.length > 0) process.exitCode = 1
} finally {
  await server.stop()
  if (!options.directory && !options.keep) await removeInside(tmpdir(), directory)
}

async function makeDatabase(name) {
  const client = new pg.Client(server.url())
  await client.connect()
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
  if (rowCount === 0) await client.query(`create database ${name}`)
  await client.end()
}
