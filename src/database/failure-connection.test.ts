import { randomBytes } from 'node:crypto'
/** The way to the database, and what can befall it; every error here comes from the live driver. */
import { createServer, connect as connectTo, type AddressInfo, type Server, type Socket } from 'node:net'
import { Client, Pool, type ClientBase, type ClientConfig } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { DatabaseFailure, toFailure, type Stage } from './failure.ts'

const url = inject('postgresUrl')
const schema = `failure_${randomBytes(4).toString('hex')}`
const pool = new Pool({ connectionString: url, max: 4, options: `-c search_path=${schema}` })
pool.on('error', () => {})

beforeAll(async () => {
  await pool.query(`
    create schema ${schema};
    create table teams (id int primary key);
    create role ${schema} login password 'p' connection limit 0`)
})

afterAll(async () => {
  await pool.query(`drop schema ${schema} cascade; drop role ${schema}`)
  await pool.end()
})

test('a session that is ended in the middle may begin again, as long as it had not asked to commit', async () => {
  expect(await endedDuring('statement')).toMatchObject({
    kind: 'shutting_down',
    retry: 'safe',
    closesConnection: true,
  })
  expect(await endedDuring('commit')).toMatchObject({ code: 'outcome_unknown', retry: 'unknown' })
  expect(await endedDuring(undefined)).toMatchObject({ code: 'outcome_unknown', retry: 'unknown' })
})

test('a transaction that does nothing for too long is ended, and undone', async () => {
  const client = await quiet()
  await client.query(`set idle_in_transaction_session_timeout = 20; begin`)
  const said = await new Promise((resolve) => client.once('error', resolve))
  const after = await failureOf(() => client.query('commit'), 'commit')
  await client.end()

  expect(toFailure(said, 'statement')).toMatchObject({ kind: 'transaction_idle_timeout', retry: 'safe' })
  // the commit was never sent, or never read: a client cannot always tell which
  expect(after.code).toMatch(/^(database_unreachable|outcome_unknown)$/)
})

test('a commit that was carried out although its answer was lost is unknown, not refused', async () => {
  const cut = await aLineThatBreaks({ atCommit: 'after' })
  const failure = await failureOf(() => commitThrough(cut, 101), 'commit')

  expect(failure).toMatchObject({ kind: 'outcome_unknown', code: 'outcome_unknown', retry: 'unknown' })
  await until(() => pool.query('select from teams where id = 101'))
})

test('a commit that never arrived looks the same from here', async () => {
  const cut = await aLineThatBreaks({ atCommit: 'before' })
  const failure = await failureOf(() => commitThrough(cut, 102), 'commit')

  expect(failure).toMatchObject({ kind: 'outcome_unknown', code: 'outcome_unknown', retry: 'unknown' })
  expect((await pool.query('select from teams where id = 102')).rowCount).toBe(0)
})

test('a statement that finds the line already broken was never sent', async () => {
  const client = await quiet()
  const lost = new Promise((resolve) => client.once('end', resolve))
  await pool.query(`select pg_terminate_backend(${await pidOf(client)})`)
  await lost

  const failure = await failureOf(() => client.query('commit'), 'commit')
  expect(failure).toMatchObject({ kind: 'connection_lost', retry: 'safe', closesConnection: true })
})

test('nobody listens: nothing was sent, and one may try again', async () => {
  const port = await aFreePort()

  for (const during of ['connect', 'statement', 'commit', 'unsaid'] as const) {
    const failure = await failureOf(() => connect({ port }), during)
    expect(failure).toMatchObject({ kind: 'connection_refused', code: 'database_unreachable', retry: 'safe' })
  }
})

test('a host of several addresses, none of which answers, is unreachable too', () => {
  const several = Object.assign(new AggregateError([new Error('one'), new Error('other')]), {
    code: 'ECONNREFUSED',
  })

  expect(toFailure(several)).toMatchObject({ kind: 'connection_refused', retry: 'safe' })
})

test('a name that no server answers to, and a socket that is no file', async () => {
  expect(await failureOf(() => connect({ host: 'nobody.invalid' }), 'connect')).toMatchObject({
    kind: 'connection_refused',
  })
  expect(await failureOf(() => connect({ host: '/nowhere' }), 'connect')).toMatchObject({
    kind: 'connection_refused',
  })
})

test('somebody listens and never answers: that is a time-out, for a client as for a pool', async () => {
  const deaf = await listening(() => {})
  const impatient = { port: portOf(deaf), connectionTimeoutMillis: 50 }

  expect(await failureOf(() => connect(impatient), 'connect')).toMatchObject({
    kind: 'connection_timeout',
    retry: 'safe',
  })
  expect(await failureOf(() => new Pool({ ...settings(), ...impatient }).connect(), 'connect')).toMatchObject(
    {
      kind: 'connection_timeout',
      retry: 'safe',
    },
  )
})

test('somebody hangs up before we are in: nothing was asked yet', async () => {
  const polite = await listening((socket) => socket.once('data', () => socket.end()))
  const rude = await listening((socket) => socket.once('data', () => socket.resetAndDestroy()))

  for (const server of [polite, rude]) {
    const failure = await failureOf(() => connect({ port: portOf(server) }), 'connect')
    expect(failure).toMatchObject({ kind: 'connection_lost', retry: 'safe' })
  }
})

test('the wrong password, none at all, and a database that is not there', async () => {
  expect(await failureOf(() => connect({ password: 'hush' }), 'connect')).toMatchObject({
    kind: 'connection_authentication',
    code: 'database_refused_us',
    retry: 'never',
  })
  expect(await failureOf(() => connect({ password: () => 7 as never }), 'connect')).toMatchObject({
    kind: 'connection_authentication',
  })
  expect(await failureOf(() => connect({ database: 'nobody' }), 'connect')).toMatchObject({
    kind: 'connection_no_database',
    code: 'database_refused_us',
    prismaCode: 'P1003',
  })
})

test('a role that we may not take, and a setting that does not exist, are refused before anything is asked', async () => {
  for (const options of ['-c role=nobody', '-c nothing=1']) {
    const failure = await failureOf(() => connect({ options }), 'connect')
    expect(failure).toMatchObject({
      kind: 'connection_settings',
      code: 'database_refused_us',
      retry: 'never',
    })
  }
})

test('TLS where the server speaks none', async () => {
  expect(await failureOf(() => connect({ ssl: true }), 'connect')).toMatchObject({
    kind: 'connection_tls',
    code: 'database_refused_us',
  })
})

test('a certificate that nobody vouches for', () => {
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
    expect(toFailure(Object.assign(new Error(code), { code }))).toMatchObject({ kind: 'connection_tls' })
  }
})

test('every connection is in use, and afterwards the pool is closed', async () => {
  const small = new Pool({ ...settings(), max: 1 })
  const only = await small.connect()
  small.options.connectionTimeoutMillis = 20
  const waited = await failureOf(() => small.connect(), 'connect')
  only.release()
  await small.end()
  const late = await failureOf(() => small.query('select 1'))

  expect(waited).toMatchObject({ kind: 'pool_exhausted', code: 'database_busy', retry: 'safe' })
  expect(late).toMatchObject({ kind: 'pool_closed', code: 'shutting_down', retry: 'never' })
})

test('the server takes no more connections of this role', async () => {
  const failure = await failureOf(() => connect({ user: schema, password: 'p' }), 'connect')

  expect(failure).toMatchObject({ kind: 'resource_connections', code: 'database_busy', retry: 'safe' })
})

test('an answer that does not come in time leaves a connection that nobody may use again', async () => {
  const client = await quiet({ query_timeout: 20 })
  const [inside, unsure] = [
    await failureOf(() => client.query('select pg_sleep(0.1)'), 'statement'),
    await failureOf(() => client.query('select pg_sleep(0.1)'), 'unsaid'),
  ]
  await client.end()

  expect(inside).toMatchObject({ kind: 'connection_lost', closesConnection: true })
  expect(unsure).toMatchObject({ kind: 'outcome_unknown', closesConnection: true })
})

test('a failure is not wrapped twice, so that what was unknown stays unknown', async () => {
  const failure = await endedDuring('commit')

  expect(toFailure(failure, 'statement')).toBe(failure)
})

/** The failure that this ends in; it must end in one. */
async function failureOf(work: () => Promise<unknown>, during: Stage | 'unsaid' = 'statement') {
  const failure = await work().then(
    () => undefined,
    (error: unknown) => toFailure(error, during === 'unsaid' ? undefined : during),
  )
  expect(failure).toBeInstanceOf(DatabaseFailure)
  return failure as DatabaseFailure
}

async function endedDuring(during: Stage | undefined): Promise<DatabaseFailure> {
  const client = await quiet()
  const pid = await pidOf(client)
  const failing = client.query('select pg_sleep(5)').then(
    () => undefined,
    (error: unknown) => toFailure(error, during),
  )
  await until(() => pool.query(`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`))
  await pool.query(`select pg_terminate_backend(${pid})`)
  return (await failing) as DatabaseFailure
}

function settings(): ClientConfig {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    ssl: false,
  }
}

async function connect(different: ClientConfig): Promise<Client> {
  const client = new Client({ ...settings(), ...different })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A client that is allowed to lose its connection. */
function quiet(different: ClientConfig = {}): Promise<Client> {
  return connect({ ...different, options: `-c search_path=${schema}` })
}

async function pidOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return rows[0].pid
}

async function until(question: () => Promise<{ rowCount: number | null }>): Promise<void> {
  while (!(await question()).rowCount) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function commitThrough(server: Server, id: number): Promise<void> {
  const client = await quiet({ host: '127.0.0.1', port: portOf(server) })
  await client.query(`begin; insert into teams values (${id})`)
  await client.query('commit')
}

/** A server between us and PostgreSQL that hangs up when it sees a commit: before it passes it on, or after. */
function aLineThatBreaks({ atCommit }: { atCommit: 'before' | 'after' }): Promise<Server> {
  const { host, port } = settings()
  return listening((near) => {
    const far = connectTo(port!, host!)
    far.on('error', () => near.destroy())
    far.pipe(near)
    near.on('close', () => far.end())
    near.on('data', (data) => {
      if (!data.includes('commit')) return far.write(data)
      far.unpipe(near)
      if (atCommit === 'after') far.write(data)
      return near.destroy()
    })
  })
}

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

async function listening(answer: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    answer(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function aFreePort(): Promise<number> {
  const server = await listening(() => {})
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}
