// A contender at the database, in a process of its own: asks as long as it is told to, fifty questions in flight.
// Started by loops.mjs, which talks to it over IPC.
import { pathToFileURL } from 'node:url'

const inFlight = 50
const [module] = process.argv.slice(2)
let asks

process.on('message', async ({ open, what, seconds }) => {
  try {
    if (open) {
      const contender = await import(pathToFileURL(module).href)
      asks = await contender.open(open)
      process.send({ asks: Object.keys(asks) })
    } else process.send(await run(asks[what], seconds))
  } catch (error) {
    process.send({ failed: error.stack })
  }
})
process.on('disconnect', () => process.exit())

async function run(ask, seconds) {
  const took = []
  const began = performance.now()
  const until = began + seconds * 1000
  let n = Math.floor(Math.random() * 1e6)
  const one = async () => {
    while (performance.now() < until) {
      const started = performance.now()
      if (!(await ask(n++))) throw new Error('the answer is wrong')
      took.push(performance.now() - started)
    }
  }
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: inFlight }, one))
  const { user, system } = process.cpuUsage(cpu)
  const perSecond = took.length / ((performance.now() - began) / 1000)
  took.sort((a, b) => a - b)
  const at = (share) => took[Math.max(0, Math.ceil(took.length * share) - 1)]
  return {
    ...{ perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    cpuMicroseconds: (user + system) / took.length,
  }
}
