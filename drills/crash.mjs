// kill -9 in the middle of writes, again and again: `npm run drill:crash`.
// Everything that was acknowledged must be there afterwards, once, and nothing half done; the audit log must agree.
//   node drills/crash.mjs [--rounds 20] [--writers 8] [--directory <folder>] [--program dist/cli/main.js] [--json]
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  endsWithin,
  postgresOf as postgres,
  postgresUrlOf as postgresUrl,
  untilReady as ready,
  up,
} from './crash/program.mjs'
import { indexesAreSound, verify } from './crash/verify.mjs'
import { founder, Ledger, startWriters } from './crash/writers.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    writers: { type: 'string', default: '8' },
    directory: { type: 'string' },
    program: { type: 'string', default: fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)) },
    json: { type: 'boolean', default: false },
  },
})
const main = resolve(options.program)
const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'reeve-crash-')))
const say = (line) => options.json || console.log(line)

/** What is killed, and with which we begin again. */
const deaths = {
  // its PostgreSQL is left behind, and adopted as it is
  'the server': async (program, server) => {
    program.kill('SIGKILL')
    await program.ended
    const heir = await up(main, directory)
    const now = await postgres(directory)
    if (now?.pid !== server.pid) fault(`the PostgreSQL that was left behind (${server.pid}) was not adopted`)
    if (!heir.said().includes('it is ours now')) fault(`nothing was said of the adoption:\n${heir.said()}`)
    return heir
  },
  // with all its children, as the machine would; the program outlives it and cannot serve
  PostgreSQL: async (program, server) => {
    killAll([server.pid, ...server.children])
    await sleep(500)
    const health = await fetch(`http://127.0.0.1:${program.port}/health/ready`).then(
      ({ status }) => status,
      () => 0,
    )
    if (health !== 503) fault(`without PostgreSQL the program says ${health} instead of 503`)
    program.kill('SIGTERM')
    const { code } = await program.ended
    if (code !== 0) fault(`without PostgreSQL the program ended with ${code}:\n${program.said()}`)
    return up(main, directory)
  },
  // everything in the same moment
  both: async (program, server) => {
    killAll([server.pid, program.pid, ...server.children])
    await program.ended
    return up(main, directory)
  },
  // PostgreSQL then ends all its connections and recovers; the program goes on
  'one connection': async (program, server) => {
    const backends = (await postgres(directory)).children
    killAll(backends.slice(-1))
    await sleep(200)
    await ready(program)
    if ((await postgres(directory))?.pid !== server.pid) fault('PostgreSQL was replaced')
    return program
  },
}

const faults = []
const fault = (what) => faults.push(what)
const restarts = []
const killed = {}
const ledger = new Ledger()
let rows
let unknown
let program = await up(main, directory)
try {
  const who = await founder(program.port)
  for (let round = 0; round < Number(options.rounds); round++) {
    const [what, die] = Object.entries(deaths)[round % Object.keys(deaths).length]
    const writers = startWriters(Number(options.writers), program.port, who, ledger, round)
    await sleep(700 + Math.random() * 1_500)
    const server = await postgres(directory)

    const before = program
    program = await die(program, server)
    killed[what] = (killed[what] ?? 0) + 1
    if (program !== before) restarts.push(program.readyMs)
    await writers.stop()

    const seen = await verify(await postgresUrl(directory), ledger, who.tenantId)
    faults.push(...seen.faults)
    ;({ rows, unknown } = seen)
    say(
      `${String(round + 1).padStart(3)}  ${what.padEnd(15)} ${program === before ? '' : `serving again after ${program.readyMs} ms; `}${JSON.stringify(ledger.count())} acknowledged, ${ledger.unknown.length} without an answer, ${seen.faults.length} faults`,
    )
    if (seen.faults.length > 0) break
  }
  const indexes = faults.length === 0 ? await indexesAreSound(await postgresUrl(directory)) : 0
  report(indexes)
} finally {
  const server = await postgres(directory)
  program.kill('SIGTERM')
  const { code, said } = await program.ended
  if (code !== 0) fault(`ended with ${code}:\n${said}`)
  if (server && !(await endsWithin(server.pid, 1_000))) fault('left its PostgreSQL running')
}
if (!options.directory) {
  const { removeInside } = await import(new URL('../foundation/guard.js', `file://${main}`).href)
  await removeInside(tmpdir(), directory)
}
for (const what of faults) console.error(what)
process.exitCode = faults.length > 0 ? 1 : 0

/** Only what stands below our own program, and is found there in this moment. */
function killAll(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it had ended already
    }
  }
}

function report(indexes) {
  const sorted = restarts.toSorted((a, b) => a - b)
  const figures = {
    killed,
    acknowledged: ledger.count(),
    unknown: { requests: ledger.unknown.length, ...unknown },
    refused: ledger.refused.length,
    rows,
    restartMs: { least: sorted[0], middle: sorted[Math.floor(sorted.length / 2)], most: sorted.at(-1) },
    indexesChecked: indexes,
    faults: faults.length,
  }
  if (ledger.refused.length > 0) fault(`refused: ${JSON.stringify(ledger.refused[0])}`)
  console.log(options.json ? JSON.stringify(figures) : `\n${JSON.stringify(figures, null, 2)}`)
}
