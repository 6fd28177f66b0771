import { once } from 'node:events'
import { createServer, request as askServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createClient, each, etagOf, type Problem } from '../../client/src/client.ts'
import { aHealthyOne, testApp } from '../testing/http.ts'
import { aTenant } from '../testing/people.ts'

/** What becomes of a request: nothing reaches the server, or it does its work and the answer is lost on the way. */
type Fate = 'refused' | 'answer lost' | 'answer cut' | 'silence' | 'answered'

let draining = false
const { app, database, signIn } = await testApp({ health: { ...aHealthyOne, draining: () => draining } })
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

const fates: Fate[] = []
const seen: IncomingMessage[] = []
const line = createServer((request, response) => void carry(request, response))
line.listen(0, '127.0.0.1')
await once(line, 'listening')
const baseUrl = `http://127.0.0.1:${(line.address() as AddressInfo).port}`
afterAll(() => {
  line.closeAllConnections()
  line.close()
})

const { tenantId, owner } = await aTenant(database)
const reeve = createClient({ baseUrl, token: await signIn(owner) })
const direct = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: await signIn(owner) })

beforeEach(() => {
  fates.length = 0
  seen.length = 0
})

test.each<Fate>(['refused', 'answer lost', 'answer cut'])(
  'somebody is read although the line fails: %s',
  async (fate) => {
    fates.push(fate, fate)

    expect(await reeve.readTenant({ tenantId })).toMatchObject({ id: tenantId })
    expect(seen).toHaveLength(3)
  },
)

test.each<Fate>(['refused', 'answer lost', 'answer cut'])(
  'a post is written once, and answered, although the line fails: %s',
  async (fate) => {
    fates.push(fate, fate)
    const title = `written while the line fails: ${fate}`

    const written = await reeve.createPost({ tenantId }, { title, content: '…' })

    expect(written).toMatchObject({ title })
    expect(await titled(title)).toEqual([written.id])
    expect(seen).toHaveLength(3)
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  },
)

test('somebody is added, changed and deleted once, although each answer is lost', async () => {
  fates.push('answer lost')
  const kim = await reeve.createUser({ tenantId }, { email: 'kim@example.com', name: 'Kim' })
  const here = { tenantId, userId: kim.id }

  fates.push('answer lost')
  const changed = await reeve.updateUser(here, { name: 'Lee' }, { ifMatch: etagOf(kim) })
  expect(changed).toMatchObject({ id: kim.id, name: 'Lee' })

  fates.push('answer lost')
  expect(await reeve.deleteUser(here)).toBeUndefined()

  const actions = []
  for await (const { action, entityId } of each(direct.listAudit, { tenantId, limit: 100 })) {
    if (entityId === kim.id) actions.push(action)
  }
  expect(actions).toEqual(['user.deleted', 'user.updated', 'user.created'])
})

test('two calls are two posts: each has a key of its own', async () => {
  const post = { title: 'the same words twice', content: '…' }

  const first = await reeve.createPost({ tenantId }, post)
  const second = await reeve.createPost({ tenantId }, post)

  expect(second.id).not.toBe(first.id)
})

test('a key of one’s own holds across calls, and for the same words alone', async () => {
  const options = { idempotencyKey: 'order-4711' }
  const post = { title: 'order 4711', content: '…' }

  const first = await reeve.createPost({ tenantId }, post, options)
  expect(await reeve.createPost({ tenantId }, post, options)).toEqual(first)
  await expect(
    reeve.createPost({ tenantId }, { ...post, title: 'order 4712' }, options),
  ).rejects.toMatchObject({ code: 'idempotency_key_reused', status: 422 })

  expect(await titled(post.title)).toEqual([first.id])
})

test('without a key nothing is written twice, and whoever asked is told that the outcome is not known', async () => {
  fates.push('answer lost')
  const post = { title: 'without a key', content: '…' }

  const told = reeve.createPost({ tenantId }, post, { idempotencyKey: false })

  await expect(told).rejects.toMatchObject({ code: 'unreachable', status: 0 })
  expect(await titled(post.title)).toHaveLength(1)
  expect(seen).toHaveLength(1)
})

test('signing up and in makes one account and one session, although each answer is lost', async () => {
  const credentials = { email: 'mia@example.com', password: 'correct horse battery' }
  fates.push('answer lost')
  await reeve.signUp({ ...credentials, name: 'Mia' })

  fates.push('answer lost')
  const { token } = await reeve.signIn(credentials)

  const mia = createClient({ baseUrl, token })
  expect((await mia.listSessions()).items).toHaveLength(2) // the one of signing up, and this
})

test('a server that says nothing is given up in time, and asked again', async () => {
  fates.push('silence')
  expect(await reeve.readTenant({ tenantId }, { timeoutMs: 1_000 })).toMatchObject({ id: tenantId })

  fates.push('silence', 'silence')
  const began = Date.now()
  const problem = await reeve
    .readTenant({ tenantId }, { timeoutMs: 1_000, attempts: 2 })
    .catch((error) => error)
  expect(problem).toMatchObject({ code: 'unreachable', cause: { message: 'no answer within 1000 ms' } })
  expect(Date.now() - began).toBeLessThan(10_000)
})

test('a server that is being replaced is waited for, as long as it says', async () => {
  draining = true
  const began = Date.now()
  setTimeout(() => (draining = false), 500)

  const post = await reeve.createPost({ tenantId }, { title: 'while it restarts', content: '…' })

  expect(await titled(post.title)).toEqual([post.id])
  expect(Date.now() - began).toBeGreaterThanOrEqual(1_000) // Retry-After: 1
})

test('whoever has asked too much is told when to come back, and does not wait for a minute', async () => {
  const strict = await testApp({ limits: { all: 2, costly: 1_000 } })
  await strict.app.listen({ host: '127.0.0.1', port: 0 })
  const busy = createClient({
    baseUrl: `http://127.0.0.1:${(strict.app.server.address() as AddressInfo).port}`,
  })
  const asked = []
  for (let times = 0; times < 3; times++) asked.push(await busy.whoAmI().catch((error: unknown) => error))

  expect(asked.map((problem) => (problem as Problem).code)).toEqual([
    'not_signed_in',
    'not_signed_in',
    'too_many_requests',
  ])
  expect((asked[2] as Problem).retryAfter).toBeGreaterThan(30)
})

test('whoever leaves while the client waits is let go at once', async () => {
  fates.push('silence')
  const leaving = new AbortController()
  setTimeout(() => leaving.abort(new Error('gone for lunch')), 200)

  const began = Date.now()
  await expect(reeve.readTenant({ tenantId }, { signal: leaving.signal })).rejects.toThrow('gone for lunch')

  expect(Date.now() - began).toBeLessThan(2_000)
  expect(seen).toHaveLength(1)
})

/** Carries one request to the server and its answer back, if fate wants it. */
async function carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.push(request)
  const fate = fates.shift() ?? 'answered'
  const body = await bytesOf(request)
  if (fate === 'silence') return
  if (fate === 'refused') return void response.destroy()

  const { method, url, headers } = request
  const asked = askServer({ port, method, path: url, headers: { ...headers, connection: 'close' } })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const said = await bytesOf(answer)
  if (fate === 'answer lost') return void response.destroy()

  response.writeHead(answer.statusCode!, { ...answer.headers, connection: 'close' })
  if (fate === 'answered') return void response.end(said)
  response.write(said.subarray(0, said.length / 2), () => response.destroy())
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

async function titled(title: string): Promise<string[]> {
  const ids = []
  for await (const post of each(direct.listPosts, { tenantId })) if (post.title === title) ids.push(post.id)
  return ids
}
