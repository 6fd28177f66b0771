import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import type { Place } from './place.ts'
import { processOf } from './processes.ts'
import { untilReady } from './ready.ts'

const place = { directory: '/nowhere', data: '/nowhere/postgres' } as Place
const port = await aStranger()

test('who took the port before our server and does not know us is not mistaken for it', async () => {
  const ours = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 500)'])
  const postmaster = { process: processOf(ours.pid!)!, port, stopping: false }

  expect(await untilReady(place, postmaster, 'secret')).toBeUndefined()
})

test('a server that goes on, and does not let us in, is refused', async () => {
  const postmaster = { process: processOf(process.pid)!, port, stopping: false }

  await expect(untilReady(place, postmaster, 'secret')).rejects.toMatchObject({
    code: 'postgres_failed',
    message: expect.stringContaining('postgres.password'),
  })
})

/** Answers everybody as a PostgreSQL does to whom the password is wrong; returns its port. */
async function aStranger(): Promise<number> {
  const fields = Buffer.from(
    'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "postgres"\0\0',
  )
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(4 + fields.length, 1)
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([head, fields])))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => void server.close())
  return (server.address() as AddressInfo).port
}
