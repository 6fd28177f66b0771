// Where everything happens: an embedded PostgreSQL of our own, in a folder that is thrown away.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { removeInside } from '../dist/foundation/guard.js'
import { appLogin } from '../dist/operations/embedded/app-login.js'
import { startEmbedded } from '../dist/operations/embedded/embedded.js'
import { deploy } from '../dist/operations/migrate/deploy.js'
import { houseRoles } from '../dist/operations/migrate/roles.js'
import { load, sizeOf } from '../dist/operations/perf/load.js'

const prisma = fileURLToPath(new URL('../prisma', import.meta.url))

/** The same for everybody; what is acknowledged is on disk, as it would be in earnest. */
export const settings = { shared_buffers: '512MB', max_wal_size: '4GB', max_connections: '200' }

/** Starts a PostgreSQL and hands the place to the work; takes everything away afterwards, whatever happened. */
export async function inPlace(work) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-'))
  const files = join(folder, 'files')
  const closing = []
  try {
    const server = await startEmbedded({ directory: join(folder, 'postgresql'), settings })
    closing.push(() => server.stop())
    await mkdir(files)
    return await unlessTold(() => work({ server, folder: files, closing }))
  } finally {
    for (const close of closing.toReversed()) await close().catch((error) => console.error(error.message))
    await removeInside(tmpdir(), folder)
  }
}

/** Somebody wanted it to end. */
export class Stopped extends Error {}

/** Ctrl-C ends the work here and not the process, which still has to clean up. */
async function unlessTold(work) {
  let stop
  const told = new Promise(
    (_, reject) => (stop = (signal) => reject(new Stopped(`stopped by ${signal}: nothing was kept`))),
  )
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop)
  const done = work()
  done.catch(() => {})
  return Promise.race([done, told])
}

/** An empty database with an owner of its own, for a contender. */
export async function makeDatabase(server, name) {
  const password = randomBytes(18).toString('hex')
  await query(server.url(), `create role ${name} login password '${password}'`)
  await query(server.url(), `create database ${name} owner ${name}`)
  return { host: server.host, port: server.port, user: name, password, database: name }
}

/** Our own database, with so many people, and how the server logs in to it. */
export async function ourDatabase(server, users, say) {
  await query(server.url(), 'create database reeve')
  const connect = () => ({ connectionString: server.url('reeve') })
  await deploy({ connect, folder: join(prisma, 'migrations'), roles: houseRoles(prisma) })
  await load(connect(), sizeOf(users), ({ message, done, total }) => say(`Reeve: ${message}`, done, total))
  const password = await appLogin(server, 'reeve')
  return { host: server.host, port: server.port, user: 'reeve_app', password, database: 'reeve' }
}

/** One statement over a connection of its own. */
export async function query(url, text, values) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

export function urlOf({ host, port, user, password, database }) {
  return `postgresql://${user}:${password}@${host}:${port}/${database}`
}
