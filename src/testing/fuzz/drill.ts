import { Agent, request } from 'node:http'
import pg from 'pg'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import type { OpenApi } from '../openapi.ts'
import { fuzz, type Fuzz } from './fuzz.ts'
import type { Heard } from './judge.ts'
import type { Sent } from './speak.ts'
import type { Tally } from './tally.ts'
import { wordsOf } from './words.ts'

export type Drill = Pick<Fuzz, 'seed' | 'requests' | 'look'> & {
  port: number
  /** A superuser's, of the database that the server has. */
  postgresUrl: string
  /** Hears of every fault, in words; the run goes on. */
  onFault: (words: string) => void
}

/** The same as in the tests, over sockets to a server that is a process of its own. */
export async function drill({ port, postgresUrl, onFault, ...run }: Drill): Promise<Tally> {
  const { hostname, port: postgresPort, username, password, pathname } = new URL(postgresUrl)
  const admin = new pg.Pool({ connectionString: postgresUrl, max: 4 })
  const database = openDatabase({
    host: hostname,
    port: Number(postgresPort),
    user: username,
    password,
    database: pathname.slice(1),
    poolSize: 2,
    acquireTimeoutMs: 30_000,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 30_000,
    idleInTransactionTimeoutMs: 30_000,
  })
  const agent = new Agent({ keepAlive: true })
  const send = (one: Sent) =>
    overSocket(agent, port, one).catch((error: NodeJS.ErrnoException & { reused?: boolean }) => {
      // the server closes what is idle for a minute, perhaps in this very moment
      if (error.reused && error.code === 'ECONNRESET') return overSocket(agent, port, one)
      throw error
    })
  try {
    const { text } = await send({ method: 'GET', url: '/openapi.json', headers: {} })
    const document = JSON.parse(text) as OpenApi
    const stage = { database, admin }
    return await fuzz({ ...run, document, stage, send, onFault: (fault) => onFault(wordsOf(fault)) })
  } finally {
    agent.destroy()
    await closeDatabase(database)
    await admin.end()
  }
}

function overSocket(agent: Agent, port: number, { method, url, headers, body }: Sent): Promise<Heard> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path: url, agent, headers: { ...headers, ...length } },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({
            status: answer.statusCode!,
            headers: answer.headers,
            text: Buffer.concat(parts).toString(),
          }),
        )
      },
    )
    sent.once('error', (error) => reject(Object.assign(error, { reused: sent.reusedSocket })))
    sent.end(body)
  })
}
