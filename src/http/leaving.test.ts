import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openPrisma } from '../database/prisma.ts'
import { createLog } from '../foundation/log.ts'
import { newKey, readKeyRing, type KeyRing } from '../foundation/secret.ts'
import { aHealthyOne, testApp } from '../testing/http.ts'
import { aTenant } from '../testing/people.ts'
import { startServer } from './server.ts'

const { database, signIn } = await testApp({ console: 'nowhere' })

test('whoever leaves without waiting for the answer is no failure of ours, and holds nothing', async () => {
  const { owner } = await aTenant(database)
  const token = await signIn(owner)
  const lines: string[] = []
  const server = await startServer({
    database,
    prisma: await openPrisma(database),
    keys: readKeyRing(newKey('test')) as KeyRing,
    log: createLog({ logLevel: 'info' }, { write: (line: string) => void lines.push(line) }),
    version: 'test',
    console: 'nowhere',
    check: aHealthyOne.check,
    host: '127.0.0.1',
    port: 0,
  })
  afterAll(() => server.drain())
  const request = `GET /v1/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`

  await Promise.all(Array.from({ length: 100 }, (_, n) => leave(server.url, request, n % 5)))
  await expect
    .poll(() => lines.filter((line) => line.includes('incoming request')).length)
    .toBeGreaterThan(20)
  const answer = await fetch(`${server.url}/v1/tenants`, { headers: { authorization: `Bearer ${token}` } })

  expect(answer.status).toBe(200)
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  await expect.poll(() => database.pool.idleCount === database.pool.totalCount).toBe(true)
})

/** Asks, and is gone so many milliseconds later. */
async function leave(url: string, request: string, ms: number): Promise<void> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  await new Promise<void>((resolve) => socket.write(request, () => resolve()))
  if (ms > 0) await pause(ms)
  socket.resetAndDestroy()
}
