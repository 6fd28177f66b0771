// A thousand tenants at once, whose transactions are undone, cancelled, timed out and killed at random: `npm run drill:leak`.
// On our own pool and through PgBouncer in both modes no tenant sees another's sentinel, nothing is attributed to somebody
// else, and nothing is left on any connection; with a context that outlives its transaction, all this is found.
//   node drills/leak.mjs [--acts 20000] [--tenants 1000] [--seed <n>] [--json]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'

const { values: options } = parseArgs({
  options: {
    acts: { type: 'string', default: '20000' },
    tenants: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    json: { type: 'boolean', default: false },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line) => options.json || console.log(line)
const [acts, tenants, seed] = [options.acts, options.tenants, options.seed].map(Number)
const figures = { seed, tenants, acts, leaks: 0, foundWhenBroken: {}, connections: {} }
let failed = false

// what the tests are made of is written in TypeScript, and is not built
const vite = await createServer({
  ...{ root, configFile: false, logLevel: 'error', appType: 'custom' },
  server: { middlewareMode: true, ws: false, watch: null },
})
try {
  const { drill } = await vite.ssrLoadModule('/src/testing/leak/drill.ts')
  say(`seed ${seed}, ${tenants} tenants, ${acts} acts on each way`)
  await drill({ acts, tenants, seed, tell })
} finally {
  await vite.close()
}
say('')
console.log(options.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2))
process.exitCode = failed ? 1 : 0

function tell(way, { ends, connections, leaks }, seconds) {
  const mustLeak = way.startsWith('broken')
  say(`\n${way}: ${Math.round(seconds)} s, ${connections} connections looked at, ${leaks.length} leaks`)
  figures.connections[way] = connections
  if (mustLeak) figures.foundWhenBroken[way] = leaks.length
  else figures.leaks += leaks.length
  if (mustLeak ? leaks.length === 0 : leaks.length > 0) failed = true
  for (const leak of leaks.slice(0, mustLeak ? 2 : 20)) say(`  ${leak.slice(0, 300)}`)
  if (mustLeak) return
  for (const [act, { done = 0, undone = 0, failed: failures = 0 }] of Object.entries(ends).toSorted())
    say(
      `  ${act.padEnd(34)}${String(done).padStart(6)} done${String(undone).padStart(7)} undone${String(failures).padStart(7)} failed`,
    )
}
