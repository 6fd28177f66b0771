// Half a million requests that the OpenAPI document allows, or hardly, to a server of its own: `npm run drill:fuzz`.
// No 5xx, no hang, no growth, nothing of another tenant, nothing half-written; then everything that a connection may do.
//   node drills/fuzz.mjs [--requests 500000] [--seed <n>] [--port <n>] [--directory <folder>] [--program dist/cli/main.js] [--json]
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { endsWithin, postgresOf, postgresUrlOf, up } from './crash/program.mjs'
import { indexesAreSound } from './crash/verify.mjs'
import { ask } from './crash/writers.mjs'
import { mischief } from './fuzz/sockets.mjs'
import { atRest, Watch } from './fuzz/watch.mjs'

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '500000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    port: { type: 'string' },
    directory: { type: 'string' },
    program: { type: 'string', default: fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)) },
    json: { type: 'boolean', default: false },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const main = resolve(options.program)
const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'reeve-fuzz-')))
const say = (line) => options.json || console.log(line)

/** The first of each kind is told. */
const kinds = new Map()
const kindsMost = 100
let faultsInAll = 0
const fault = (words) => {
  faultsInAll++
  const kind = words
    .slice(0, 1_000)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]*\d[\w-]*/g, '#')
    .slice(0, 200)
  const times = (kinds.get(kind) ?? 0) + 1
  if (times === 1 && kinds.size < kindsMost) console.error(`\n${words}\n`)
  if (times > 1 || kinds.size < kindsMost) kinds.set(kind, times)
}

const { drill } = await sources('src/testing/fuzz/drill.ts')
const program = await up(main, directory, {
  LOG_LEVEL: 'warn',
  RATE_LIMIT_PER_MINUTE: '100000000',
  SIGN_IN_LIMIT_PER_MINUTE: '1000000',
  ...(options.port ? { PORT: options.port } : {}),
})
const { port } = program
const postgres = await postgresOf(directory)
const postgresUrl = await postgresUrlOf(directory)
const watch = new Watch(port)
const started = Date.now()
let told = 0
try {
  say(`seed ${options.seed}, port ${port}, in ${directory}`)
  const tally = await drill({
    ...{ port, postgresUrl, onFault: fault },
    seed: Number(options.seed),
    requests: Number(options.requests),
    look: async (asked) => {
      await watch.look(asked)
      if (asked - told < 10_000) return
      told = asked
      const { resident = 0 } = watch.samples.at(-1) ?? {}
      say(
        `${String(asked).padStart(8)}  ${perSecond(asked)} a second, ${Math.round(resident)} MB, ${faultsInAll} faults`,
      )
    },
  })
  const asked = perSecond(tally.total)
  for (const route of tally.neverDone) fault(`${route} was never done`)
  watch.faults.forEach(fault)

  for (const what of await mischief(port, await aToken())) fault(what)
  for (const what of await atRest(port, postgresUrl)) fault(what)
  const indexesChecked = await indexesAreSound(postgresUrl)
  for (const line of program.said().split('\n')) if (/"level":"(error|fatal)"/.test(line)) fault(line)
  say(`\n${tally}\n`)
  const figures = {
    ...{ seed: Number(options.seed), requests: tally.total, perSecond: asked, statuses: tally.statuses },
    ...{ memory: watch.growth, indexesChecked, faults: faultsInAll, kindsOfFaults: kinds.size },
  }
  console.log(options.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2))
} finally {
  program.kill('SIGTERM')
  const { code, said } = await program.ended
  if (code !== 0) fault(`ended with ${code}:\n${said.slice(-4_000)}`)
  if (!(await endsWithin(postgres.pid, 1_000))) fault('left its PostgreSQL running')
}
if (!options.directory) {
  const { removeInside } = await import(new URL('../foundation/guard.js', `file://${main}`).href)
  await removeInside(tmpdir(), directory)
}
process.exitCode = faultsInAll > 0 ? 1 : 0

function perSecond(asked) {
  return Math.round(asked / ((Date.now() - started) / 1_000))
}

async function aToken() {
  const answer = await ask({ port }, 'POST', '/v1/sign-up', {
    email: `ada-${Date.now()}@example.com`,
    password: 'correct horse battery',
    name: 'Ada',
  })
  return answer.body.session.token
}

/** What the tests are made of is written in TypeScript, and is not built. */
async function sources(path) {
  const { module } = await runnerImport(join(root, path), { root, configFile: false, logLevel: 'error' })
  return module
}
