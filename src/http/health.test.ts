import { createServer, type AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { ask as askDatabase } from '../database/ask.ts'
import { openDatabase } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { aHealthyOne, testApp } from '../testing/http.ts'
import { aPlace } from '../testing/place.ts'

const reports = ['/health', '/api/health', '/health/ready']

test('a server that can serve says so, with what it found', async () => {
  const { ask } = await testApp({ console: 'nowhere' })
  for (const url of reports) {
    expect(await ask('GET', url)).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('application/json'), 'cache-control': 'no-store' },
      body: {
        status: 'ok',
        version: '0.0.0-test',
        uptimeSeconds: expect.any(Number),
        database: { reachable: true, ms: 1 },
        migrations: { pending: 0 },
      },
    })
  }
  expect(await ask('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } })
})

test('a server that stops is alive, but not ready, and takes nothing new', async () => {
  const { ask } = await testApp({ console: 'nowhere', health: { ...aHealthyOne, draining: () => true } })

  for (const url of reports)
    expect(await ask('GET', url)).toMatchObject({ status: 503, body: { status: 'draining' } })
  expect(await ask('GET', '/health/live')).toMatchObject({ status: 200 })
  expect(await ask('GET', '/v1/session')).toMatchObject({
    status: 503,
    body: { code: 'shutting_down' },
    headers: { 'retry-after': '1' },
  })
})

test('a server with migrations to come is not ready', async () => {
  const found = { ready: false, database: { reachable: true, ms: 1 }, migrations: { pending: 2 } }
  const { ask } = await testApp({ console: 'nowhere', health: { ...aHealthyOne, check: async () => found } })
  expect(await ask('GET', '/health')).toMatchObject({
    status: 503,
    body: { status: 'unavailable', migrations: { pending: 2 } },
  })
})

const alive = sql('test.alive', { alive: 'bool' }, 'select true as alive')
const nobodyThere = { status: 'unavailable', database: { reachable: false, ms: null }, migrations: null }

test('a database that refuses is told at once, one that is silent within three seconds, without asking it twice', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  afterAll(() => void silent.close())

  for (const port of [1, (silent.address() as AddressInfo).port]) {
    let looks = 0
    const { ask, access } = await testApp({
      console: 'nowhere',
      health: {
        ...aHealthyOne,
        check: async () => {
          looks++
          await askDatabase(openDatabase({ ...access, port, acquireTimeoutMs: 5_000 }), alive, [])
          return aHealthyOne.check()
        },
      },
    })
    const started = performance.now()
    const answers = await Promise.all([...reports, ...reports].map((url) => ask('GET', url)))

    expect(performance.now() - started).toBeLessThan(3_000)
    for (const answer of answers) expect(answer).toMatchObject({ status: 503, body: nobodyThere })
    expect(looks).toBe(1)
    expect(await ask('GET', '/health/live')).toMatchObject({ status: 200 })
  }
})

test('Prometheus reads how requests went, by their routes and never by what they were about', async () => {
  const world = await testApp({ console: 'nowhere' })
  const { ask } = world
  const { tenantId, token } = await aPlace(world)
  await ask('GET', `/v1/tenants/${tenantId}/users`, { token })
  await ask('GET', `/v1/tenants/${tenantId}/users`)
  await ask('GET', '/v1/nothing-of-that-name')

  const { body, headers } = await ask<string>('GET', '/metrics')

  expect(headers['content-type']).toMatch(/^text\/plain/)
  const count = (labels: string) => `reeve_http_request_duration_seconds_count{${labels}} 1\n`
  expect(body).toContain(count('method="GET",route="/v1/tenants/:tenantId/users",status="200"'))
  expect(body).toContain(count('method="GET",route="/v1/tenants/:tenantId/users",status="401"'))
  expect(body).toContain(count('method="GET",route="none",status="404"'))
  expect(body).toMatch(/^reeve_pool_connections\{state="total"\} [1-9]/m)
  expect(body).toMatch(/^reeve_process_cpu_seconds_total /m)
  expect(body).not.toContain(tenantId)
  expect(body).not.toContain('nothing-of-that-name')
})
