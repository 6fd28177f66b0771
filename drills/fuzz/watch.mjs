// What the server says of itself at /metrics, and what its database says of it, looked at again and again.
import pg from 'pg'

const megabyte = 2 ** 20
/** Over a run the heap may grow by so much, and the process by so much. */
const heapMost = 48
const residentMost = 160

export class Watch {
  /** In megabytes, with the number of requests so far. */
  samples = []
  #last = 0

  constructor(port) {
    this.port = port
  }

  /** Every second at most. */
  async look(asked) {
    if (Date.now() - this.#last < 1_000) return
    this.#last = Date.now()
    const found = await metrics(this.port)
    this.samples.push({
      asked,
      resident: found.reeve_process_resident_memory_bytes / megabyte,
      heap: found.reeve_nodejs_heap_size_used_bytes / megabyte,
    })
  }

  /** How large it was early, once all was loaded, and how large it is now: the least of many looks, for garbage comes and goes. */
  get growth() {
    const fifth = Math.ceil(this.samples.length / 5)
    const least = (part, what) => Math.round(Math.min(...part.map((sample) => sample[what])))
    const early = this.samples.slice(fifth, 2 * fifth)
    const late = this.samples.slice(-fifth)
    return {
      heap: { early: least(early, 'heap'), late: least(late, 'heap') },
      resident: { early: least(early, 'resident'), late: least(late, 'resident') },
      residentMost: Math.round(Math.max(...this.samples.map(({ resident }) => resident))),
    }
  }

  get faults() {
    if (this.samples.length < 25) return []
    const { heap, resident } = this.growth
    return [
      ...(heap.late - heap.early > heapMost ? [`the heap grew from ${heap.early} to ${heap.late} MB`] : []),
      ...(resident.late - resident.early > residentMost
        ? [`the process grew from ${resident.early} to ${resident.late} MB`]
        : []),
    ]
  }
}

/** When nobody asks any more, nothing is under way. */
export async function atRest(port, postgresUrl) {
  const faults = []
  const found = await metrics(port)
  const { total, idle, waiting } = connectionsIn(found)
  if (idle !== total || waiting !== 0)
    faults.push(`of ${total} connections to the database ${idle} are idle, ${waiting} requests wait for one`)
  const client = new pg.Client(postgresUrl)
  await client.connect()
  const { rows } = await client.query(
    `select state, left(query, 80) as query from pg_stat_activity
     where datname = current_database() and usename = 'reeve_app' and state <> 'idle'`,
  )
  faults.push(...rows.map(({ state, query }) => `a connection is still ${state}: ${query}`))
  const locks = await client.query(
    `select mode from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  )
  faults.push(...locks.rows.map(({ mode }) => `somebody still holds an advisory lock: ${mode}`))
  await client.end()
  return faults
}

function connectionsIn(found) {
  const of = (state) => found[`reeve_pool_connections{state="${state}"}`]
  return { total: of('total'), idle: of('idle'), waiting: of('waiting') }
}

async function metrics(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
