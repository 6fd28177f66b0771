import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openDatabase } from '../database/database.ts'
import type { Access } from '../database/pool.ts'
import { openPrisma } from '../database/prisma.ts'
import { uuidV7 } from '../foundation/id.ts'
import { aHealthyOne, appOn, testApp, type Answer } from '../testing/http.ts'
import { codesOf, expectAsDescribed, operationsOf, responseOf, type OpenApi } from '../testing/openapi.ts'
import { aUser } from '../testing/people.ts'
import { aPlace, type Ids } from '../testing/place.ts'
import { refusedTrials } from '../testing/refused.ts'
import { aScene, type Scene, type Trial } from '../testing/scene.ts'
import {
  breakApart,
  crossing,
  cutAtCommit,
  fillUp,
  lockEverything,
  loseAnswers,
  makeReadOnly,
  noticeDeadlocks,
  spendRetries,
} from '../testing/trouble.ts'
import type { App } from './house.ts'
import { problemCodes } from './problem-codes.ts'

/*
 * The document promises answers: for each operation its statuses, and with each that refuses its codes. Here every
 * operation meets everything that may happen to it, in a real app on a real database. `ask` fails where an answer is not
 * promised; the last tests fail where a promise is one that nobody got.
 */

const timeout = 120_000
const world = await testApp({ console: 'nowhere' })
const { ask, admin, database, signIn, access } = world
const { body: document } = await ask<OpenApi>('GET', '/openapi.json')
const operations = operationsOf(document)
const all = Object.keys(operations)
const api = all.filter((route) => /\/(v1|access)\//.test(route))
const changes = api.filter((route) => !route.startsWith('GET '))
const inTenants = api.filter((route) => route.includes(':tenantId') || route.includes(' /access/'))
const acme = await aScene(world, document)

/** What was answered: `GET /v1/session 401 not_signed_in`. */
const met = new Set<string>()
/** What was said with a code. */
const said: Record<string, Set<string>> = {}

test('every operation does what it is for', { timeout }, async () => {
  const changed = await aScene(world, document)
  for (const route of all) {
    const scene = route.startsWith('DELETE ') ? await aScene(world, document) : changed
    expect((await knock(world, route, scene)).status, route).toBeLessThan(300)
  }
})

test('whoever has what there is already is told so', async () => {
  for (const route of all.filter((one) => !changes.includes(one)))
    await knock(world, route, acme, { headers: { 'if-none-match': '*' } })
})

test('strangers, and people of other tenants, find no way in', async () => {
  const elsewhere = await aPlace(world, 'Elsewhere')
  for (const route of api) await knock(world, route, acme, { token: undefined })
  for (const route of inTenants) await knock(world, route, acme, { token: elsewhere.token })
})

test('whoever has no role may do nothing', async () => {
  const token = await signIn(await aUser(database, acme, { roles: [] }))
  for (const route of inTenants) await knock(world, route, acme, { token })
})

test('what is not there cannot be read or changed', async () => {
  for (const route of inTenants) await knock(world, route, acme, { ids: lastOf(route, uuidV7()) })
})

test('a page of another site changes nothing', async () => {
  const headers = { cookie: `__Host-reeve_session=${acme.token}`, 'sec-fetch-site': 'cross-site' }
  for (const route of changes) await knock(world, route, acme, { token: undefined, headers })
})

test('what cannot be read is not taken', async () => {
  for (const route of api) {
    await knock(world, route, acme, { question: '?unknown=1' })
    await knock(world, route, acme, { question: '?cursor=made-up' })
    if (route.includes(':')) await knock(world, route, acme, { ids: lastOf(route, 'x'.repeat(300)) })
  }
  for (const route of all.filter((one) => !api.includes(one) && one.includes(':')))
    await knock(world, route, acme, { ids: lastOf(route, 'x'.repeat(300)) })
  await knock(world, 'POST /v1/tenants/:tenantId/users', acme, {
    body: { email: 'mia@example.com', name: '' },
  })
  for (const route of changes) {
    await knock(world, route, acme, { body: 'Hello', headers: { 'content-type': 'text/plain' } })
    await knock(world, route, acme, { body: { text: 'x'.repeat(1_000_000) } })
  }
})

test('what does not even arrive is not taken either', async () => {
  const [patient, hasty] = [
    await appOn(world, { console: 'nowhere' }),
    await appOn(world, { console: 'nowhere' }),
  ]
  Object.assign(hasty.app.server, { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 })
  for (const { app } of [patient, hasty]) await app.listen({ host: '127.0.0.1', port: 0 })
  await Promise.all(
    all.map(async (route) => {
      const { method, url } = acme.wanting(route)
      const head = `${method} ${url} HTTP/1.1\r\nhost: x\r\n`
      const answers = [
        await say(patient.app, `${head}a: b\0c\r\n\r\n`),
        await say(patient.app, `${method} ${url} HTTP/1.1\r\nconnection: close\r\n\r\n`),
        await say(patient.app, `${head}a: ${'x'.repeat(20_000)}\r\n\r\n`),
        await say(hasty.app, head),
      ]
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 431, 408])
      for (const answer of answers) expectAsDescribed(document, route, answer)
      for (const answer of answers) note(route, answer)
    }),
  )
})

test('what has changed since is not changed again', async () => {
  for (const route of changes) await knock(world, route, acme, { headers: { 'if-match': '"another"' } })
})

test('a key that came with another request is refused', { timeout }, async () => {
  const scene = await aScene(world, document)
  for (const route of changes) {
    const headers = { 'idempotency-key': uuidV7() }
    const [before, body] = await earlier(route)
    expect((await knock(world, before, scene, { headers, body })).status, before).toBeLessThan(300)
    await knock(world, route, scene, { headers })
  }
})

test('whoever asks too much waits', async () => {
  const strict = await appOn(world, { console: 'nowhere', limits: { all: 0, costly: 0 } })
  for (const route of all) await knock(strict, route, acme)
})

test('a server that stops takes nothing new', async () => {
  const stopping = await appOn(world, {
    console: 'nowhere',
    health: { ...aHealthyOne, draining: () => true },
  })
  for (const route of all) await knock(stopping, route, acme)
})

test('a database that is not there, or lets nobody in', async () => {
  for (const changed of [{ port: 1 }, { password: 'wrong' }]) {
    const app = await appWith(changed)
    for (const route of all) {
      spendRetries()
      await knock(app, route, acme)
    }
  }
})

test('a database that has no time', { timeout }, async () => {
  const slow = await appWith({ statementTimeoutMs: 50 })
  const release = await lockEverything(admin)
  for (const route of api) await knock(slow, route, acme)
  await release()
})

test('a database that is busy with others', { timeout }, async () => {
  const pool = openDatabase({ ...access, poolSize: 1, acquireTimeoutMs: 50 })
  const busy = await appOn(world, await through(pool))
  const theOnly = await pool.pool.connect()
  for (const route of api) {
    spendRetries()
    await knock(busy, route, acme)
  }
  theOnly.release()
})

test('a database that takes no changes, or has no room for them', { timeout }, async () => {
  for (const trouble of [makeReadOnly, fillUp]) {
    const there = await testApp({ console: 'nowhere' })
    const scene = await aScene(there, document)
    await trouble(there.admin)
    const app = await appOn(there, await through(openDatabase(there.access)))
    for (const route of changes) {
      spendRetries()
      await knock(app, route, scene)
    }
  }
})

test('two who change the same at once', { timeout }, async () => {
  const there = await testApp({ console: 'nowhere' })
  const scene = await aScene(there, document)
  await noticeDeadlocks(there.admin)
  const app = await appOn(there, await through(openDatabase({ ...there.access, lockTimeoutMs: 2_000 })))
  for (const route of changes) {
    const meet = () => crossing(there.admin, () => knock(app, route, scene))
    // on a busy machine the other may come too late to be in its way
    for (let tries = 0; tries < 5 && (await meet()).body.code === 'database_busy'; tries++);
  }
})

test('a change of which nobody knows whether it was made', { timeout }, async () => {
  const there = await testApp({ console: 'nowhere' })
  const scene = await aScene(there, document)
  await loseAnswers(there.admin)
  for (const route of changes) await knock(there, route, scene)
})

test('whoever only reads is never told that something may have been changed', async () => {
  const app = await appWith(await cutAtCommit(access))
  const answers = await Promise.all(
    api.filter((one) => !changes.includes(one)).map((route) => knock(app, route, acme)),
  )
  expect(answers.map(({ body }) => body.code)).toContain('database_unreachable')
})

test('a mistake of ours', async () => {
  const there = await testApp({ console: 'nowhere' })
  const scene = await aScene(there, document)
  await breakApart(there.admin)
  for (const route of api) await knock(there, route, scene)
})

test.each(refusedTrials(world, acme))('%s refuses: %s', async (route, code, trialFor) => {
  const scene = await aScene(world, document)
  const answer = await knock(world, route, scene, await trialFor(scene))
  expect(answer.body).toMatchObject({ code })
})

test('of two who take the same address at once, the one who comes by an invitation may be the second', async () => {
  const route = 'POST /v1/invitations/accept'
  const scene = await aScene(world, document)
  const email = `twice-${uuidV7()}@example.com`
  const invite = `/v1/tenants/${scene.tenantId}/invitations`
  const { body: invited } = await ask<{ token: string }>('POST', invite, {
    token: scene.token,
    body: { email },
  })
  const first = await admin.connect()
  await first.query('begin')
  await first.query('select from reeve.account_create($1, $2, $3, null)', [uuidV7(), email, 'The first'])

  const body = { token: invited.token, name: 'The second', password: 'tvqk zmwp hxrd' }
  const second = knock(world, route, scene, { body })
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await expect.poll(async () => (await admin.query(waiting)).rowCount).toBe(1)
  await first.query('commit')
  first.release()

  expect((await second).body).toMatchObject({ code: 'email_taken' })
})

test('nothing is promised that nobody gets', () => {
  expect(promises().filter((one) => !met.has(one))).toEqual([])
  expect(promises().length).toBeGreaterThan(800)
})

test('the example of each problem is what somebody was told', async () => {
  note('PUT /v1/tenants', await ask('PUT', '/v1/tenants'))
  const invented = Object.entries(problemCodes).filter(
    ([code, { example }]) => !said[code]?.has(JSON.stringify(example)),
  )
  expect(invented.map(([code]) => [code, [...(said[code] ?? [])].slice(0, 5)])).toEqual([])
})

type Told = { code?: string; detail: string; remedy: string }

/** Asks for what an operation is for, with something else about it; notes what is answered. */
async function knock(
  app: { ask: typeof ask },
  route: string,
  scene: Scene,
  { ids, question = '', ...other }: Trial = {},
): Promise<Answer<Told>> {
  const { method, url, request } = scene.wanting(route, ids)
  const answer = await app.ask<Told>(method, url + question, { ...request, ...other })
  note(route, answer)
  return answer
}

function note(route: string, answer: Answer): void {
  const { code = '', detail, remedy } = answer.body as Told
  met.add(`${route} ${answer.status} ${code}`.trimEnd())
  said[code] ??= new Set()
  said[code].add(JSON.stringify({ detail, remedy }))
}

function promises(): string[] {
  return Object.entries(operations).flatMap(([route, operation]) =>
    Object.keys(operation.responses).flatMap((status) => {
      const codes = codesOf(responseOf(document, operation, status)!)
      return codes.length === 0 ? [`${route} ${status}`] : codes.map((code) => `${route} ${status} ${code}`)
    }),
  )
}

/** An app with a way of its own to the database. */
async function appWith(changed: Partial<Access>) {
  return appOn(world, await through(openDatabase({ ...access, ...changed })))
}

async function through(way: typeof database) {
  return { console: 'nowhere', database: way, prisma: await openPrisma(way) }
}

/** What is said on a connection, and what is answered. */
async function say({ server }: App, text: string): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (more: string) => void (heard += more))
  socket.write(text)
  await new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
  const [head = '', body = '{}'] = heard.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]))
  return { status: Number(first.split(' ')[1]), body: JSON.parse(body) as unknown, headers }
}

/** Something else for the last thing that the path names. */
function lastOf(route: string, other: string): Partial<Ids> {
  const last = route.match(/(?<=:)\w+/g)?.at(-1)
  return last === undefined ? {} : { [last]: other }
}

/** Something else that whoever asks for this could have done with their key before. */
async function earlier(route: string): Promise<[string, object | undefined]> {
  if (route.includes(':tenantId')) return ['POST /v1/tenants/:tenantId/roles', { name: uuidV7() }]
  if (acme.wanting(route).request.token) return ['PATCH /v1/account', { name: uuidV7() }]
  const { wanting } = await aScene(world, document)
  return [route, wanting(route).request.body as object]
}
