// How fast Reeve is beside others, on the same machine, in one run: `npm run bench`.
//   node bench/bench.mjs [--short] [--users <number>] [--rounds <number>] [--only <part of a name>] [--json]
// Contenders are asked in turn, each in a process of its own, on one PostgreSQL 18 with as many people in it for each.
// --only keeps the questions that are called so, and those in which somebody is: "list", "Better Auth", "Reeve" for Reeve,
// bare Fastify and pgbench alone. --short is a small run of what needs no installation of its own, and proves only that
// the benchmark runs.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sizeOf } from '../dist/operations/perf/load.js'
import { judge } from './bars.mjs'
import { atDatabase, othersIn, overHttp } from './contenders.mjs'
import { prepare } from './people.mjs'
import { inPlace, ourDatabase, Stopped } from './place.mjs'
import { markdown, summarise, text } from './report.mjs'
import { inRounds } from './rounds.mjs'
import { findTools, versionOf } from './tools.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    users: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})
const { short, only, json } = options
const users = whole('users', short ? 1_000 : 100_000, 1_000)
const rounds = whole('rounds', short ? 1 : 5, 1)
const [seconds, warmUp] = short ? [1, 0] : [4, 2]

const tools = findTools(['pgbench', 'wrk'], say)
if (!short && othersIn(only).length > 0) install()
const run = await inPlace(measure).catch((error) => {
  clear()
  console.error(error instanceof Stopped ? error.message : error)
  process.exit(1)
})
clear()
console.log(json ? JSON.stringify(run) : text(run))
if (!short && only === '') await keep(run)

async function measure(place) {
  say('loading people')
  const access = await ourDatabase(place.server, users, say)
  const known = await prepare(place.server.url('reeve'))
  const admin = { ...access, user: 'postgres', password: place.server.password }
  const world = { ...known, users, tenants: sizeOf(users).tenants, access, admin, say, short, tools, only }
  const { asks: http, about } = await overHttp(place, world)
  const measurements = [...http, ...(await atDatabase(place, world))]
  const measured = await inRounds(measurements, { rounds, seconds, warmUp, say })
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores (${cpus()[0].model}), Node ${process.versions.node}, PostgreSQL ${place.server.version}${[...tools].map((name) => `, ${versionOf(name)}`).join('')}`,
    ...{ users, rounds, seconds, short, about, tools: [...tools] },
    questions: summarise(measured),
    bars: judge(measured),
  }
}

/** Kept beside the others, by its day. */
async function keep(run) {
  await mkdir(join(here, 'results'), { recursive: true })
  for (const [ending, content] of Object.entries({
    md: markdown(run),
    json: `${JSON.stringify(run, null, 2)}\n`,
  }))
    await writeFile(join(here, 'results', `${run.date}.${ending}`), content)
  say(`written: bench/results/${run.date}.md and .json`)
}

/** The other contenders, as the lock file says; what they would compile or fetch after that is not needed here. */
function install() {
  const [installed, wanted] = ['node_modules/.package-lock.json', 'package-lock.json'].map(
    (file) => statSync(join(here, file), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  if (installed >= wanted) return
  say('installing the contenders (a gigabyte, once)')
  const arguments_ = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error']
  const { status } = spawnSync('npm', arguments_, { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status === 0) return
  console.error('The contenders could not be installed; "npm run bench -- --short" needs none of them.')
  process.exit(1)
}

/** What happens, on standard error: over itself on a terminal, a line now and then elsewhere. */
function say(message, done, total) {
  const line = total ? `${String(Math.floor((100 * done) / total)).padStart(3)}% ${message}` : message
  clear()
  if (process.stderr.isTTY && total) process.stderr.write(line.slice(0, 78))
  else if (!total || done % 10 === 0) process.stderr.write(`${line}\n`)
}

function clear() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}

function whole(name, usual, least) {
  const number = options[name] === undefined ? usual : Number(options[name])
  if (Number.isInteger(number) && number >= least) return number
  console.error(`--${name} has to be a whole number, ${least} or more`)
  process.exit(2)
}
