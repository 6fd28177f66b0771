import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../foundation/refusal.ts'
import { prepareBinaries, type Binaries } from './binaries.ts'
import { createCluster, majorOfData, refuseOtherMajor, resetPassword, writeSettings } from './cluster.ts'
import { takeLease, type Holder, type Lease } from './lease.ts'
import { keepPassword, makePassword, readPassword } from './password.ts'
import { defaultShelter, findPlace, type Place } from './place.ts'
import { choosePort, portTaken, rememberPort } from './port.ts'
import { clearPidFile, findPostmaster, hasEnded, launch, shutDown, type Postmaster } from './postmaster.ts'
import { untilReady, wrongPassword } from './ready.ts'
import { supervise, watch, type Supervision } from './supervision.ts'

export type Embedded = {
  host: string
  port: number
  user: 'postgres'
  password: string
  /** The connection string of a database (default: `postgres`). It contains the password. */
  url(database?: string): string
  /** The server's version, as `18.4`. */
  version: string
  /** Whether another process owns this server. Should that be killed, the server becomes ours. */
  readonly joined: boolean
  /** Stops the server and waits for it; leaves it running while another process owns it. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  /** Holds the data, the password, the port and the log; made if missing. Usually `.reeve`. */
  directory: string
  /** This port or none. Without it: the one of last time, else a free one. */
  port?: number
  /** The `native` folder of another PostgreSQL than the one installed. */
  binaries?: string
  /** PostgreSQL settings, over ours. */
  settings?: Record<string, string>
  log?: (line: string) => void
  /** Where root keeps what the server's account cannot reach. */
  shelter?: string
}

type Start = {
  place: Place
  binaries: Binaries
  port: number | undefined
  settings: Record<string, string>
  log: (line: string) => void
}

/**
 * Starts the PostgreSQL of a directory, or joins the one that already runs there. Never two in one directory.
 *
 * Whoever starts it owns it and stops it. A server whose owner was killed is adopted: kept running, and now ours.
 * Should this process end without `stop`, the server is told to shut down.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => {})
  const shelter = options.shelter ?? defaultShelter
  const place = await findPlace({ directory: options.directory, shelter, log })
  const homes = place.account ? [shelter, place.base] : [place.base]
  const binaries = await prepareBinaries(place.account, homes, options.binaries && resolve(options.binaries))
  refuseOtherMajor(place.data, await majorOfData(place.data), binaries)
  const start: Start = { place, binaries, port: options.port, settings: options.settings ?? {}, log }

  const until = Date.now() + 90_000
  let waited = 0
  for (;;) {
    const lease = await takeLease(`${place.data}.owner`)
    if (lease.mine) return own(start, lease)
    const joined = await join(start, lease)
    if (joined) return joined
    if (Date.now() > until) throw inUse(place, lease)
    if (waited++ === 40)
      log(`waiting for process ${lease.process.pid}, which starts or stops the server in ${place.data}`)
    await sleep(50)
  }
}

/** With the lease: adopts the server that an owner who was killed left behind, or starts one. */
async function own(start: Start, lease: Lease): Promise<Embedded> {
  try {
    const { postmaster, password, version } = (await adopt(start)) ?? (await startAnew(start))
    const supervision = supervise(postmaster.process, lease, start.log)
    return embedded(postmaster.port, password, version, supervision)
  } catch (error) {
    lease.release()
    throw error
  }
}

async function adopt(start: Start) {
  const running = await findPostmaster(start.place.data)
  if (!running) return undefined
  const password = await readPassword(start.place.directory)
  if (running.stopping || !password || (start.port !== undefined && start.port !== running.port)) {
    await stopOrphan(start, running)
    return undefined
  }
  const version = await untilReady(start.place, running, password)
  if (version === undefined) return undefined // it was about to end, and has ended
  start.log(
    `PostgreSQL was already running (process ${running.process.pid}), left by a process that ended; it is ours now`,
  )
  return { postmaster: running, password, version }
}

async function stopOrphan(start: Start, running: Postmaster): Promise<void> {
  if (
    running.stopping ? await hasEnded(running.process, 40_000) : (await shutDown(running.process)) !== 'stuck'
  )
    return
  throw new Refusal(
    'postgres_in_use',
    `a PostgreSQL (process ${running.process.pid}) lives in ${start.place.data} and does not end`,
    `end that process, then start again`,
  )
}

async function startAnew(start: Start) {
  const { place, binaries, settings } = start
  if (start.port !== undefined) await choosePort(place.directory, start.port) // refused before anything is made
  const kept = await readPassword(place.directory)
  const password = kept ?? makePassword()
  const found = await majorOfData(place.data)
  refuseOtherMajor(place.data, found, binaries) // again: another process may have made it since
  if (found === undefined) {
    start.log(`creating a PostgreSQL ${binaries.version} database in ${place.data}`)
    await createCluster(place, binaries, password, settings['fsync'] !== 'off')
  } else {
    await clearPidFile(place.data)
    if (!kept) await resetPassword(place, binaries, password)
  }
  if (!kept) await keepPassword(place.directory, password)
  await writeSettings(place, settings)
  return launchUntilReady(start, password)
}

/** Two causes of failure pass by themselves: a port taken in the last moment, and children of a killed server. */
async function launchUntilReady(start: Start, password: string) {
  const { place, binaries } = start
  const until = Date.now() + 30_000
  for (;;) {
    const port = await choosePort(place.directory, start.port)
    const { postmaster, said } = await launch(place, binaries, port)
    const version = await untilReady(place, postmaster, password).catch(async (error: unknown) => {
      await shutDown(postmaster.process)
      throw error
    })
    if (version !== undefined) {
      if (start.port === undefined) await rememberPort(place.directory, port)
      return { postmaster, password, version }
    }
    const words = await said()
    const portWasTaken = /could not (bind|create any TCP)/.test(words)
    if (portWasTaken && start.port !== undefined) throw portTaken(port)
    if (!portWasTaken && !/pre-existing shared memory block/.test(words)) throw died(place, words)
    if (Date.now() > until) throw died(place, words)
    await sleep(100)
  }
}

/** With another owner: the server once it answers, undefined while there is none. */
async function join(start: Start, holder: Holder): Promise<Embedded | undefined> {
  if (holder.elsewhere) throw inUse(start.place, holder)
  const running = await findPostmaster(start.place.data)
  if (!running || running.stopping || running.port === 0) return undefined
  const password = await readPassword(start.place.directory)
  if (!password) throw wrongPassword(start.place)
  const version = await untilReady(start.place, running, password)
  if (version === undefined) return undefined
  start.log(`joined the PostgreSQL that process ${holder.process.pid} started; it ends with that process`)
  const supervision = watch(running.process, holder, () => takeLease(`${start.place.data}.owner`), start.log)
  return embedded(running.port, password, version, supervision)
}

function embedded(port: number, password: string, version: string, supervision: Supervision): Embedded {
  let stopped: Promise<void> | undefined
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    url: (database = 'postgres') =>
      `postgresql://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    version,
    get joined() {
      return !supervision.mine
    },
    stop: () => (stopped ??= supervision.stop()),
  }
}

function died(place: Place, words: string): Refusal {
  const last = words.trim().split('\n').slice(-6).join('\n')
  return new Refusal(
    'postgres_failed',
    `PostgreSQL ended instead of starting. Its last words:\n${last}`,
    `read ${place.directory}/postgres.log, or set DATABASE_URL to a PostgreSQL of your own`,
  )
}

function inUse(place: Place, holder: Holder): Refusal {
  const who = holder.elsewhere ? 'another container or machine' : `process ${holder.process.pid}`
  return new Refusal(
    'postgres_in_use',
    `${place.data} is in use by ${who}, and there is no server there that we could join`,
    holder.elsewhere
      ? 'stop it there first; two servers on the same data would destroy it'
      : 'wait for it, or end it',
  )
}
