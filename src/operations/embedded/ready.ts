import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Refusal } from '../../foundation/refusal.ts'
import type { Place } from './place.ts'
import type { Postmaster } from './postmaster.ts'
import { isRunning } from './processes.ts'

/**
 * Another server may have taken the port in the last moment: then it answers, while ours is about to find out and end.
 * So long a stranger is believed to be one.
 */
const strangerMs = 3_000

/** The version of a server that answers and is ours; undefined when it ended instead. */
export async function untilReady(
  place: Place,
  postmaster: Postmaster,
  password: string,
): Promise<string | undefined> {
  let until = Date.now() + 60_000
  let strangerUntil: number | undefined
  while (isRunning(postmaster.process)) {
    const answer = await ask(postmaster.port, password)
    if (answer.ready && answer.data === place.data) return answer.version
    if (answer.ready || answer.code === '28P01') {
      strangerUntil ??= Date.now() + strangerMs
      if (Date.now() > strangerUntil) {
        throw answer.ready ? notOurs(place, postmaster, `it serves ${answer.data}`) : wrongPassword(place)
      }
    } else if (answer.code === '57P03') until = Math.max(until, Date.now() + 60_000) // starting up: it may have much to recover
    else if (Date.now() > until) throw notOurs(place, postmaster, answer.message)
    await sleep(20)
  }
  return undefined
}

type Answer =
  | { ready: true; version: string; data: string }
  | { ready: false; code: string | undefined; message: string }

async function ask(port: number, password: string): Promise<Answer> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  })
  client.on('error', () => {}) // an end in the middle also rejects what we wait for
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string; data: string }>(
      `select current_setting('server_version') as version, current_setting('data_directory') as data`,
    )
    return { ready: true, ...rows[0]! }
  } catch (error) {
    return { ready: false, code: (error as { code?: string }).code, message: (error as Error).message }
  } finally {
    await client.end().catch(() => {})
  }
}

function notOurs(place: Place, postmaster: Postmaster, why: string): Refusal {
  return new Refusal(
    'postgres_failed',
    `a PostgreSQL (process ${postmaster.process.pid}, port ${postmaster.port}) does not let us in: ${why}`,
    `read ${place.directory}/postgres.log; end that process and start again`,
  )
}

/** The password file is lost or wrong. */
export function wrongPassword(place: Place): Refusal {
  return new Refusal(
    'postgres_failed',
    `${place.directory}/postgres.password is missing, or is not the password of the running PostgreSQL`,
    'stop every Reeve that uses it, delete that file, and start again: a new password is set',
  )
}
