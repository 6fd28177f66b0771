import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createLog } from '../foundation/log.ts'
import { fuzz } from '../testing/fuzz/fuzz.ts'
import type { Heard } from '../testing/fuzz/judge.ts'
import type { Sent } from '../testing/fuzz/speak.ts'
import { hush } from '../testing/fuzz/wish.ts'
import { testApp } from '../testing/http.ts'
import type { OpenApi } from '../testing/openapi.ts'

const requests = Number(process.env['FUZZ_REQUESTS'] ?? 24_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const megabyte = 2 ** 20
/** In megabytes, from a quarter of the run on: what the fuzz itself remembers is in it. */
const grownMost = 24

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test(
  'whatever is asked, by whomever, the answer is one of ours, and only about theirs',
  { timeout: 600_000 },
  async () => {
    const badLines: string[] = []
    const write = (line: string) => {
      if (/"level":"(error|fatal)"/.test(line) || line.includes(hush) || /rv_[a-z]_[\w-]{30,}/.test(line))
        badLines.push(line)
    }
    const log = createLog({ logLevel: 'info' }, { write })
    const { app, ask, database, admin } = await testApp({ console: 'nowhere', log })
    const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
    const send = async ({ method, url, headers, body }: Sent): Promise<Heard> => {
      const payload = body === undefined ? {} : { payload: body as string }
      const answer = await app.inject({ method: method as 'GET', url, headers, ...payload })
      return { status: answer.statusCode, headers: answer.headers, text: answer.payload }
    }

    let settled = 0
    const look = (asked: number) => {
      if (badLines.length > 0) throw new Error(`the log says ${badLines.splice(0).join('').slice(0, 4_000)}`)
      if (settled === 0 && asked > requests / 4) settled = heapUsed()
    }
    const tally = await fuzz({ document, stage: { database, admin }, send, seed, requests, look })

    const grown = Math.round((heapUsed() - settled) / megabyte)
    if (process.env['FUZZ_REPORT'])
      process.stdout.write(`seed ${seed}, the heap grew by ${grown} MB\n${tally}\n`)
    expect(tally.total).toBeGreaterThanOrEqual(requests)
    // fewer may miss what is rare
    if (requests >= 20_000) expect(tally.neverDone, `seed ${seed}`).toEqual([])
    expect(grown, `seed ${seed}`).toBeLessThan(grownMost)
  },
)

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
